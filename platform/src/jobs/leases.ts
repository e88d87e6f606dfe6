import { JobStopped, type StopReason } from './attempt.ts'
import type { JobsContext } from './context.ts'
import { every } from './every.ts'
import { GIVE_UP_MS, HEARTBEAT_MS, heartbeat, lostAmong, takeUpLost } from './lease.ts'
import type { WorkerState } from './worker.ts'

/** A cancel is told by a notification; this finds it when that was lost. */
const CHECK_MS = 750

/** Keeps this worker's leases, stops what it has lost, and takes up what other workers lost. */
export function startLeases(context: JobsContext, state: WorkerState): { stop(): Promise<void> } {
  let keptAt = performance.now()
  const stopAll = (ids: Iterable<string>, why: StopReason) => {
    for (const id of ids) state.running.get(id)?.stop.abort(new JobStopped(why))
  }
  const attempts = () => [...state.running.values()].map(({ attempt }) => attempt)
  const heart = every(HEARTBEAT_MS, context.log, 'jobs.heartbeat_failed', async () => {
    if (state.running.size > 0) stopAll(await heartbeat(context, attempts()), 'lost')
    keptAt = performance.now()
  })
  const check = every(CHECK_MS, context.log, 'jobs.check_failed', async () => {
    // Others may soon take these jobs: what cannot say that it runs must not run.
    if (performance.now() - keptAt > GIVE_UP_MS) stopAll([...state.running.keys()], 'lost')
    if (state.running.size > 0) stopAll(await lostAmong(context, attempts()), 'cancelled')
  })
  const others = every(HEARTBEAT_MS, context.log, 'jobs.takeover_failed', () => takeUpLost(context))
  return {
    async stop() {
      await Promise.all([heart.stop(), check.stop(), others.stop()])
    },
  }
}
