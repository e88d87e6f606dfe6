import { setTimeout as delay } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import { isDatabaseDown } from '../data/index.ts'
import { type Claim, type Outcome, runAttempt } from './attempt.ts'
import { tellChange } from './changes.ts'
import type { JobsContext, Registered } from './context.ts'
import { fetchJobs } from './fetch.ts'
import { settleFailed } from './settle.ts'
import { successWriter } from './settle-batch.ts'
import type { WorkerState } from './worker.ts'

const DEFAULT_CONCURRENCY = 5
const MAX_BATCH = 500
const QUICK_MS = 10
/** As long as the lease: a restart of the database must not cost a job that has ended. */
const SETTLE_TRIES = 20

type Taken = Claim & { stop: AbortController }
type LaneDeps = { context: JobsContext; boss: PgBoss; state: WorkerState; registered: Registered }

/** The jobs of one name in one process: fetches while there is room, runs, writes the ends. */
export class Lane {
  readonly #deps: LaneDeps
  readonly #limit: number
  readonly #write: ReturnType<typeof successWriter>
  readonly #waiting: Taken[] = []
  #running = 0
  /** Taken, and its end not written yet. */
  #unsettled = 0
  #meanMs = Number.POSITIVE_INFINITY
  /** More may be due than was fetched. */
  #more = false
  #fetching: Promise<void> | undefined

  constructor(deps: LaneDeps) {
    const { name, concurrency } = deps.registered.definition
    this.#deps = deps
    this.#limit = concurrency ?? DEFAULT_CONCURRENCY
    this.#write = successWriter(deps.context, name)
  }

  /** Something of this name may be due. */
  wake(): void {
    this.#more = true
    this.#pump(1)
  }

  /** Resolves when no fetch is on its way. */
  async quiet(): Promise<void> {
    await this.#fetching
  }

  /** Jobs of milliseconds are taken ahead: else asking for them would cost more than they do. */
  #capacity(): number {
    const { ownerConcurrency } = this.#deps.registered.definition
    const ahead = this.#meanMs < QUICK_MS && ownerConcurrency === undefined ? MAX_BATCH : 0
    return this.#limit + ahead
  }

  /** Many small fetches cost more than few large ones: by default half of the room must be free. */
  #pump(minRoom = Math.ceil(this.#capacity() / 2)): void {
    const capacity = this.#capacity()
    const { context, state, registered } = this.#deps
    // While some jobs' ends are being written others run, but not ever more of them.
    const room = Math.min(
      capacity - this.#running - this.#waiting.length,
      2 * capacity - this.#unsettled,
    )
    if (!this.#more || room < minRoom || this.#fetching !== undefined || state.draining) return
    this.#more = false
    this.#fetching = this.#fetch(Math.min(room, MAX_BATCH))
      .catch((error: unknown) => {
        context.log.error('jobs.fetch_failed', { job: registered.definition.name, err: error })
      })
      .finally(() => {
        this.#fetching = undefined
        this.#pump()
      })
  }

  async #fetch(size: number): Promise<void> {
    const { context, boss, state, registered } = this.#deps
    const claims = await fetchJobs(context, boss, registered.definition, size)
    this.#more ||= claims.length === size
    this.#unsettled += claims.length
    for (const claim of claims) {
      const taken = { ...claim, stop: new AbortController() }
      state.running.set(claim.attempt.id, taken)
      this.#waiting.push(taken)
    }
    this.#startWaiting()
  }

  #startWaiting(): void {
    while (this.#running < this.#limit) {
      const taken = this.#waiting.shift()
      if (taken === undefined) break
      this.#running += 1
      void this.#run(taken)
    }
    this.#pump()
  }

  async #run(taken: Taken): Promise<void> {
    const { context, state, registered } = this.#deps
    const { id } = taken.attempt
    const started = performance.now()
    tellChange(context, taken, { state: 'running', progress: 0 })
    const outcome = await runAttempt(context, registered, taken, taken.stop)
    const durationMs = performance.now() - started
    this.#meanMs = Number.isFinite(this.#meanMs)
      ? 0.9 * this.#meanMs + 0.1 * durationMs
      : durationMs
    this.#running -= 1
    this.#startWaiting()
    try {
      await throughOutage(() => this.#settle(taken, outcome, durationMs))
    } catch (error) {
      // The database stayed away: the lease runs out and the job is taken up again.
      context.log.error('jobs.settle_failed', { jobId: id, err: error })
    } finally {
      this.#unsettled -= 1
      // Lost and taken up again by this very worker: then the entry is the new attempt's.
      if (state.running.get(id) === taken) state.running.delete(id)
      this.#pump()
    }
  }

  async #settle({ attempt, ownerId }: Claim, outcome: Outcome, durationMs: number): Promise<void> {
    const { context, registered } = this.#deps
    let state: 'succeeded' | 'failed' | 'retried' | 'gone' = outcome.kind
    if (outcome.kind === 'succeeded') {
      if (!(await this.#write({ attempt, output: outcome.output }))) state = 'gone'
    } else if (outcome.kind === 'failed') {
      state = await settleFailed(context, registered.definition, attempt, outcome.failure)
    }
    if (state === 'gone') return
    tellChange(context, { attempt, ownerId }, { state: state === 'retried' ? 'queued' : state })
    if (state === 'succeeded' || state === 'failed') {
      context.ended(attempt.name, state, durationMs)
    }
    const labels = { name: attempt.name, state }
    context.metrics.finished.inc(labels)
    context.metrics.duration.observe(labels, durationMs / 1000)
  }
}

async function throughOutage(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work()
      return
    } catch (error) {
      if (attempt >= SETTLE_TRIES || !isDatabaseDown(error)) throw error
      await delay(1000)
    }
  }
}
