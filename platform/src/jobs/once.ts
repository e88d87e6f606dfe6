import { type Kysely, sql, type Transaction } from 'kysely'
import { transact } from '../data/index.ts'
import { type Attempt, stillHeld } from './events.ts'

/** The attempt is no longer the job's: its work is for nothing and must stop. */
export class AttemptLost extends Error {
  override name = 'AttemptLost'
}

/**
 * The mark of the step and its effects in one transaction. The job's row is locked while it runs,
 * so that an attempt which has lost its job can commit nothing, and a second one waits.
 */
export async function runOnce<Result>(
  db: Kysely<unknown>,
  attempt: Attempt,
  key: string,
  work: (tx: Transaction<unknown>) => Promise<Result>,
): Promise<Result> {
  return await transact(db, async (tx) => {
    const { rows: held } = await sql`
      select 1 from pgboss.job_common where name = ${attempt.name} and id = ${attempt.id}
        and ${stillHeld(attempt)} for update`.execute(tx)
    if (held.length === 0) throw new AttemptLost(`Job ${attempt.id} is run by another attempt.`)
    const { rows } = await sql<{ result: { value?: Result } }>`
      select result from minato.job_steps where job_id = ${attempt.id} and key = ${key}`.execute(tx)
    if (rows[0] !== undefined) return rows[0].result.value as Result
    const value = await work(tx)
    await sql`
      insert into minato.job_steps (job_name, job_id, key, result, done_at)
      values (${attempt.name}, ${attempt.id}, ${key}, ${JSON.stringify({ value })}::text::jsonb, now())`.execute(
      tx,
    )
    return value
  })
}
