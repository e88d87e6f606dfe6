import { sql } from 'kysely'
import { MinatoError } from '../errors/index.ts'
import { withLogContext } from '../log/index.ts'
import { tellChange } from './changes.ts'
import type { JobsContext, Registered } from './context.ts'
import { jobErrors } from './errors.ts'
import { type Attempt, addEvent, replaceEvent } from './events.ts'
import { jobLogger } from './job-log.ts'
import type { JobRun } from './job-run.ts'
import { AttemptLost, runOnce } from './once.ts'
import type { Failure, Message } from './tables.ts'

/** A job as a worker fetched it. */
export type Claim = { attempt: Attempt; input: unknown; ownerId: string | null }

export type Outcome =
  | { kind: 'succeeded'; output: string }
  | { kind: 'failed'; failure: Failure }
  /** Cancelled, taken over, or given back at shutdown: somebody else settles it. */
  | { kind: 'gone' }

export type StopReason = 'cancelled' | 'timeout' | 'lost' | 'shutdown'

/** The reason of a job's signal: what made it stop. */
export class JobStopped extends Error {
  override name = 'JobStopped'
  readonly why: StopReason
  constructor(why: StopReason) {
    super(`The job must stop: ${why}.`)
    this.why = why
  }
}

const MAX_RESULT_BYTES = 1024 * 1024
const MAX_EVENTS = 500

/** Runs one attempt to its end. Never rejects: what went wrong is in the outcome. */
export async function runAttempt(
  context: JobsContext,
  registered: Registered,
  claim: Claim,
  stop: AbortController,
): Promise<Outcome> {
  const { definition, services } = registered
  const timer = setTimeout(() => stop.abort(new JobStopped('timeout')), definition.timeoutMs)
  const run = jobRun(context, claim, stop.signal)
  try {
    const input = definition.input.parse(claim.input)
    const work = withLogContext({ requestId: `job:${claim.attempt.id}` }, () =>
      definition.run(services(), input, run.job),
    )
    const result = await Promise.race([work, run.stopped])
    await run.written()
    if (stop.signal.aborted) return stoppedOutcome(stop.signal.reason, definition.timeoutMs)
    const output = JSON.stringify(result === undefined ? {} : { result })
    if (Buffer.byteLength(output) > MAX_RESULT_BYTES) throw jobErrors.JOB_RESULT_TOO_LARGE()
    return { kind: 'succeeded', output }
  } catch (error) {
    if (stop.signal.aborted) return stoppedOutcome(stop.signal.reason, definition.timeoutMs)
    if (error instanceof AttemptLost) return { kind: 'gone' }
    return { kind: 'failed', failure: failureOf(context, claim, error) }
  } finally {
    clearTimeout(timer)
    // Whatever of the attempt still listens hears that it is over.
    if (!stop.signal.aborted) run.release()
  }
}

function stoppedOutcome(reason: unknown, timeoutMs: number): Outcome {
  if (!(reason instanceof JobStopped) || reason.why !== 'timeout') return { kind: 'gone' }
  const error = jobErrors.JOB_TIMEOUT({ seconds: Math.round(timeoutMs / 1000) })
  return { kind: 'failed', failure: { reason: error.code, detail: error.detail } }
}

/** An expected error tells its own code; any other is recorded, and people see only that it happened. */
function failureOf(context: JobsContext, { attempt, ownerId }: Claim, error: unknown): Failure {
  if (error instanceof MinatoError) return { reason: error.code, detail: error.detail }
  context.errors.capture(error, {
    route: `job ${attempt.name}`,
    ...(ownerId === null ? {} : { userId: ownerId }),
  })
  const { code, detail } = jobErrors.JOB_FAILED()
  return { reason: code, detail }
}

/** What the job's own function is given, and what the worker needs to know of it. */
function jobRun(context: JobsContext, claim: Claim, signal: AbortSignal) {
  const { attempt, ownerId } = claim
  const writer = eventWriter(context, claim)
  const { promise: stopped, reject } = Promise.withResolvers<never>()
  stopped.catch(() => undefined)
  // A job that does not listen must not hold its slot: some seconds after the signal it is left behind.
  let grace: NodeJS.Timeout | undefined
  const onAbort = () => {
    grace = setTimeout(() => reject(signal.reason), GRACE_MS)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  const job: JobRun = {
    id: attempt.id,
    ownerId,
    attempt: attempt.attempt,
    signal,
    progress: writer.progress,
    log: jobLogger(context.log.child({ jobId: attempt.id, job: attempt.name }), writer.line),
    once: (key, work) => runOnce(context.raw, attempt, key, work),
    stepKey: (key) => `${attempt.id}:${key}`,
  }
  return {
    job,
    stopped,
    written: writer.written,
    release() {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
    },
  }
}

const GRACE_MS = 5000

/** Writes events in the order they were told; the timeline has an end, the newest progress does not. */
function eventWriter(context: JobsContext, claim: Claim) {
  const { attempt } = claim
  let count = 0
  let percent = 0
  let last: number | undefined
  let queue: Promise<unknown> = Promise.resolve()
  const write = (work: () => Promise<unknown>): Promise<void> => {
    const done = queue.then(work)
    queue = done.catch((error: unknown) => {
      context.log.warn('job.event_lost', { jobId: attempt.id, err: error })
    })
    return done.then(() => undefined)
  }
  return {
    async progress(value: number, message: Message, data?: unknown): Promise<void> {
      // NaN counts as nothing new; percentages of a retry begin again with it.
      percent = Math.max(percent, Math.min(100, Math.round(value) || 0))
      const event = { kind: 'progress' as const, percent, message, data }
      await write(async () => {
        count += 1
        if (count > MAX_EVENTS && last !== undefined)
          await replaceEvent(context.raw, last, attempt, event)
        else last = await addEvent(context.raw, attempt, event)
        if (last !== undefined)
          tellChange(context, claim, { state: 'running', progress: percent, message })
      })
    },
    line(line: { level: 'debug' | 'info' | 'warn' | 'error'; event: string; fields: unknown }) {
      count += 1
      if (count > MAX_EVENTS) return
      const { level, event: message, fields: data } = line
      // Lines are not waited for: the queue keeps their order, and a lost one is said in the log.
      void write(() => addEvent(context.raw, attempt, { kind: 'log', level, message, data })).catch(
        () => undefined,
      )
    },
    written: async () => {
      await queue
    },
  }
}

/** Gives a job back to the queue at once, without counting the attempt as a failure. */
export async function giveBack(context: JobsContext, attempts: readonly Attempt[]): Promise<void> {
  for (const { name, id, attempt } of attempts) {
    await sql`
      update pgboss.job_common set state = 'retry', start_after = now()
      where name = ${name} and id = ${id} and state = 'active' and retry_count = ${attempt - 1}`.execute(
      context.raw,
    )
  }
}
