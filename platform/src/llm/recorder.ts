import type { Budget, Reservation } from './budget.ts'
import type { Fault } from './fault.ts'
import type { LlmMetrics } from './metrics.ts'
import { monthOf } from './month.ts'
import type { Notices } from './notices.ts'
import type { Prices } from './prices.ts'
import type { Plan } from './session.ts'
import type { Usage } from './types.ts'
import type { Answer } from './wire-chunk.ts'

type LogWrite = (event: string, fields?: object) => void
export type LlmLog = { debug: LogWrite; info: LogWrite; warn: LogWrite; error: LogWrite }

/** How a call ended. `answer` is undefined when no server ever said 200. */
export type CallRecord = {
  plan: Pick<Plan, 'call' | 'lane' | 'models' | 'inputTokens'>
  answer: Pick<Answer, 'model' | 'usage' | 'outputWeight'> | undefined
  reservation: Reservation | undefined
  outcome: string
  fault: Fault | undefined
  durationMs: number
  firstTokenMs: number | null
}

type Deps = {
  budget: Budget
  prices: Prices
  clock: () => number
  log: LlmLog
  metrics: LlmMetrics
  notices: Notices
}

/** Ends the books of calls: ledger and budget, one log line without contents, metrics. */
export function createRecorder(deps: Deps) {
  const { budget, log, metrics, notices } = deps
  const warnUnpriced = createPriceWarning(log)
  return {
    async record(record: CallRecord): Promise<Usage> {
      const { plan, outcome, fault, reservation, durationMs, firstTokenMs } = record
      const model = record.answer?.model ?? plan.models[0]
      const usage = usageOf(record, model, deps.prices)
      if (!usage.priceKnown) warnUnpriced(model)
      metrics.call({ ...record, model, usage, lane: plan.lane })
      const line = { ...traceOf(plan), model, outcome, ...usage, durationMs, firstTokenMs }
      if (outcome === 'ok') log.info('llm.call', line)
      else log.warn('llm.call', { ...line, upstream: fault?.upstream, err: fault?.cause })
      await notices.seen(outcome)
      // Refused before anything was asked: there is nothing to pay.
      if (reservation === undefined) return usage
      const { id: reservationId, month } = reservation
      const entry = { ...entryOf(plan, deps.clock()), ...usage, model, outcome }
      await budget.settle({
        ...entry,
        month,
        reservationId,
        cached: false,
        durationMs,
        firstTokenMs,
      })
      return usage
    },

    /** An answer from the cache: free, but in the ledger. */
    async recordCached(plan: Pick<Plan, 'call' | 'lane'>, model: string): Promise<void> {
      log.info('llm.call', { ...traceOf(plan), model, outcome: 'ok', cached: true })
      const month = monthOf(deps.clock())
      const entry = { ...entryOf(plan, deps.clock()), ...FREE, model, outcome: 'ok', month }
      await budget.settle({
        ...entry,
        reservationId: null,
        cached: true,
        durationMs: 0,
        firstTokenMs: 0,
      })
    },
  }
}

export type Recorder = ReturnType<typeof createRecorder>

const FREE: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  estimated: false,
  priceKnown: true,
}

/** What the server told, else our estimate; nothing when no server ever began to answer. */
function usageOf(record: CallRecord, model: string, prices: Prices): Usage {
  const { answer, plan } = record
  const told = answer?.usage
  const inputTokens = told?.inputTokens ?? (answer === undefined ? 0 : plan.inputTokens)
  const outputTokens = told?.outputTokens ?? Math.ceil(answer?.outputWeight ?? 0)
  const cost = prices.cost(model, inputTokens, outputTokens)
  return { inputTokens, outputTokens, estimated: told === undefined, ...cost }
}

/** Says once a model that its cost is shown as 0 for want of a price. */
function createPriceWarning(log: LlmLog) {
  const told = new Set<string>()
  return (model: string): void => {
    if (told.has(model) || told.size > 100) return
    told.add(model)
    log.warn('llm.price_unknown', { model, mend: 'add the model to LLM_PRICES' })
  }
}

type Origin = Pick<Plan, 'call' | 'lane'>

function traceOf({ call, lane }: Origin) {
  const { userId, app, purpose, conversationId } = call
  return { userId, app, purpose, lane, ...(conversationId === undefined ? {} : { conversationId }) }
}

function entryOf({ call, lane }: Origin, now: number) {
  const { userId, app, purpose, conversationId = null } = call
  return { at: new Date(now).toISOString(), userId, app, purpose, conversationId, lane }
}
