import { sql } from 'kysely'
import type { Actor } from '../auth/index.ts'
import { sqlState, transact } from '../data/index.ts'
import { tellChange } from './changes.ts'
import type { JobsContext } from './context.ts'
import { jobErrors } from './errors.ts'
import { addStateEvent } from './events.ts'
import { notifyOf } from './signals.ts'
import { findJob, type JobView } from './view.ts'

/** Who acts: recorded in the audit log and shown in the job's timeline. */
export type JobActor = Pick<Actor, 'id' | 'email' | 'ip' | 'requestId'>

/**
 * Cancels a job that is queued or running. It counts as cancelled at once and no result of it is
 * taken any more; the process that runs it stops it within two seconds.
 * @throws {MinatoError} JOB_NOT_FOUND, JOB_FINISHED.
 */
export async function cancelJob(
  context: JobsContext,
  id: string,
  actor: JobActor,
): Promise<JobView> {
  const job = await demand(context, id)
  const done = await transact(context.raw, async (tx) => {
    const { rows } = await sql<{ attempt: number }>`
      update pgboss.job set state = 'cancelled', completed_on = now()
      where name = ${job.name} and id = ${id} and state <= 'active'
      returning retry_count + 1 as attempt, ${notifyOf({ kind: 'stop', id })}`.execute(tx)
    const row = rows[0]
    if (row === undefined) return false
    const who = actor.email ?? actor.id
    await addStateEvent(
      tx,
      { name: job.name, id, attempt: row.attempt },
      { en: `Cancelled by ${who}`, ja: `${who} が取り消し` },
    )
    await context.audit.record(auditEntry('job.cancel', job, actor), tx)
    return true
  })
  const after = await demand(context, id)
  if (!done) throw jobErrors.JOB_FINISHED({ state: after.state })
  context.metrics.finished.inc({ name: job.name, state: 'cancelled' })
  context.ended(job.name, 'cancelled', 0)
  tellChange(context, { attempt: job, ownerId: job.ownerId }, { state: 'cancelled' })
  return after
}

/**
 * Queues a job again that failed or was cancelled. Its attempts go on counting; its own retries
 * begin anew.
 * @throws {MinatoError} JOB_NOT_FOUND, JOB_NOT_RETRYABLE, JOB_SAME_IS_QUEUED.
 */
export async function retryJob(
  context: JobsContext,
  id: string,
  actor: JobActor,
): Promise<JobView> {
  const job = await demand(context, id)
  const done = await transact(context.raw, async (tx) => {
    const { rows } = await sql<{ attempt: number }>`
      update pgboss.job set state = 'retry', completed_on = null, output = null,
        start_after = now(), keep_until = now() + interval '30 days'
      where name = ${job.name} and id = ${id} and state in ('failed', 'cancelled')
      returning retry_count + 1 as attempt, ${notifyOf({ kind: 'due', name: job.name })}`.execute(
      tx,
    )
    const row = rows[0]
    if (row === undefined) return false
    const who = actor.email ?? actor.id
    await addStateEvent(
      tx,
      { name: job.name, id, attempt: row.attempt },
      { en: `Queued again by ${who}`, ja: `${who} が再試行` },
    )
    await context.audit.record(auditEntry('job.retry', job, actor), tx)
    return true
  }).catch((error: unknown) => {
    // 23505: the unique key of this kind of job is taken by another one.
    if (sqlState(error) === '23505') throw jobErrors.JOB_SAME_IS_QUEUED({}, { cause: error })
    throw error
  })
  if (!done) throw jobErrors.JOB_NOT_RETRYABLE({ state: job.state })
  return await demand(context, id)
}

async function demand(context: JobsContext, id: string): Promise<JobView> {
  const job = await findJob(context, id)
  if (job === undefined) throw jobErrors.JOB_NOT_FOUND()
  return job
}

function auditEntry(action: string, job: JobView, actor: JobActor) {
  return {
    actorId: actor.id,
    actorEmail: actor.email,
    action,
    target: `job:${job.id}`,
    ip: actor.ip,
    requestId: actor.requestId,
    metadata: { name: job.name },
  }
}
