import { sql } from 'kysely'
import type { AuthContext } from './context.ts'

/** How many failures are free, and how long the locks after them are. */
export type AttemptPolicy = { limit: number; baseMs: number; capMs: number }

const MINUTE = 60_000
/** Failures older than this are forgotten. */
const WINDOW_MS = 60 * MINUTE

/** One account: locks of 1, 2, 4, 8, 15 minutes. */
export function accountPolicy(context: AuthContext): AttemptPolicy {
  return { limit: context.config.accountAttempts, baseMs: MINUTE, capMs: 15 * MINUTE }
}

/** One address: an office behind one address has many people, so its allowance is larger. */
export function addressPolicy(context: AuthContext): AttemptPolicy {
  return { limit: context.config.addressAttempts, baseMs: MINUTE, capMs: 15 * MINUTE }
}

/** Codes have a million values and change every 30 s: five tries, then waiting. */
export const CODE_POLICY: AttemptPolicy = { limit: 5, baseMs: MINUTE, capMs: 30 * MINUTE }

export type Attempt = { allowed: boolean; retryAfterMs: number }

/**
 * Counts an attempt as failed before it is checked; `attemptSucceeded` takes that back. So a hundred
 * guesses sent at once count as a hundred, and all processes count in the same row. A locked key is not
 * counted further: waiting is enough to get out.
 */
export async function beginAttempt(
  context: AuthContext,
  key: string,
  policy: AttemptPolicy,
): Promise<Attempt> {
  const nowMs = context.clock()
  const now = sql<Date>`${new Date(nowMs)}::timestamptz`
  const stale = sql`a.updated_at < ${new Date(nowMs - WINDOW_MS)}::timestamptz`
  const locked = sql`coalesce(a.locked_until > ${now}, false)`
  const next = sql`(case when ${stale} then 1 else a.failures + 1 end)`
  const { limit, baseMs, capMs } = policy
  // The exponent is capped: power() must not overflow after days of guessing.
  const lockMs = sql`least(${baseMs}::float8 * power(2, least(${next} - ${limit}::int, 30)), ${capMs}::float8)`
  const { rows } = await sql<{ allowed: boolean; locked_until: Date | null }>`
    insert into minato.auth_attempts as a (key, failures, allowed, locked_until, updated_at)
    values (${key}, 1, true, null, ${now})
    on conflict (key) do update set
      allowed = not ${locked},
      failures = case when ${locked} then a.failures else ${next} end,
      locked_until = case
        when ${locked} then a.locked_until
        when ${next} >= ${limit}::int then ${now} + ${lockMs} * interval '1 millisecond'
      end,
      updated_at = case when ${locked} then a.updated_at else ${now} end
    returning allowed, locked_until
  `.execute(context.db)
  const row = rows[0]
  if (row === undefined) throw new Error('An attempt could not be counted.')
  const retryAfterMs = Math.max(0, (row.locked_until?.getTime() ?? 0) - nowMs)
  return { allowed: row.allowed, retryAfterMs }
}

/** Forgets the failures of one account: its owner has come, or an operator unlocks it. */
export async function clearAttempts(context: AuthContext, key: string): Promise<void> {
  await context.db.deleteFrom('minato.auth_attempts').where('key', '=', key).execute()
}

/** Takes back one counted attempt without forgetting the failures of others at the same address. */
export async function creditAttempt(
  context: AuthContext,
  key: string,
  policy: AttemptPolicy,
): Promise<void> {
  await context.db
    .updateTable('minato.auth_attempts')
    .set({
      failures: sql`greatest(failures - 1, 0)`,
      locked_until: sql`case when failures - 1 < ${policy.limit}::int then null else locked_until end`,
    })
    .where('key', '=', key)
    .execute()
}
