import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startPostgres, type TestPostgres } from '../../test/postgres.ts'
import { fill } from './fill.ts'
import {
  type Archive,
  type ArchiveFound,
  archiveSettings,
  loseAndRecover,
} from './lose-and-recover.ts'

const MAIN = join(import.meta.dirname, '../../bin/main.ts')
const RPO_LIMIT_MS = 5 * 60_000
const RTO_LIMIT_MS = 10 * 60_000

type Ran = { ms: number; peakMb: number; output: string }

export type Found = {
  databaseMb: number
  rows: number
  files: number
  backup: Ran & { mb: number }
  drill: { rtoMs: number; peakMb: number; checks: { name: string; durationMs: number }[] }
  restore: Ran
  /** Undefined where pgBackRest is not installed. */
  archive: ArchiveFound | undefined
  cores: number
  load: number
  serverVersion: string
  kept: boolean
}

type Options = {
  megabytes: number
  /** How long nothing but a heartbeat is written before the disk is lost: longer than archive_timeout. */
  quietSeconds: number
  say: (line: string) => void
}

/**
 * Builds a database of that size, backs it up, drills it, restores it beside, then loses its disk and
 * recovers from the archived write-ahead log; each by the commands a person would type.
 */
export async function restoreDrill(options: Options): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'minato-drill-'))
  chmodSync(folder, 0o755)
  const archive = archiveSettings(folder)
  await using server = await startPostgres(['fsync=on', 'max_wal_size=2GB', ...archive.settings])
  archive.prepare(server)
  try {
    await one(server.url, 'create database minato')
    await minato(['migrate'], environment(server, folder))
    options.say(`Filling ${options.megabytes} MB …`)
    const url = new URL('/minato', server.url).href
    const files = await fill(url, join(folder, 'data/files'), options.megabytes)
    return await measureFilled({ server, folder, archive, files }, options)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Filled = { server: TestPostgres; folder: string; archive: Archive; files: number }

const environment = (server: TestPostgres, folder: string): Record<string, string> => ({
  DATABASE_URL: new URL('/minato', server.url).href,
  DATABASE_STATEMENT_TIMEOUT: '0ms',
  MINATO_DATA_DIR: join(folder, 'data'),
  MINATO_ENV: 'development',
})

/** The measurement itself, on a system that is there and full. */
export async function measureFilled(
  { server, folder, archive, files }: Filled,
  { quietSeconds, say }: Pick<Options, 'quietSeconds' | 'say'>,
): Promise<Found> {
  const env = environment(server, folder)
  const size = await one(server.url, `select pg_database_size('minato')`)
  say('Backing up …')
  const backup = await minato(['backup', '--json'], env)
  const made = JSON.parse(backup.output)
  say('Drilling …')
  const drill = await minato(['drill', '--json'], env)
  const drilled = JSON.parse(drill.output)
  if (drilled.state !== 'passed') throw new Error(`The drill failed: ${drill.output}`)
  say('Restoring beside …')
  const beside = join(folder, 'beside')
  const into = new URL('/beside', server.url).href
  const restore = await minato(['restore', '--into', into, '--files', beside, '--json'], env)
  say('Losing the disk …')
  const recovered = await loseAndRecover(server, archive, quietSeconds, say)
  const rto = Math.max(drilled.rtoMs, restore.ms, recovered?.rtoMs ?? 0)
  return {
    databaseMb: Math.round(Number(size) / 1e6),
    ...{ rows: made.rows, files },
    backup: { ...backup, mb: Math.round(made.bytes / 1e5) / 10 },
    drill: { rtoMs: drilled.rtoMs, peakMb: drill.peakMb, checks: drilled.checks },
    ...{ restore, archive: recovered, cores: availableParallelism(), load: loadavg()[0] ?? 0 },
    serverVersion: String(await one(server.url, 'show server_version')),
    kept: rto < RTO_LIMIT_MS && (recovered?.rpoMs ?? 0) < RPO_LIMIT_MS,
  }
}

/** One value of one row, on a connection of its own. */
async function one(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query({ text, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** Runs a command to its end; the peak of its memory is what Linux says of the process. */
async function minato(args: string[], env: Record<string, string>): Promise<Ran> {
  const began = performance.now()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  let peakMb = 0
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, peakOf(child.pid))
  }, 200)
  const [code] = await once(child, 'close')
  clearInterval(timer)
  if (code !== 0) throw new Error(`minato ${args.join(' ')} ended with ${code}: ${output}`)
  return { ms: Math.round(performance.now() - began), peakMb, output }
}

function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000)
  } catch {
    return 0
  }
}
