import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../test/free-port.ts'
import { findPeer } from '../test/peers.ts'
import { startPostgres } from '../test/postgres.ts'
import { cli } from '../test/system.ts'

const MAIN = join(import.meta.dirname, '../bin/main.ts')
/** As bin/minato.js has them. */
const FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=16',
  '--max-old-space-size=512',
]
const ORIGIN = 'https://minato.example.com'
const READY_WITHIN_MS = 60_000

export type Deployment = AsyncDisposable & {
  url: string
  pid: number
  database: 'PostgreSQL' | 'PGlite'
  /** API key of a new person. */
  newKey(): Promise<string>
  rssMb(): number
}

/**
 * A deployment as an operator makes it: PostgreSQL, keys, `minato migrate`, then one web process.
 * Without PostgreSQL a laptop's server on the embedded database, which is another measurement.
 */
export async function startDeployment(
  env: Record<string, string> = {},
  role: 'user' | 'operator' = 'user',
): Promise<Deployment> {
  await using opened = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'minato-bench-'))
  opened.defer(() => rm(dataDir, { recursive: true, force: true }))
  const port = await freePort()
  const common = { PORT: String(port), MINATO_DATA_DIR: dataDir, ...env }
  const production = findPeer('postgres') !== undefined
  const settings = production ? await productionOf(opened, common) : common
  const people = [await newKey(settings, 0, role), await newKey(settings, 1, role)]
  const url = `http://127.0.0.1:${port}`
  const child = await startWeb(settings, production ? ['--role', 'web'] : [], url)
  opened.defer(() => stop(child))
  const all = opened.move()
  return {
    url,
    pid: child.pid ?? 0,
    database: production ? 'PostgreSQL' : 'PGlite',
    newKey: async () => people.pop() ?? (await newKey(settings, Date.now(), role)),
    rssMb: () => rssMb(child.pid ?? 0),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

async function productionOf(
  opened: AsyncDisposableStack,
  common: Record<string, string>,
): Promise<Record<string, string>> {
  const postgres = opened.use(await startPostgres())
  const generated = await cli(['keys', 'generate'])
  const settings = {
    ...common,
    ...Object.fromEntries(
      [...generated.stdout.matchAll(/^(\w+)=(.*)$/gm)].map((m) => [m[1], m[2]]),
    ),
    MINATO_ENV: 'production',
    DATABASE_URL: postgres.url,
    PUBLIC_URL: ORIGIN,
    ALLOWED_ORIGINS: ORIGIN,
  }
  await run(['migrate'], settings)
  return settings
}

async function newKey(
  settings: Record<string, string>,
  number: number,
  role: string,
): Promise<string> {
  const email = `bench-${number}@example.jp`
  const create = ['user', 'create', '--email', email, '--role', role, '--password-stdin']
  await run(create, settings, 'kaze-to-minato-no-uta-7')
  return (await run(['key', 'create', '--user', email], settings)).trim()
}

async function run(args: string[], env: Record<string, string>, stdin = ''): Promise<string> {
  const { code, stdout, stderr } = await cli(args, env, stdin)
  if (code !== 0) throw new Error(`minato ${args.join(' ')} ended with ${code}:\n${stderr}`)
  return stdout
}

/** Its log is written, to where nobody reads it: reading it would burden the client. */
async function startWeb(
  settings: Record<string, string>,
  args: string[],
  url: string,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [...FLAGS, MAIN, 'start', ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const giveUpAt = performance.now() + READY_WITHIN_MS
  while (performance.now() < giveUpAt && child.exitCode === null) {
    const response = await fetch(`${url}/health/ready`).catch(() => undefined)
    if (response?.ok === true) return child
    await delay(100)
  }
  await stop(child)
  throw new Error('The server was not ready in time; what it said is above.')
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Resident memory as the system counts it. */
export function rssMb(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib) / 1024)
}
