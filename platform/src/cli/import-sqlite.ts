import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { bootServices } from '../app/boot.ts'
import { readConfig } from '../app/read-config.ts'
import { migrationFolders } from '../app/system.ts'
import { dataErrors, migrate, migrationStatus, readMigrations } from '../data/index.ts'
import { importIntoApp, type SqliteReport, suggestForApp } from '../sqlite-import/index.ts'
import { type CliIo, systemOf } from './command.ts'
import { describeSqliteReport } from './describe-sqlite.ts'
import { print, UsageError } from './output.ts'
import { type ProgressBar, progressBar } from './progress-bar.ts'
import { readRunFile } from './run-file.ts'
import { callServer } from './server-call.ts'

type Wanted = {
  file: string
  app: string
  map: string | undefined
  apply: boolean
  suggest: boolean
  json: boolean
  quarantine: string | undefined
}

/** `minato import sqlite FILE --app NAME --map FILE [--apply]`. */
export async function importSqliteFile(args: string[], io: CliIo): Promise<number> {
  const wanted = read(args, io)
  if (wanted.suggest) return await suggest(wanted, io)
  if (wanted.map === undefined) {
    throw new UsageError('Name the map with --map FILE, or let one be made with --suggest.')
  }
  const text = await readFile(wanted.map, 'utf8').catch(() => {
    throw new UsageError(`The map ${wanted.map} cannot be read.`)
  })
  const { file, app, apply, quarantine } = wanted
  const input = { file, app, apply, quarantine, map: { name: basename(wanted.map), text } }
  const report = await onDatabase<SqliteReport>(io, {
    remote: () => callServer(io, 'import.sqlite', input),
    here: async (services, apps) => {
      const progress = barFor(io)
      try {
        return await importIntoApp(services, apps, { ...input, actor: 'minato', progress })
      } finally {
        progress.end()
      }
    },
  })
  print(io, wanted.json, report, describeSqliteReport(report))
  return report.refused || (report.applied && !report.proven) ? 1 : 0
}

function read(args: string[], io: CliIo): Wanted {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      app: { type: 'string' },
      map: { type: 'string' },
      apply: { type: 'boolean', default: false },
      suggest: { type: 'boolean', default: false },
      report: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [given] = positionals
  if (given === undefined || positionals.length > 1) throw new UsageError('Name one SQLite file.')
  if (values.app === undefined) throw new UsageError('Name the app with --app NAME.')
  if (values.suggest && values.apply) throw new UsageError('--suggest only writes a map.')
  const file = resolve(io.cwd, given)
  const { app, apply, json } = values
  const place = (path: string | undefined) =>
    path === undefined ? undefined : resolve(io.cwd, path)
  // What is left out must be somewhere: applying always writes it down.
  const report = values.report ?? (apply ? `${basename(file)}.left-out.jsonl` : undefined)
  return {
    ...{ file, app, apply, json, suggest: values.suggest },
    ...{ map: place(values.map), quarantine: place(report) },
  }
}

async function suggest({ file, app, map }: Wanted, io: CliIo): Promise<number> {
  if (map !== undefined && existsSync(map)) {
    throw new UsageError(
      `${map} is there already: it may hold your corrections. Name another file.`,
    )
  }
  const text = await onDatabase<string>(io, {
    remote: () => callServer(io, 'import.sqlite.suggest', { file, app }),
    here: (services, apps) => suggestForApp(services, apps, { file, app }),
  })
  if (map === undefined) io.stdout.write(text)
  else {
    await writeFile(map, text, { mode: 0o600 })
    io.stderr.write(`${map} written. Read and correct it, then plan with --map ${basename(map)}.\n`)
  }
  return 0
}

type Booted = Awaited<ReturnType<typeof bootServices>>
type Apps = Parameters<typeof importIntoApp>[1]

/**
 * An embedded database belongs to the server that runs; PostgreSQL takes this process beside it,
 * which can then show how far it is and needs no memory of the server's.
 */
async function onDatabase<T>(
  io: CliIo,
  how: { remote(): Promise<T>; here(services: Booted['services'], apps: Apps): Promise<T> },
): Promise<T> {
  const system = systemOf(io)
  const apps = await system.apps()
  const { config } = readConfig(system, apps, io.env)
  const embedded = config.data.databaseUrl === undefined
  if (embedded && readRunFile(config.core.dataDir) !== undefined) return await how.remote()
  const booted = await bootServices({ system, apps, env: io.env, role: 'worker', quiet: true })
  try {
    const migrations = await readMigrations(migrationFolders(system.root, apps))
    const { db } = booted.services
    if (embedded) await migrate(db, migrations, { now: new Date() })
    const pending = (await migrationStatus(db, migrations)).filter(({ appliedAt }) => !appliedAt)
    if (pending.length > 0) throw dataErrors.DATA_MIGRATIONS_PENDING({ count: pending.length })
    return await how.here(booted.services, apps)
  } finally {
    await booted.close()
  }
}

const REDRAW_MS = 200

/** Advanced by small amounts very often: drawn a few times a second. */
function barFor(io: CliIo) {
  let bar: ProgressBar | undefined
  let waiting = 0
  let drawnAt = 0
  return {
    total: (rows: number) => {
      bar = progressBar(io.stderr, rows)
    },
    advance(rows: number) {
      waiting += rows
      if (Date.now() - drawnAt < REDRAW_MS) return
      drawnAt = Date.now()
      bar?.advance(waiting)
      waiting = 0
    },
    end() {
      bar?.advance(waiting)
      bar?.end()
    },
  }
}
