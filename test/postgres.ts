import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from './free-port.ts'
import { findPeer } from './peers.ts'

export type TestPostgres = AsyncDisposable & {
  url: string
  /** The cluster's files; what runs them must be the account that owns them. */
  data: string
  /** Stops the server at once, as a crash of the machine would. */
  stop(): Promise<void>
  /** Starts it again on the same data and port. */
  start(): Promise<void>
}

/** A PostgreSQL of the test's own: temporary folder, free port, loopback only. `settings` as in its file. */
export async function startPostgres(settings: readonly string[] = []): Promise<TestPostgres> {
  const bin = findPeer('postgres')
  if (bin === undefined) throw new Error('PostgreSQL is not installed.')
  const folder = mkdtempSync(join(tmpdir(), 'minato-postgres-'))
  const port = await freePort()
  const url = `postgres://minato@127.0.0.1:${port}/postgres`
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  execFileSync(
    ...asServer(join(bin, 'initdb'), [
      '-D',
      data,
      '-U',
      'minato',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ]),
    { stdio: 'ignore' },
  )
  let server: ChildProcess | undefined
  const start = async () => {
    const flags = [
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      folder,
      '-c',
      'fsync=off',
      '-c',
      'max_connections=60',
      ...settings.flatMap((setting) => ['-c', setting]),
    ]
    server = spawn(...asServer(join(bin, 'postgres'), flags), { stdio: 'ignore' })
    await answers(url)
  }
  const stop = async () => {
    if (server === undefined) return
    const ended = once(server, 'exit')
    execFileSync(...asServer(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop']), {
      stdio: 'ignore',
    })
    await ended
    server = undefined
  }
  await start()
  return {
    url,
    data,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** PostgreSQL refuses to run as root: there the account of its package runs it. */
export function asServer(program: string, args: string[]): [string, string[]] {
  return process.getuid?.() === 0
    ? ['runuser', ['-u', 'postgres', '--', program, ...args]]
    : [program, args]
}

async function answers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 })
    try {
      await client.connect()
      await client.query('select 1')
      return
    } catch {
      await delay(100)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  throw new Error('PostgreSQL did not start within 10 s.')
}
