import { type AttemptDeps, type Begun, begin, type Trace } from './attempt.ts'
import type { Budget, Reservation } from './budget.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { Fault, outcomeOf } from './fault.ts'
import type { Places } from './places.ts'
import type { Recorder } from './recorder.ts'
import type { CallOptions, ChatEvent, ChatRequest, Lane } from './types.ts'

/** A call as it was decided: which models in which order, and how much may be written. */
export type Plan = {
  request: ChatRequest
  call: CallOptions
  lane: Lane | null
  /** The model asked for, then the fallback. */
  models: readonly [string, ...string[]]
  inputTokens: number
  maxOutputTokens: number
  stream: boolean
}

export type SessionDeps = AttemptDeps & {
  places: Places
  budget: Budget
  recorder: Recorder
  limits: { timeoutMs: number; firstTokenMs: number; idleMs: number }
  dearest: (models: readonly string[]) => string
}

const DRAIN_MS = 1000

/**
 * One answer, from its place in line to its settled budget. `next()` gives batches of events as they
 * come from the network, then usage and done, then null. `close()` before the end closes the
 * connection to the model; what was written until then is paid for.
 */
export class Session {
  readonly #deps: SessionDeps
  readonly #plan: Plan
  readonly #deadline: Deadline
  readonly #timeoutMs: number
  readonly #startedAt = performance.now()
  readonly #trace: Trace
  #release: (() => void) | undefined
  #reservation: Reservation | undefined
  #begun: Begun | undefined
  #firstTokenAt: number | undefined
  #over = false

  constructor(deps: SessionDeps, plan: Plan) {
    const { timeoutMs = deps.limits.timeoutMs, signal } = plan.call
    this.#deps = deps
    this.#plan = plan
    this.#timeoutMs = timeoutMs
    this.#trace = {
      answer: undefined,
      onToken: () => {
        this.#firstTokenAt ??= performance.now()
      },
    }
    this.#deadline = createDeadline({
      totalMs: timeoutMs,
      // Without a stream nothing comes before the whole answer.
      firstTokenMs: plan.stream ? Math.min(deps.limits.firstTokenMs, timeoutMs) : timeoutMs,
      idleMs: deps.limits.idleMs,
      ...(signal === undefined ? {} : { signal }),
    })
  }

  async next(): Promise<ChatEvent[] | null> {
    if (this.#over) return null
    try {
      if (this.#begun === undefined) {
        this.#begun = await this.#start()
        return this.#begun.first
      }
      return (await this.#begun.reader.next()) ?? (await this.#finish(this.#begun))
    } catch (error) {
      throw await this.#fail(error)
    }
  }

  async close(): Promise<void> {
    if (this.#over) return
    this.#over = true
    this.#deadline.close()
    this.#deadline.abort()
    await this.#record('cancelled')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #start(): Promise<Begun> {
    const { places, budget } = this.#deps
    const { call, request, models, stream, inputTokens } = this.#plan
    const { signal } = this.#deadline
    this.#release = await places.take(call.userId, signal)
    this.#reservation = await budget.reserve({
      userId: call.userId,
      model: this.#deps.dearest(models),
      inputTokens,
      maxOutputTokens: this.#plan.maxOutputTokens,
      timeoutMs: this.#timeoutMs,
      signal,
    })
    const { maxOutputTokens } = this.#reservation
    const { idempotencyKey } = call
    const order = { request, models, stream, maxOutputTokens, idempotencyKey }
    const begun = await begin(this.#deps, order, this.#deadline, this.#trace)
    call.onModel?.(begun.answer.model)
    return begun
  }

  async #finish(begun: Begun): Promise<ChatEvent[]> {
    this.#over = true
    this.#deadline.close()
    letGo(begun, this.#deadline.abort)
    const usage = await this.#record('ok')
    const { finishReason, model } = begun.answer
    return [
      { type: 'usage', ...usage },
      { type: 'done', finishReason: finishReason ?? 'unknown', model },
    ]
  }

  /** Ends the books and says what to throw: an LlmError, or the reason the caller cancelled with. */
  async #fail(thrown: unknown): Promise<unknown> {
    this.#over = true
    const { signal } = this.#deadline
    const cancelled = this.#deadline.cancelled()
    const error: unknown = signal.aborted ? signal.reason : thrown
    this.#deadline.close()
    this.#deadline.abort()
    const fault = error instanceof Fault ? error : undefined
    await this.#record(cancelled ? 'cancelled' : outcomeOf(error), fault)
    return fault === undefined ? error : fault.toError()
  }

  async #record(outcome: string, fault?: Fault) {
    const now = performance.now()
    const first = this.#firstTokenAt
    const usage = await this.#deps.recorder.record({
      plan: this.#plan,
      answer: this.#trace.answer,
      reservation: this.#reservation,
      outcome,
      fault,
      durationMs: Math.round(now - this.#startedAt),
      firstTokenMs: first === undefined ? null : Math.round(first - this.#startedAt),
    })
    this.#release?.()
    return usage
  }
}

/** The connection goes back to the pool once the server has ended the body; a slow one is closed. */
function letGo(begun: Begun, abort: () => void): void {
  const timer = setTimeout(abort, DRAIN_MS)
  timer.unref()
  const stop = () => clearTimeout(timer)
  // A break after the complete answer loses nothing.
  begun.reader.drain().then(stop, stop)
}
