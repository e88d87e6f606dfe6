import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { Kysely, type LogEvent, PGliteDialect, PostgresDialect } from 'kysely'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import { listenOn } from './listen.ts'
import { createQueryMetrics } from './query-metrics.ts'

/** Untyped handle: a concern names its own tables with `db.withTables<Tables>()`. */
export type Database = Kysely<unknown>
export type DatabaseKind = 'pglite' | 'postgres'

/** Hears what `pg_notify` tells on a channel, until the returned function is called. */
export type Listen = (
  channel: string,
  heard: (payload: string) => void,
) => Promise<() => Promise<void>>

export type OpenDatabase = {
  db: Database
  kind: DatabaseKind
  listen: Listen
  close(): Promise<void>
}

type PostgresOptions = {
  url: string
  poolMax: number
  connectTimeoutMs: number
  statementTimeoutMs: number
  slowQueryMs: number
  log: Logger
  metrics?: Metrics
}

const INT8 = 20

/**
 * A pool on PostgreSQL. Nothing connects before the first query.
 *
 * @example
 * const { db, close } = await openPostgres({ url, poolMax: 10, … })
 */
export async function openPostgres(options: PostgresOptions): Promise<OpenDatabase> {
  const { default: pg } = await import('pg')
  const types = new pg.TypeOverrides()
  // Counters and sizes stay below 2^53; strings would surprise every caller.
  types.setTypeParser(INT8, Number)
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolMax,
    connectionTimeoutMillis: options.connectTimeoutMs,
    // 0 is no limit: for migrations.
    statement_timeout: options.statementTimeoutMs,
    ...(options.statementTimeoutMs === 0
      ? {}
      : { query_timeout: options.statementTimeoutMs + 2000 }),
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
    application_name: 'minato',
    types,
  })
  // A connection that breaks (server restart) must not end the process; the pool replaces it. It hears idle ones only:
  // one in use tells its statement, or, between two statements of a transaction, nobody.
  const lost = (error: Error) => options.log.warn('database.connection_lost', { err: error })
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  const db: Database = new Kysely({
    dialect: new PostgresDialect({ pool }),
    log: queryLog(options, pool),
  })
  return { db, kind: 'postgres', listen: listenOn(options), close: () => db.destroy() }
}

/**
 * The embedded database in `folder` (in memory without one).
 *
 * @example
 * const { db, close } = await openPglite({ folder: 'data/db', slowQueryMs: 500, log })
 */
export async function openPglite(options: {
  folder?: string
  loadDataDir?: Blob
  slowQueryMs: number
  log: Logger
  metrics?: Metrics
}): Promise<OpenDatabase> {
  const [{ PGlite }, { pg_trgm }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/contrib/pg_trgm'),
  ])
  if (options.folder !== undefined) await mkdir(dirname(options.folder), { recursive: true })
  const pglite = await PGlite.create({
    ...(options.folder === undefined ? {} : { dataDir: options.folder }),
    ...(options.loadDataDir === undefined ? {} : { loadDataDir: options.loadDataDir }),
    extensions: { pg_trgm },
    parsers: { [INT8]: Number },
  })
  const db: Database = new Kysely({
    dialect: new PGliteDialect({ pglite }),
    log: queryLog(options),
  })
  embedded.set(db, pglite)
  const close = async (): Promise<void> => {
    await db.destroy()
    // The dialect closes only what a query has opened; an unused one would keep the process alive.
    if (!pglite.closed) await pglite.close()
  }
  const listen: Listen = async (channel, heard) => await pglite.listen(channel, heard)
  return { db, kind: 'pglite', listen, close }
}

type Pool = Parameters<typeof createQueryMetrics>[2]

const embedded = new WeakMap<Database, PGlite>()

/**
 * The embedded database itself, for what kysely has no words for (COPY). Undefined on PostgreSQL.
 *
 * @example
 * await pgliteOf(services.db)?.transaction(async (tx) => { … })
 */
export function pgliteOf(db: Database): PGlite | undefined {
  return embedded.get(db)
}

function queryLog(options: { slowQueryMs: number; log: Logger; metrics?: Metrics }, pool?: Pool) {
  const { metrics, slowQueryMs, log } = options
  const count = metrics === undefined ? undefined : createQueryMetrics(metrics, slowQueryMs, pool)
  return (event: LogEvent): void => {
    count?.(event)
    if (event.queryDurationMillis < slowQueryMs) return
    // The text has placeholders only; parameters are never logged.
    log.warn('database.slow_query', {
      sql: event.query.sql.slice(0, 1000),
      durationMs: Math.round(event.queryDurationMillis),
    })
  }
}
