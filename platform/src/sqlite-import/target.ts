import { finished } from 'node:stream/promises'
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Client } from 'pg'
import { type Database, pgliteOf } from '../data/index.ts'
import { sqliteErrors } from './errors.ts'

type Row = Record<string, unknown>

/** A transaction of the target. Times, floats and bytes are written in one way, whatever its settings. */
export type Session = {
  query<R extends Row>(text: string, values?: readonly unknown[]): Promise<R[]>
  /** `into`: `schema.table (columns)`. Complete lines of COPY's text format. */
  copyIn(into: string, lines: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void>
  copyOut(select: string): AsyncIterable<Uint8Array>
}

export type Target = {
  kind: 'postgres' | 'pglite'
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** "mnts" in ASCII. */
const LOCK = 0x6d6e7473
/** Nobody waits at a screen: a busy server may take its time. */
const CONNECT_TIMEOUT_MS = 30_000
const FIXED = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD';
  set local bytea_output = 'hex'; set local extra_float_digits = 1;
  set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0`

/**
 * The database the rows go to: a connection of its own to PostgreSQL, or the embedded one.
 *
 * @throws {MinatoError} SQLITE_IMPORT_RUNNING when another import is at work on it.
 */
export async function openTarget(db: Database, url: string | undefined): Promise<Target> {
  return url === undefined ? await openEmbedded(db) : await openServer(url)
}

async function openServer(url: string): Promise<Target> {
  const [{ default: pg }, { from, to }] = await Promise.all([
    import('pg'),
    import('pg-copy-streams'),
  ])
  const client = new pg.Client({
    connectionString: url,
    application_name: 'minato import',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  })
  // Told by the query in progress too; unheard it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  const session: Session = {
    query: async <R extends Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query<R>(text, [...values])).rows,
    async copyIn(into, lines) {
      const stream = client.query(from(`copy ${into} from stdin`))
      const done = finished(stream)
      done.catch(() => undefined) // awaited below; it may fail while lines are still made
      for await (const chunk of lines) {
        if (stream.destroyed) break
        if (!stream.write(chunk)) await Promise.race([drained(stream), done])
      }
      stream.end()
      await done
    },
    copyOut: (select) => client.query(to(`copy (${select}) to stdout`)),
  }
  if (!(await lock(session))) {
    await client.end()
    throw sqliteErrors.SQLITE_IMPORT_RUNNING()
  }
  return {
    kind: 'postgres',
    transaction: (work) => inTransaction(client, session, work),
    close: () => client.end(),
  }
}

async function inTransaction<T>(
  client: Client,
  session: Session,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  await client.query(`begin; ${FIXED}`)
  try {
    const result = await work(session)
    await client.query('commit')
    return result
  } catch (error) {
    // The connection may be gone; what the caller must hear is why.
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

async function lock(session: Session): Promise<boolean> {
  const [row] = await session.query<{ taken: boolean }>(
    `select pg_try_advisory_lock(${LOCK}) as taken`,
  )
  return row?.taken === true
}

async function drained(stream: NodeJS.WritableStream): Promise<void> {
  await new Promise<void>((resolve) => stream.once('drain', resolve))
}

/** The embedded database has one session for everybody: a lock in it would not keep anybody out. */
const busy = new WeakSet<PGlite>()

async function openEmbedded(db: Database): Promise<Target> {
  const pglite = pgliteOf(db)
  if (pglite === undefined) throw new Error('This database is neither PostgreSQL nor embedded.')
  if (busy.has(pglite)) throw sqliteErrors.SQLITE_IMPORT_RUNNING()
  busy.add(pglite)
  return {
    kind: 'pglite',
    transaction: (work) =>
      pglite.transaction(async (tx) => {
        await tx.exec(FIXED)
        return await work(embeddedSession(tx))
      }),
    close: async () => void busy.delete(pglite),
  }
}

function embeddedSession(tx: Transaction): Session {
  return {
    query: async <R extends Row>(text: string, values: readonly unknown[] = []) =>
      (await tx.query<R>(text, [...values])).rows,
    async copyIn(into, lines) {
      const chunks: Buffer[] = []
      for await (const chunk of lines) chunks.push(chunk)
      await tx.query(`copy ${into} from '/dev/blob'`, [], {
        blob: new Blob(chunks as Uint8Array<ArrayBuffer>[]),
      })
    },
    async *copyOut(select) {
      const { blob } = await tx.query(`copy (${select}) to '/dev/blob'`)
      if (blob !== undefined) yield new Uint8Array(await blob.arrayBuffer())
    },
  }
}
