import { setTimeout as delay } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { type ReleaseHistory, refuseEarlyContracts } from './contracts.ts'
import type { Database } from './database.ts'
import { dataErrors } from './errors.ts'
import { runsOutsideTransaction } from './lint.ts'
import type { Migration } from './migrations.ts'
import { splitStatements } from './split-statements.ts'

export { splitStatements } from './split-statements.ts'

type Applied = {
  owner: string
  id: string
  kind: string
  checksum: string
  applied_at: Date
  release: string | null
}
type MigrationTables = { 'minato.migrations': Applied }

export type MigrationStatus = {
  owner: string
  id: string
  kind: 'expand' | 'contract'
  contracts: readonly string[]
  appliedAt: Date | null
  /** The release that applied it; null when it is pending, or was not told. */
  release: string | null
}

export type MigrateOptions = {
  now: Date
  lockTimeoutMs?: number
  /** The release that migrates: recorded with each migration. */
  release?: string | undefined
  /** Leaves contract migrations pending: the release before still runs. */
  expandOnly?: boolean
  /** Where people are served: refuses a contract migration that comes too early. */
  history?: ReleaseHistory
}

/** One lock for all of Minato in a database: two deploys wait for each other. ("mnto" in ASCII.) */
const LOCK = 0x6d6e746f
const LOOK_AGAIN_MS = 200

/**
 * What is applied and what is not, in the order of application.
 * @throws {MinatoError} DATA_MIGRATION_CHANGED when an applied file was edited.
 */
export async function migrationStatus(
  db: Database,
  migrations: readonly Migration[],
): Promise<MigrationStatus[]> {
  const applied = await readApplied(db)
  return migrations.map((migration) => {
    const row = applied.get(`${migration.owner}/${migration.id}`)
    if (row !== undefined && row.checksum !== migration.checksum) {
      throw dataErrors.DATA_MIGRATION_CHANGED({ file: `${migration.owner}/${migration.id}` })
    }
    const { owner, id, kind, contracts } = migration
    const appliedAt = row?.applied_at ?? null
    return { owner, id, kind, contracts, appliedAt, release: row?.release ?? null }
  })
}

async function readApplied(db: Kysely<unknown>): Promise<Map<string, Applied>> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass('minato.migrations') is not null as present`.execute(db)
  if (rows[0]?.present !== true) return new Map()
  const applied = await db
    .withTables<MigrationTables>()
    .selectFrom('minato.migrations')
    .selectAll()
    .execute()
  return new Map(applied.map((row) => [`${row.owner}/${row.id}`, row]))
}

/**
 * Applies what is pending: each file in a transaction of its own, all under one advisory lock that
 * waits for another migrator to finish. Returns what was applied.
 *
 * @example
 * const applied = await migrate(db, await readMigrations(folders), { now: new Date() })
 * @throws {MinatoError} DATA_CONTRACT_TOO_EARLY before anything is changed, DATA_MIGRATION_FAILED.
 */
export async function migrate(
  db: Database,
  migrations: readonly Migration[],
  options: MigrateOptions,
): Promise<MigrationStatus[]> {
  return await db.connection().execute(async (connection) => {
    await takeLock(connection)
    try {
      await prepare(connection, migrations)
      const done: MigrationStatus[] = []
      const states = await migrationStatus(connection, migrations)
      if (options.history !== undefined) refuseEarlyContracts(states, options.history)
      for (const status of states) {
        const migration = migrations.find((m) => m.owner === status.owner && m.id === status.id)
        if (status.appliedAt !== null || migration === undefined) continue
        if (options.expandOnly === true && status.kind === 'contract') continue
        await apply(connection, migration, options)
        done.push({ ...status, appliedAt: options.now, release: options.release ?? null })
      }
      return done
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(LOCK)})`.execute(connection)
    }
  })
}

/**
 * Waits by asking again: a statement that waits would be ended by the statement timeout, and would
 * hold a snapshot that the other migrator's CREATE INDEX CONCURRENTLY waits for in turn.
 */
async function takeLock(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_lock(${sql.lit(LOCK)}) as taken`.execute(db)
    if (rows[0]?.taken === true) return
    await delay(LOOK_AGAIN_MS)
  }
}

async function prepare(db: Database, migrations: readonly Migration[]): Promise<void> {
  for (const owner of new Set(['minato', ...migrations.map((migration) => migration.owner)])) {
    await sql`create schema if not exists ${sql.id(owner)}`.execute(db)
  }
  await sql`
    create table if not exists minato.migrations (
      owner text not null,
      id text not null,
      kind text not null check (kind in ('expand', 'contract')),
      checksum text not null,
      applied_at timestamptz not null,
      primary key (owner, id)
    )`.execute(db)
  await sql`alter table minato.migrations add column if not exists release text`.execute(db)
}

async function apply(db: Database, migration: Migration, options: MigrateOptions): Promise<void> {
  try {
    if (runsOutsideTransaction(migration.sql)) await applyConcurrently(db, migration, options)
    else await applyInTransaction(db, migration, options)
  } catch (error) {
    throw dataErrors.DATA_MIGRATION_FAILED(
      {
        file: `${migration.owner}/${migration.id}`,
        reason: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    )
  }
}

async function applyInTransaction(
  db: Database,
  migration: Migration,
  options: MigrateOptions,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    // A migration that cannot get its lock soon must fail rather than queue every reader behind it.
    await sql`select set_config('lock_timeout', ${`${options.lockTimeoutMs ?? 5000}ms`}, true),
                     set_config('statement_timeout', '0', true)`.execute(tx)
    for (const statement of splitStatements(migration.sql)) await sql.raw(statement).execute(tx)
    await remember(tx, migration, options)
  })
}

/**
 * Indexes built while people work. One that was interrupted stays behind as invalid: it is dropped
 * first, so that the file can be run again.
 */
async function applyConcurrently(
  db: Database,
  migration: Migration,
  options: MigrateOptions,
): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select indexrelid::regclass::text as name from pg_index where not indisvalid`.execute(db)
  for (const { name } of rows) {
    const bare = name.slice(name.lastIndexOf('.') + 1)
    if (migration.sql.includes(bare)) {
      await sql.raw(`drop index concurrently if exists ${name}`).execute(db)
    }
  }
  for (const statement of splitStatements(migration.sql)) await sql.raw(statement).execute(db)
  await remember(db, migration, options)
}

async function remember(
  db: Kysely<unknown>,
  migration: Migration,
  { now, release }: MigrateOptions,
): Promise<void> {
  const { owner, id, kind, checksum } = migration
  await db
    .withTables<MigrationTables>()
    .insertInto('minato.migrations')
    .values({ owner, id, kind, checksum, applied_at: now, release: release ?? null })
    .execute()
}
