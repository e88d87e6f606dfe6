import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { deployErrors } from './errors.ts'
import { type DeployRecord, deployRecord } from './record.ts'

const KEEP = 50
const owner = z.object({ pid: z.number(), since: z.string() })

/** What the host remembers of deploys, also when the deployer was killed or the database is away. */
export type Journal = {
  /** The newest deploy, ended or not. */
  current(): DeployRecord | undefined
  write(record: DeployRecord): void
  /** Ended deploys, newest first. */
  history(): DeployRecord[]
  /**
   * Only one deploy at a time.
   * @throws {MinatoError} DEPLOY_RUNNING while another process deploys.
   */
  lock(): { release(): void }
}

/**
 * Files of a folder on the host, each replaced whole: a crash leaves the last good one.
 * @example
 * const journal = openJournal('/srv/minato/deploy/.minato-deploy')
 */
export function openJournal(folder: string): Journal {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const [current, past, lock] = ['current.json', 'history.json', 'lock'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  const history = () => read(past, z.array(deployRecord)) ?? []
  return {
    current: () => read(current, deployRecord),
    write(record) {
      replace(current, record)
      if (record.state === 'running') return
      const others = history().filter(({ id }) => id !== record.id)
      replace(past, [record, ...others].slice(0, KEEP))
    },
    history,
    lock: () => takeLock(lock),
  }
}

function takeLock(path: string): { release(): void } {
  const mine = { pid: process.pid, since: new Date().toISOString() }
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(mine), { flag: 'wx', mode: 0o600 })
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = read(path, owner)
    if (holder !== undefined && alive(holder.pid)) throw deployErrors.DEPLOY_RUNNING(holder)
    // Left by one that was killed. Renaming succeeds for one of several that find it so.
    const aside = `${path}.${randomUUID()}`
    try {
      renameSync(path, aside)
      rmSync(aside, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function read<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  if (text === '') return undefined
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    const reason = `${path} was not written by this version of minato: see what it says, then move it away`
    throw deployErrors.DEPLOY_STACK({ reason }, { cause: error })
  }
}

function replace(path: string, value: unknown): void {
  const scratch = `${path}.${process.pid}`
  writeFileSync(scratch, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(scratch, path)
}
