import { parseArgs } from 'node:util'
import { bootServices } from '../../app/boot.ts'
import { readConfig } from '../../app/read-config.ts'
import type { Services } from '../../app/services.ts'
import { migrationFolders } from '../../app/system.ts'
import {
  migrate as applyMigrations,
  contractFaults,
  describeFault,
  type MigrationStatus,
  migrationStatus,
  readMigrations,
} from '../../data/index.ts'
import { servedReleases } from '../../deploy/index.ts'
import { type CliIo, type Command, systemOf } from '../command.ts'
import { readRunFile } from '../run-file.ts'

export const migrate: Command = {
  name: 'migrate',
  summary: { en: 'bring the database up to date', ja: 'データベースを最新の形にする' },
  usage: `Usage: minato migrate [status] [--plan] [--only expand] [--json]

Applies pending migrations, one transaction each, under a lock that waits for other migrators.
  --plan   print the SQL that would run, and change nothing
  --only expand   leave contract migrations pending, while the release before still runs
  status   list all migrations with the time of their application and the release that applied them

Where people are served (staging, production) a contract migration that comes too early is refused.
--serving NAME is the release in service; minato deploy passes it.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        plan: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        only: { type: 'string' },
        serving: { type: 'string' },
      },
    })
    if (values.only !== undefined && values.only !== 'expand') {
      io.stderr.write(`minato migrate: --only must be expand.\n`)
      return 2
    }
    const [action = 'apply'] = positionals
    if (positionals.length > 1 || (action !== 'apply' && action !== 'status')) {
      io.stderr.write(`${this.usage}\n`)
      return 2
    }
    return await withDatabase(io, async ({ db, profile, config }, migrations) => {
      const { release } = config.deploy
      const people = profile === 'staging' || profile === 'production'
      const served = await servedReleases(db, values.serving)
      const history = people ? { release, served } : undefined
      if (action === 'status')
        return printStatus(io, await migrationStatus(db, migrations), values.json)
      if (values.plan) return await plan(io, { db, migrations, history, json: values.json })
      const applied = await applyMigrations(db, migrations, {
        now: new Date(),
        release,
        expandOnly: values.only === 'expand',
        ...(history === undefined ? {} : { history }),
      })
      if (values.json) io.stdout.write(`${JSON.stringify({ applied })}\n`)
      else if (applied.length === 0) io.stdout.write('Up to date.\n')
      else
        for (const { owner, id, kind } of applied)
          io.stdout.write(`${owner}/${id} (${kind}) applied\n`)
      return 0
    })
  },
}

type History = Parameters<typeof contractFaults>[1]
type Migrations = Parameters<typeof migrationStatus>[1]

async function withDatabase(
  io: CliIo,
  work: (services: Services, migrations: Migrations) => Promise<number>,
): Promise<number> {
  const system = systemOf(io)
  const apps = await system.apps()
  const { config } = readConfig(system, apps, io.env)
  const embedded = config.data.databaseUrl === undefined
  if (embedded && readRunFile(config.core.dataDir) !== undefined) {
    // The server owns the embedded database and migrated it when it started.
    const { callServer } = await import('../server-call.ts')
    return printStatus(io, await callServer<MigrationStatus[]>(io, 'migrate.status', {}), false)
  }
  const migrations = await readMigrations(migrationFolders(system.root, apps))
  // Filling a large table may take longer than any request is allowed to.
  const env = {
    ...io.env,
    DATABASE_STATEMENT_TIMEOUT: '0ms',
    DATABASE_STATEMENT_TIMEOUT_FILE: undefined,
  }
  const booted = await bootServices({ system, apps, env, role: 'worker', quiet: true })
  try {
    return await work(booted.services, migrations)
  } finally {
    await booted.close()
  }
}

type Planned = {
  db: Services['db']
  migrations: Migrations
  history: History | undefined
  json: boolean
}

async function plan(io: CliIo, { db, migrations, history, json }: Planned): Promise<number> {
  const states = await migrationStatus(db, migrations)
  const pending = states.filter((item) => item.appliedAt === null)
  const faults =
    history === undefined
      ? []
      : contractFaults(states, history).map((fault) => describeFault(fault))
  if (json) {
    io.stdout.write(`${JSON.stringify({ pending, faults })}\n`)
    return 0
  }
  for (const { owner, id, kind } of pending) {
    const migration = migrations.find((item) => item.owner === owner && item.id === id)
    io.stdout.write(`-- ${owner}/${id} (${kind})\n${migration?.sql.trimEnd() ?? ''}\n\n`)
  }
  for (const { en } of faults) io.stdout.write(`-- refused: ${en}\n`)
  io.stdout.write(pending.length === 0 ? 'Up to date.\n' : `-- ${pending.length} pending\n`)
  return 0
}

function printStatus(io: CliIo, status: MigrationStatus[], json: boolean): number {
  if (json) io.stdout.write(`${JSON.stringify(status)}\n`)
  else {
    for (const { owner, id, kind, appliedAt, release } of status) {
      const when = appliedAt === null ? 'pending' : new Date(appliedAt).toISOString()
      io.stdout.write(
        `${when.padEnd(24)}  ${kind.padEnd(8)}  ${owner}/${id}${release === null ? '' : `  ${release}`}\n`,
      )
    }
  }
  return 0
}
