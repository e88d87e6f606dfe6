import { type Kysely, sql } from 'kysely'
import type { Environment } from '../config/index.ts'
import { watchPressure } from '../http/index.ts'
import { Secret } from '../log/index.ts'
import { type Booted, bootServices } from './boot.ts'
import type { AppDefinition } from './define-app.ts'
import type { PlatformConfig } from './platform-config.ts'
import type { StandIns, System } from './system.ts'
import { appServices, createWeb } from './web.ts'

/** A restored copy: its database (embedded in the folder without a URL) and its files. */
export type RestoredCopy = { dataDir: string; databaseUrl: string | undefined }

type Host = {
  system: Pick<System, 'root' | 'version'>
  apps: readonly AppDefinition[]
  env: Environment
  standIns?: Omit<StandIns, 'close'>
}

/** What is asked first of a running system, and what it must answer: it is there, and it knows who may not. */
const QUESTIONS = [
  ['/health/ready', 200],
  ['/api/shell', 200],
  ['/api/jobs', 401],
] as const

/**
 * Starts the web server on a restored copy that refuses every write, asks it, and stops it again.
 * It listens nowhere, shares no Redis with the running system and runs no workers: nothing is sent.
 *
 * @throws {Error} when it does not start, or does not answer.
 */
export async function askCopy(host: Host, copy: RestoredCopy): Promise<string[]> {
  const booted = await bootServices({
    ...host,
    role: 'web',
    quiet: true,
    adjust: (config) => ofCopy(config, copy),
  })
  try {
    return await ask(host, booted)
  } finally {
    await booted.close()
  }
}

function ofCopy(config: PlatformConfig, { dataDir, databaseUrl }: RestoredCopy): PlatformConfig {
  return {
    ...config,
    core: { ...config.core, dataDir, logFile: undefined },
    data: {
      ...config.data,
      databaseUrl:
        databaseUrl === undefined
          ? undefined
          : new Secret(readOnly(databaseUrl), { register: false }),
    },
    cache: { ...config.cache, redisUrl: undefined },
    files: { ...config.files, filesUrl: undefined },
    // It is asked from this very process, whatever addresses may come in from outside.
    http: { ...config.http, ipAllow: [], ipDeny: [], ipAllowApps: [], ipDenyApps: [] },
  }
}

function readOnly(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.searchParams.set('options', '-c default_transaction_read_only=on')
  return url.href
}

async function ask({ apps, system }: Host, { services, databaseKind }: Booted): Promise<string[]> {
  if (databaseKind === 'pglite') {
    await sql`set default_transaction_read_only = on`.execute(services.db)
  }
  await refusesWrites(services.db)
  for (const app of apps) {
    services.auth.definePermissions(app.name, app.permissions)
    services.jobs.register(app, () => appServices(services, app))
  }
  await services.auth.ready()
  const pressure = watchPressure({ maxDelayMs: 60_000, onMemoryLimit: () => undefined })
  const state = { draining: false, closing: false }
  const server = await createWeb({ services, apps, root: system.root, pressure, state })
  try {
    const answers: string[] = []
    for (const [url, expected] of QUESTIONS) {
      const { statusCode } = await server.inject({ url })
      if (statusCode !== expected) throw new Error(`GET ${url} answered ${statusCode}`)
      answers.push(`GET ${url} ${statusCode}`)
    }
    // Reads of each kind: an index lookup of accounts, and the newest of the queue.
    await services.auth.users.find('nobody@example.invalid')
    await services.jobs.list({ limit: 1 })
    return answers
  } finally {
    await services.realtime.drain(0)
    await server.close()
    pressure.close()
  }
}

/** A copy that could be written to would not be the proof of a backup any more. */
async function refusesWrites(db: Kysely<unknown>): Promise<void> {
  const wrote = await sql`create table minato.written_by_a_drill ()`.execute(db).then(
    () => true,
    () => false,
  )
  if (wrote) throw new Error('the copy takes writes')
}
