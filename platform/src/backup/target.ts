import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Kysely, PGliteDialect } from 'kysely'
import { from } from 'pg-copy-streams'
import { type Database, openPostgres } from '../data/index.ts'
import type { Logger } from '../log/index.ts'
import type { Table } from './catalog.ts'
import { columnList, copyOut } from './copy.ts'
import type { Query } from './query.ts'
import { copyText } from './read-rows.ts'

/** A database that a backup is loaded into. `query` and both copies share one session. */
export type Target = {
  kind: 'pglite' | 'postgres'
  /** For migrations. */
  db: Database
  query: Query
  load(table: Table, rows: AsyncIterable<Buffer>): Promise<void>
  rows(table: Table): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** An existing database on PostgreSQL. */
export async function openPostgresTarget(url: string, log: Logger): Promise<Target> {
  const { default: pg } = await import('pg')
  const opened = await openPostgres({
    url,
    poolMax: 2,
    connectTimeoutMs: 10_000,
    // A load takes as long as it takes.
    statementTimeoutMs: 0,
    slowQueryMs: 600_000,
    log,
  })
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    application_name: 'minato restore',
  })
  // A connection that breaks fails the statement that runs; unheard, the event would end the process.
  client.on('error', () => undefined)
  const query: Query = async <Row extends object>(text: string, values?: unknown[]) =>
    (await client.query<Row>(text, values)).rows
  try {
    await client.connect()
    await query('set statement_timeout = 0')
    await query('set idle_in_transaction_session_timeout = 0')
  } catch (error) {
    await opened.close()
    throw error
  }
  return {
    kind: 'postgres',
    db: opened.db,
    query,
    async load(table, rows) {
      const sink = client.query(from(`copy ${table.name} (${columnList(table)}) from stdin`))
      await pipeline(Readable.from(rows, { objectMode: false }), sink)
    },
    rows: (table) => copyOut(client, table),
    async close() {
      await client.end().catch(() => undefined)
      await opened.close()
    },
  }
}

/** A new embedded database in `folder`. */
export async function openPgliteTarget(folder: string): Promise<Target> {
  const [{ PGlite }, { pg_trgm }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/contrib/pg_trgm'),
  ])
  const pglite = await PGlite.create({ dataDir: folder, extensions: { pg_trgm } })
  const db: Database = new Kysely({ dialect: new PGliteDialect({ pglite }) })
  const query: Query = async <Row extends object>(text: string, values?: unknown[]) =>
    (await pglite.query<Row>(text, values)).rows
  return {
    kind: 'pglite',
    db,
    query,
    async load(table, rows) {
      const text = `copy ${table.name} (${columnList(table)}) from '/dev/blob'`
      for await (const lines of wholeLines(rows)) {
        await pglite.query(text, [], { blob: new Blob([new Uint8Array(lines)]) })
      }
    },
    rows: (table) => copyText(query, table),
    async close() {
      await db.destroy()
      if (!pglite.closed) await pglite.close()
    },
  }
}

const PIECE_BYTES = 2 * 1024 * 1024
const NEWLINE = 0x0a

/** Pieces of about two megabytes that end where a row ends. */
async function* wholeLines(rows: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = []
  let length = 0
  for await (const piece of rows) {
    pieces.push(piece)
    length += piece.length
    if (length < PIECE_BYTES || !piece.includes(NEWLINE)) continue
    const joined = Buffer.concat(pieces)
    const end = joined.lastIndexOf(NEWLINE) + 1
    yield joined.subarray(0, end)
    pieces = [joined.subarray(end)]
    length = joined.length - end
  }
  if (length > 0) yield Buffer.concat(pieces)
}
