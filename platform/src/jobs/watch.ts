import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { JobsContext } from './context.ts'
import { findJob, type JobView } from './view.ts'

/** How often watched jobs are looked at: one query for all of a process. */
const LOOK_MS = 400

const ENDED = new Set(['succeeded', 'failed', 'cancelled'])

export type Watching = (id: string, signal: AbortSignal) => AsyncIterable<JobView>

/**
 * Follows jobs that may run in any process: by looking while somebody watches, so that neither a
 * connection of its own nor Redis is needed. Ends with the job, or when `signal` is aborted.
 */
export function createWatching(context: JobsContext): Watching {
  const waiting = new Map<string, { seen: string | undefined; wake: Set<() => void> }>()
  let looking = false

  const look = async (): Promise<void> => {
    looking = true
    while (waiting.size > 0) {
      await delay(LOOK_MS)
      for (const [id, mark] of await marksOf(context, [...waiting.keys()])) {
        const entry = waiting.get(id)
        if (entry === undefined || entry.seen === mark) continue
        entry.seen = mark
        for (const wake of entry.wake) wake()
      }
    }
    looking = false
  }
  const changed = async (id: string, signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const entry = waiting.get(id) ?? { seen: undefined, wake: new Set() }
    entry.wake.add(resolve)
    waiting.set(id, entry)
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (!looking) {
      look().catch((error: unknown) => {
        looking = false
        context.log.warn('jobs.watch_failed', { err: error })
        for (const { wake } of waiting.values()) for (const one of wake) one()
      })
    }
    await promise
    entry.wake.delete(resolve)
    if (entry.wake.size === 0) waiting.delete(id)
  }
  return async function* watch(id, signal) {
    let sent: string | undefined
    while (!signal.aborted) {
      const job = await findJob(context, id)
      if (job === undefined) return
      const mark = JSON.stringify(job)
      if (mark !== sent) yield job
      sent = mark
      if (ENDED.has(job.state) || signal.aborted) return
      await changed(id, signal)
    }
  }
}

/** State, attempt and last event of each: what tells that a view has changed. */
async function marksOf(context: JobsContext, ids: string[]): Promise<Map<string, string>> {
  const names = [...context.registered.keys()]
  const { rows } = await sql<{ id: string; mark: string }>`
    select j.id, concat_ws('/', j.state, j.retry_count,
      (select concat_ws('/', max(e.seq), max(e.at)) from minato.job_events e where e.job_id = j.id)) as mark
    from pgboss.job_common j where j.name = any(${names}::text[]) and j.id = any(${ids}::uuid[])`.execute(
    context.raw,
  )
  return new Map(rows.map((row) => [row.id, row.mark]))
}
