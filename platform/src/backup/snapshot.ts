import { CompiledQuery } from 'kysely'
import type { Database } from '../data/index.ts'
import type { Table } from './catalog.ts'
import { copyOut } from './copy.ts'
import { type Query, TEXT_SETTINGS } from './query.ts'
import { copyText } from './read-rows.ts'

/** One moment of a database, read from as long as the work takes. */
export type Snapshot = {
  kind: 'pglite' | 'postgres'
  at: Date
  serverVersion: string
  query: Query
  /** The rows of a table in COPY's text format. */
  rows(table: Table): AsyncIterable<Buffer>
}

/**
 * A snapshot of a PostgreSQL that goes on working meanwhile.
 */
export async function withPostgresSnapshot<T>(
  url: string,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'minato backup',
  })
  // A connection that breaks fails the statement that runs; unheard, the event would end the process.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const query: Query = async <Row extends object>(text: string, values?: unknown[]) =>
      (await client.query<Row>(text, values)).rows
    await query('begin isolation level repeatable read read only')
    for (const setting of ['set local statement_timeout = 0', ...TEXT_SETTINGS]) {
      await query(setting)
    }
    await query('set local idle_in_transaction_session_timeout = 0')
    const { at, serverVersion } = await clockOf(query)
    const rows = (table: Table) => copyOut(client, table)
    const result = await work({ kind: 'postgres', at, serverVersion, query, rows })
    await query('commit')
    return result
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A snapshot of the embedded database. It has one connection: everyone else waits until the work ends. */
export async function withPgliteSnapshot<T>(
  db: Database,
  work: (snapshot: Snapshot) => Promise<T>,
): Promise<T> {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      const query: Query = async <Row extends object>(text: string, values: unknown[] = []) =>
        (await tx.executeQuery<Row>(CompiledQuery.raw(text, values))).rows
      for (const setting of TEXT_SETTINGS) await query(setting)
      const { at, serverVersion } = await clockOf(query)
      const rows = (table: Table) => copyText(query, table)
      return await work({ kind: 'pglite', at, serverVersion, query, rows })
    })
}

async function clockOf(query: Query): Promise<{ at: Date; serverVersion: string }> {
  const [row] = await query<{ at: Date; version: string }>(
    `select now() as at, current_setting('server_version') as version`,
  )
  return { at: new Date(row?.at ?? Date.now()), serverVersion: row?.version ?? '' }
}
