import { type Kysely, sql } from 'kysely'
import type { Database } from './database.ts'
import { dataErrors } from './errors.ts'
import type { Migration } from './migrations.ts'

type Applied = { owner: string; id: string; kind: string; checksum: string; applied_at: Date }
type MigrationTables = { 'minato.migrations': Applied }

export type MigrationStatus = {
  owner: string
  id: string
  kind: 'expand' | 'contract'
  appliedAt: Date | null
}

/** One lock for all of Minato in a database: two deploys wait for each other. ("mnto" in ASCII.) */
const LOCK = 0x6d6e746f

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
    const { owner, id, kind } = migration
    return { owner, id, kind, appliedAt: row?.applied_at ?? null }
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
 */
export async function migrate(
  db: Database,
  migrations: readonly Migration[],
  options: { now: Date; lockTimeoutMs?: number },
): Promise<MigrationStatus[]> {
  return await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${sql.lit(LOCK)})`.execute(connection)
    try {
      await prepare(connection, migrations)
      const done: MigrationStatus[] = []
      for (const status of await migrationStatus(connection, migrations)) {
        const migration = migrations.find((m) => m.owner === status.owner && m.id === status.id)
        if (status.appliedAt !== null || migration === undefined) continue
        await apply(connection, migration, options)
        done.push({ ...status, appliedAt: options.now })
      }
      return done
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(LOCK)})`.execute(connection)
    }
  })
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
}

async function apply(
  db: Database,
  migration: Migration,
  options: { now: Date; lockTimeoutMs?: number },
): Promise<void> {
  try {
    await db.transaction().execute(async (tx) => {
      // A migration that cannot get its lock soon must fail rather than queue every reader behind it.
      await sql`select set_config('lock_timeout', ${`${options.lockTimeoutMs ?? 5000}ms`}, true),
                       set_config('statement_timeout', '0', true)`.execute(tx)
      for (const statement of splitStatements(migration.sql)) {
        await sql.raw(statement).execute(tx)
      }
      await tx
        .withTables<MigrationTables>()
        .insertInto('minato.migrations')
        .values({
          owner: migration.owner,
          id: migration.id,
          kind: migration.kind,
          checksum: migration.checksum,
          applied_at: options.now,
        })
        .execute()
    })
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

/** Splits at semicolons outside of quotes, dollar quotes and comments (PGlite takes one at a time). */
export function splitStatements(text: string): string[] {
  const token = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[A-Za-z_]*\$)[\s\S]*?\1|;/g
  const statements: string[] = []
  let start = 0
  for (const match of text.matchAll(token)) {
    if (match[0] !== ';') continue
    statements.push(text.slice(start, match.index))
    start = match.index + 1
  }
  statements.push(text.slice(start))
  return statements.filter((statement) => statement.replace(/--[^\n]*|\s/g, '') !== '')
}
