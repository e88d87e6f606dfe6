import { sql } from 'kysely'
import { transact } from '../data/index.ts'
import type { JobActor } from './acts.ts'
import type { JobsContext } from './context.ts'
import { jobErrors } from './errors.ts'
import { notifyOf } from './signals.ts'
import { findJob } from './view.ts'

const MAX_AT_ONCE = 1000

const recordOf = (actor: JobActor, action: string, target: string, metadata: object) => ({
  actorId: actor.id,
  actorEmail: actor.email,
  action,
  target,
  ip: actor.ip,
  requestId: actor.requestId,
  metadata: { ...metadata },
})

/**
 * Queues failed jobs of a name again, oldest first, at most a thousand at a time. One whose unique
 * key is taken meanwhile stays where it is. Gives how many.
 */
export async function retryFailed(
  context: JobsContext,
  name: string,
  actor: JobActor,
): Promise<number> {
  if (!context.registered.has(name)) throw jobErrors.JOB_UNKNOWN({ name })
  return await transact(context.raw, async (tx) => {
    const { rows } = await sql`
      update pgboss.job_common j set state = 'retry', completed_on = null, output = null,
        start_after = now(), keep_until = now() + interval '30 days'
      where j.name = ${name} and j.id in (
        select distinct on (coalesce(f.singleton_key, f.id::text)) f.id from (
          select id, singleton_key, completed_on from pgboss.job_common
          where name = ${name} and state = 'failed' order by completed_on limit ${MAX_AT_ONCE}
        ) f where f.singleton_key is null or not exists (
          select 1 from pgboss.job_common o where o.name = ${name} and o.singleton_key = f.singleton_key
            and o.state <= 'active')
        order by coalesce(f.singleton_key, f.id::text), f.completed_on)
      returning ${notifyOf({ kind: 'due', name })}`.execute(tx)
    await context.audit.record(
      recordOf(actor, 'job.retry-all', `jobs:${name}`, { jobs: rows.length }),
      tx,
    )
    return rows.length
  })
}

/**
 * Removes a job that failed or was cancelled, with all it told.
 * @throws {MinatoError} JOB_NOT_FOUND, JOB_NOT_RETRYABLE.
 */
export async function discardJob(context: JobsContext, id: string, actor: JobActor): Promise<void> {
  const job = await findJob(context, id)
  if (job === undefined) throw jobErrors.JOB_NOT_FOUND()
  await transact(context.raw, async (tx) => {
    const { rows } = await sql`delete from pgboss.job_common where name = ${job.name} and id = ${id}
      and state in ('failed', 'cancelled') returning id`.execute(tx)
    if (rows.length === 0) throw jobErrors.JOB_NOT_RETRYABLE({ state: job.state })
    await sql`delete from minato.job_events where job_id = ${id}`.execute(tx)
    await sql`delete from minato.job_steps where job_id = ${id}`.execute(tx)
    await context.audit.record(recordOf(actor, 'job.discard', `job:${id}`, { name: job.name }), tx)
  })
}
