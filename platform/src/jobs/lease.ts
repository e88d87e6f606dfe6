import { sql } from 'kysely'
import type { JobsContext } from './context.ts'
import { jobErrors } from './errors.ts'
import { type Attempt, addStateEvent } from './events.ts'
import { notifyOf } from './signals.ts'

/**
 * A running job belongs to the worker whose heartbeat is on it. The numbers fit together: a worker
 * that cannot reach the database stops its jobs before another one may take them.
 */
export const HEARTBEAT_MS = 5000
export const GIVE_UP_MS = 15_000
export const LEASE_SECONDS = 20

/** A job whose workers died this often is likely what kills them. */
const MAX_LOST = 3

/** Says "still running" for the attempts and gives those that are this worker's no more. */
export async function heartbeat(
  context: JobsContext,
  attempts: readonly Attempt[],
): Promise<Set<string>> {
  return await without(context, attempts, true)
}

/** The attempts that were cancelled or taken over since. */
export async function lostAmong(
  context: JobsContext,
  attempts: readonly Attempt[],
): Promise<Set<string>> {
  return await without(context, attempts, false)
}

async function without(
  context: JobsContext,
  attempts: readonly Attempt[],
  touch: boolean,
): Promise<Set<string>> {
  const names = sql`${attempts.map(({ name }) => name)}::text[]`
  const ids = sql`${attempts.map(({ id }) => id)}::uuid[]`
  const counts = sql`${attempts.map(({ attempt }) => attempt - 1)}::int[]`
  const mine = sql`unnest(${names}, ${ids}, ${counts}) as i (name, id, retry_count)`
  const held = sql`j.name = i.name and j.id = i.id and j.state = 'active' and j.retry_count = i.retry_count`
  const { rows } = touch
    ? await sql<{ id: string }>`update pgboss.job_common j set heartbeat_on = now()
        from ${mine} where ${held} returning j.id`.execute(context.raw)
    : await sql<{ id: string }>`select j.id from pgboss.job_common j, ${mine}
        where ${held}`.execute(context.raw)
  const kept = new Set(rows.map((row) => row.id))
  return new Set(attempts.map(({ id }) => id).filter((id) => !kept.has(id)))
}

/**
 * Queues jobs again whose worker is gone, and fails those that have lost several. Any worker does
 * this, and two at once find different rows.
 */
export async function takeUpLost(context: JobsContext): Promise<number> {
  const error = jobErrors.JOB_WORKER_LOST()
  const failure = JSON.stringify({ reason: error.code, detail: error.detail })
  const { rows } = await sql<{ name: string; id: string; attempt: number; failed: boolean }>`
    with lost as (
      select name, id, coalesce((output->>'failures')::int, 0) as failures,
        coalesce((output->>'lost')::int, 0) + 1 as lost
      from pgboss.job_common
      where state = 'active' and heartbeat_on < now() - ${LEASE_SECONDS} * interval '1 s'
      order by heartbeat_on limit 500 for update skip locked
    )
    update pgboss.job_common j set
      state = (case when l.lost < ${MAX_LOST} then 'retry' else 'failed' end)::pgboss.job_state,
      completed_on = case when l.lost < ${MAX_LOST} then null else now() end,
      start_after = now(),
      output = jsonb_build_object('failures', l.failures, 'lost', l.lost)
        || case when l.lost < ${MAX_LOST} then '{}' else jsonb_build_object('failure', ${failure}::text::jsonb) end
    from lost l where j.name = l.name and j.id = l.id
    returning j.name, j.id, j.retry_count + 1 as attempt, j.state = 'failed' as failed,
      ${notifyOf({ kind: 'due', name: '' })}`.execute(context.raw)
  for (const { name, id, attempt, failed } of rows) {
    context.metrics.finished.inc({ name, state: 'lost' })
    context.log.warn('job.worker_lost', { jobId: id, job: name, attempt, failed })
    if (!failed) await addStateEvent(context.raw, { name, id, attempt }, TAKEN_UP)
  }
  return rows.length
}

const TAKEN_UP = {
  en: 'The worker stopped; another one takes the job up',
  ja: 'ワーカーが停止したため、別のワーカーが引き継ぎます',
}
