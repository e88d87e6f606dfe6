import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'

/** 40001 serialization_failure, 40P01 deadlock_detected: the same work may succeed on a second try. */
const RETRYABLE = new Set(['40001', '40P01'])
const ATTEMPTS = 5

/**
 * Runs `work` in a transaction and repeats it when the database asks for that.
 * `work` may run several times: it must have no effect outside the transaction.
 *
 * @example
 * await transact(db, async (tx) => { await tx.insertInto('minato.users').values(row).execute() })
 */
export async function transact<Tables, Result>(
  db: Kysely<Tables>,
  work: (tx: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt >= ATTEMPTS || !RETRYABLE.has(sqlState(error) ?? '')) throw error
      await delay(10 * 2 ** attempt * Math.random())
    }
  }
}

/** SQLSTATE of a database error, for example `23505` (unique_violation). */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined
}

const CONNECTION_CODES = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOENT)$/
const CONNECTION_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|connection is closed|not queryable/i

/** True when the database could not be reached or went away, as opposed to refusing the statement. */
export function isDatabaseDown(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const state = sqlState(error)
  // 08 connection exceptions, 57P01–57P03 shutdown and starting up, 53... out of disk, memory or connections.
  if (state !== undefined && /^(08...|57P0[123]|53...)$/.test(state)) return true
  if ('syscall' in error && 'code' in error && CONNECTION_CODES.test(String(error.code)))
    return true
  if (error instanceof AggregateError) return error.errors.some(isDatabaseDown)
  return CONNECTION_MESSAGES.test(error.message)
}
