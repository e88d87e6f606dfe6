import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Migration, sqlState } from '../data/index.ts'
import { createDiskStore, type FileStore } from '../files/index.ts'
import type { Logger } from '../log/index.ts'
import { backupErrors } from './errors.ts'
import type { OpenBackup } from './manifest.ts'
import { verifyBackup } from './read-parts.ts'
import { loadDatabase, migrationsOf } from './restore-database.ts'
import { loadFiles } from './restore-files.ts'
import { administer } from './scratch.ts'
import { openPgliteTarget, openPostgresTarget, type Target } from './target.ts'

export type RestorePlace =
  /** A data folder: `db` and `files` in it. */
  { kind: 'folder'; path: string } | { kind: 'postgres'; url: string }

export type RestoreOptions = {
  place: RestorePlace
  /** Undefined: files are left out. */
  files: FileStore | undefined
  migrations: readonly Migration[]
  /** The name of what is put aside: repeated by the person, so that nothing is put aside by mistake. */
  replace: string | undefined
  acceptDifferences: boolean
  /** Sessions of that time stay valid. Off: everyone signs in again, also who was signed out since. */
  keepSessions: boolean
  now: Date
  log: Logger
  onProgress?: (percent: number, step: 'verify' | 'database' | 'files') => void
}

export type Restored = {
  rows: number
  files: number
  sessionsEnded: number
  /** Where what was there before lies now. */
  putAside: string | null
  /** Migrations of this release that came after the backup. */
  pending: number
}

/**
 * Restores a backup. It is read and verified whole before anything is touched; a database that holds
 * data is never written to: the new one is made beside it, and the names are exchanged at the end.
 *
 * @throws {MinatoError} BACKUP_CORRUPT, BACKUP_PART_MISSING, BACKUP_RELEASE_NEWER, BACKUP_TARGET_NOT_EMPTY,
 * BACKUP_TARGET_IN_USE, BACKUP_STORAGE_FULL, BACKUP_SCHEMA_DIFFERS
 */
export async function restoreBackup(
  backup: OpenBackup,
  options: RestoreOptions,
): Promise<Restored> {
  const { manifest } = backup
  const had = migrationsOf(manifest, options.migrations)
  await verifyBackup(backup, (percent) => options.onProgress?.(percent, 'verify'))
  try {
    const database =
      options.place.kind === 'folder'
        ? await intoFolder(options.place.path, backup, options)
        : await intoPostgres(options.place.url, backup, options)
    const files =
      options.files === undefined
        ? { written: 0, present: 0 }
        : await loadFiles(options.files, backup, (percent) =>
            options.onProgress?.(percent, 'files'),
          )
    return {
      ...database,
      rows: manifest.tables.reduce((sum, { tally }) => sum + tally.rows, 0),
      files: files.written + files.present,
      pending: options.migrations.length - had.length,
    }
  } catch (error) {
    throw fullDisk(error, options.place) ?? error
  }
}

/** A disk that runs full while restoring, on this machine or on the database's. */
function fullDisk(error: unknown, place: RestorePlace): Error | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const full =
    sqlState(error) === '53100' ||
    code === 'ENOSPC' ||
    code === 'FILES_STORAGE_FULL' ||
    (error instanceof Error && /No space left on device/.test(error.message))
  if (!full) return undefined
  const name = place.kind === 'folder' ? place.path : nameOf(place.url)
  return backupErrors.BACKUP_STORAGE_FULL({ place: name }, { cause: error })
}

/** The files of a data folder. */
export function filesOf(folder: string): FileStore {
  return createDiskStore({ root: join(folder, 'files'), clock: Date.now })
}

type Loaded = Pick<Restored, 'sessionsEnded' | 'putAside'>

async function intoFolder(
  folder: string,
  backup: OpenBackup,
  options: RestoreOptions,
): Promise<Loaded> {
  const path = join(folder, 'db')
  const holds = existsSync(path) && (await readdir(path)).length > 0
  const name = basename(folder)
  if (holds && options.replace !== name) {
    throw backupErrors.BACKUP_TARGET_NOT_EMPTY({ target: path, name })
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const stamp = stampOf(options.now)
  const fresh = join(folder, `db.restoring-${stamp}`)
  const target = await openPgliteTarget(fresh)
  let sessionsEnded: number
  try {
    sessionsEnded = await load(target, backup, options)
  } catch (error) {
    await target.close()
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
  await target.close()
  const putAside = holds ? join(folder, `db.before-${stamp}`) : null
  if (putAside !== null) await rename(path, putAside)
  else await rm(path, { recursive: true, force: true })
  await rename(fresh, path)
  return { sessionsEnded, putAside }
}

async function intoPostgres(
  url: string,
  backup: OpenBackup,
  options: RestoreOptions,
): Promise<Loaded> {
  const name = nameOf(url)
  const state = await stateOf(url)
  if (state.holds && options.replace !== name) {
    throw backupErrors.BACKUP_TARGET_NOT_EMPTY({ target: `Database ${name}`, name })
  }
  if (state.holds && state.users.length > 0) {
    const by = state.users.join(', ')
    throw backupErrors.BACKUP_TARGET_IN_USE({ target: `Database ${name}`, by })
  }
  const stamp = stampOf(options.now)
  const fresh = state.there && !state.holds ? name : `${name}_restoring_${stamp}`
  if (fresh !== name) await administer(maintenance(url), `create database "${fresh}"`)
  const target = await openPostgresTarget(withName(url, fresh), options.log)
  let sessionsEnded: number
  try {
    sessionsEnded = await load(target, backup, options)
  } catch (error) {
    if (fresh === name) await emptyAgain(target)
    await target.close()
    if (fresh !== name) await administer(maintenance(url), `drop database "${fresh}" with (force)`)
    throw error
  }
  await target.close()
  const putAside = state.there && fresh !== name ? `${name}_before_${stamp}` : null
  if (putAside !== null) {
    await administer(maintenance(url), `alter database "${name}" rename to "${putAside}"`)
  }
  if (fresh !== name) {
    await administer(maintenance(url), `alter database "${fresh}" rename to "${name}"`)
  }
  return { sessionsEnded, putAside }
}

async function load(target: Target, backup: OpenBackup, options: RestoreOptions): Promise<number> {
  await loadDatabase(target, backup, {
    migrations: options.migrations,
    now: options.now,
    acceptDifferences: options.acceptDifferences,
    onProgress: (percent) => options.onProgress?.(percent, 'database'),
  })
  const ended = options.keepSessions
    ? []
    : await target.query<object>('delete from minato.sessions returning 1')
  const { id, snapshotAt, release } = backup.manifest
  await target.query(
    `insert into minato.audit_log (at, actor_id, action, target, metadata)
     values ($1, 'cli', 'backup.restore', $2, $3)`,
    [
      options.now,
      `backup:${id}`,
      JSON.stringify({ snapshotAt, release, sessionsEnded: ended.length }),
    ],
  )
  return ended.length
}

/** It was empty before: what the migrations made goes again. */
async function emptyAgain(target: Target): Promise<void> {
  const rows = await target.query<{ name: string }>(
    `select quote_ident(nspname) as name from pg_namespace
      where nspname !~ '^pg_' and nspname not in ('information_schema', 'public')`,
  )
  for (const { name } of rows) await target.query(`drop schema ${name} cascade`)
}

type State = { there: boolean; holds: boolean; users: string[] }

/** Whether the database is there, has tables of anyone's, and is used by somebody else. */
async function stateOf(url: string): Promise<State> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    await client.end().catch(() => undefined)
    // 3D000 invalid_catalog_name: it is made then.
    if (sqlState(error) === '3D000') return { there: false, holds: false, users: [] }
    throw error
  }
  try {
    const tables = await client.query(
      `select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
          and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') limit 1`,
    )
    const users = await client.query<{ who: string }>(
      `select coalesce(nullif(application_name, ''), usename, 'unknown') || ' ×' || count(*) as who
         from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        group by coalesce(nullif(application_name, ''), usename, 'unknown')`,
    )
    return { there: true, holds: tables.rows.length > 0, users: users.rows.map(({ who }) => who) }
  } finally {
    await client.end()
  }
}

const stampOf = (now: Date): string => now.toISOString().replaceAll(/\D/g, '').slice(0, 14)

export function nameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1))
}

function withName(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${encodeURIComponent(name)}`
  return other.href
}

/** Databases are made and renamed from another one than themselves. */
const maintenance = (url: string): string => withName(url, 'postgres')
