import type { PgBoss } from 'pg-boss'
import { type Claim, runAttempt } from './attempt.ts'
import type { JobsContext, Registered } from './context.ts'
import { fetchJobs } from './fetch.ts'
import { settleFailed } from './settle.ts'
import { successWriter } from './settle-batch.ts'
import type { WorkerState } from './worker.ts'

const DEFAULT_CONCURRENCY = 5
const MAX_BATCH = 500

export type Lane = {
  /** Something of this name may be due. */
  wake(): void
  /** Resolves when no fetch is on its way. */
  quiet(): Promise<void>
}

/** The jobs of one name in one process: fetches while there is room, runs, writes the ends. */
export function createLane(
  context: JobsContext,
  boss: PgBoss,
  state: WorkerState,
  registered: Registered,
): Lane {
  const { definition } = registered
  const limit = definition.concurrency ?? DEFAULT_CONCURRENCY
  const write = successWriter(context, definition.name)
  let running = 0
  let more = false
  let fetching: Promise<void> | undefined

  const pump = (minRoom: number): void => {
    const room = limit - running
    if (!more || room < minRoom || fetching !== undefined || state.draining) return
    more = false
    fetching = fetchSome(Math.min(room, MAX_BATCH))
      .catch((error: unknown) => {
        context.log.error('jobs.fetch_failed', { job: definition.name, err: error })
      })
      .finally(() => {
        fetching = undefined
        pump(HALF)
      })
  }
  // Many small fetches cost more than few large ones: wait until half of the room is free.
  const HALF = Math.ceil(limit / 2)

  const fetchSome = async (size: number): Promise<void> => {
    const claims = await fetchJobs(context, boss, definition, size)
    more ||= claims.length === size
    for (const claim of claims) void start(claim)
  }
  const start = async (claim: Claim): Promise<void> => {
    const { id } = claim.attempt
    const stop = new AbortController()
    running += 1
    state.running.set(id, { ...claim, stop })
    try {
      await runAndSettle(context, registered, claim, stop, write)
    } catch (error) {
      // The database is away: the lease runs out and the job is taken up again.
      context.log.error('jobs.settle_failed', { jobId: id, err: error })
    } finally {
      running -= 1
      state.running.delete(id)
      pump(HALF)
    }
  }
  return {
    wake() {
      more = true
      pump(1)
    },
    async quiet() {
      await fetching
    },
  }
}

async function runAndSettle(
  context: JobsContext,
  registered: Registered,
  claim: Claim,
  stop: AbortController,
  write: ReturnType<typeof successWriter>,
): Promise<void> {
  const { definition } = registered
  const started = performance.now()
  const outcome = await runAttempt(context, registered, claim, stop)
  const durationMs = performance.now() - started
  let state: string = outcome.kind
  if (outcome.kind === 'succeeded') {
    const kept = await write({ attempt: claim.attempt, output: outcome.output })
    if (!kept) state = 'gone'
  } else if (outcome.kind === 'failed') {
    state = await settleFailed(context, definition, claim.attempt, outcome.failure)
  }
  if (state === 'gone') return
  if (state === 'succeeded' || state === 'failed') context.ended(definition.name, state, durationMs)
  const labels = { name: definition.name, state }
  context.metrics.finished.inc(labels)
  context.metrics.duration.observe(labels, durationMs / 1000)
}
