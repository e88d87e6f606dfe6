import type { Database } from '../data/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { Outbound } from '../outbound/index.ts'
import { createBudget } from './budget.ts'
import type { Standing } from './budget-sql.ts'
import { chatAnswer, streamAnswer } from './chat.ts'
import type { LlmConfig } from './config.ts'
import { type CacheDoor, createDeterministicCache } from './deterministic-cache.ts'
import { type AuditDoor, createLanes, type Lanes } from './lanes.ts'
import { createLlmMetrics } from './metrics.ts'
import { createNotices, type Notice } from './notices.ts'
import { createPlaces } from './places.ts'
import { createPrices } from './prices.ts'
import { createQuirkMemory } from './quirks.ts'
import { createRecorder, type LlmLog } from './recorder.ts'
import type { SessionDeps } from './session.ts'
import { createTransport } from './transport.ts'
import type { CallOptions, ChatEvent, ChatRequest, ChatResult } from './types.ts'

export type LlmDeps = {
  config: { llm: LlmConfig }
  db: Database
  log: LlmLog
  clock: () => number
  outbound: Pick<Outbound, 'fetch'>
  cache?: CacheDoor
  audit?: AuditDoor
  errors?: { capture(error: unknown): void }
  metrics?: Metrics
  onClose?: (name: string, close: () => Promise<void>) => void
}

/** Month to date of one user. `ratio` is 1 at the cap; warn from 0.8 on, answers stop at 1. */
export type MonthUsage = {
  inputTokens: number
  outputTokens: number
  costUsd: number
  capUsd: number | null
  capTokens: number | null
  ratio: number
}

export type Llm = {
  /** One whole answer. Throws an LlmError, or the signal's reason when it was cancelled. */
  chat(request: ChatRequest, call: CallOptions): Promise<ChatResult>
  /**
   * The answer as it is written: `delta` events, then `toolCall`s, `usage`, `done`. Leaving the loop
   * or aborting the signal closes the connection to the model at once.
   */
  stream(request: ChatRequest, call: CallOptions): AsyncIterable<ChatEvent>
  lanes: Pick<Lanes, 'list' | 'set'>
  usage: { month(userId: string): Promise<MonthUsage> }
  notices(): Promise<Notice[]>
  /** Writes what is still unwritten of the ledger. */
  flush(): Promise<void>
}

const SWEEP_MS = 60_000

/**
 * The door to the models.
 *
 * @example
 * const llm = createLlm(services)
 * for await (const event of llm.stream({ messages }, { userId, app: 'notes', purpose: 'answer' }))
 *   if (event.type === 'delta') write(event.text)
 */
export function createLlm(deps: LlmDeps): Llm {
  const chatDeps = wire(deps)
  const { lanes, budget, notices } = chatDeps
  const sweep = setInterval(() => {
    budget.releaseExpired().catch((err: unknown) => deps.log.warn('llm.sweep_failed', { err }))
  }, SWEEP_MS)
  sweep.unref()
  deps.onClose?.('llm', async () => {
    clearInterval(sweep)
    await budget.flush()
  })
  return {
    chat: (request, call) => chatAnswer(chatDeps, request, call),
    stream: (request, call) => streamAnswer(chatDeps, request, call),
    lanes,
    usage: { month: async (userId) => monthUsage(await budget.standing(userId)) },
    notices: notices.list,
    flush: budget.flush,
  }
}

function wire(deps: LlmDeps) {
  const config = deps.config.llm
  const { db, clock, log } = deps
  const prices = createPrices(config.prices)
  const budget = createBudget({
    db,
    clock,
    prices,
    caps: { usd: config.monthlyCapUsd, tokens: config.monthlyCapTokens },
    queueMs: config.queueMs,
    onLost: (err, row) => log.error('llm.ledger_row_lost', { err, row }),
  })
  const host = config.url === undefined ? '' : new URL(config.url).host
  const notices = createNotices({ db, clock, log, host, errors: deps.errors })
  const metrics = createLlmMetrics(deps.metrics)
  const recorder = createRecorder({ budget, prices, clock, log, metrics, notices })
  const lanes = createLanes({ db, clock, config, audit: deps.audit })
  const session: SessionDeps = {
    transport: createTransport(deps.outbound, config),
    quirks: createQuirkMemory(),
    retries: config.retries,
    onRetry: (fault, model, attempt) =>
      log.warn('llm.retry', { model, attempt, code: fault.code, upstream: fault.upstream }),
    places: createPlaces({
      total: config.concurrency,
      perUser: config.userConcurrency,
      waitMs: config.queueMs,
    }),
    budget,
    recorder,
    limits: {
      timeoutMs: config.timeoutMs,
      firstTokenMs: config.firstTokenTimeoutMs,
      idleMs: config.idleTimeoutMs,
    },
    dearest: (models) => prices.dearest(models),
  }
  const cache = createDeterministicCache(deps.cache)
  return { config, lanes, cache, recorder, session, budget, notices, prices }
}

function monthUsage(standing: Standing): MonthUsage {
  const { inputTokens, outputTokens, spentUsd, capUsd, capTokens } = standing
  const byUsd = capUsd === null ? 0 : ratioOf(spentUsd, capUsd)
  const byTokens = capTokens === null ? 0 : ratioOf(inputTokens + outputTokens, capTokens)
  const ratio = Math.max(byUsd, byTokens)
  return { inputTokens, outputTokens, costUsd: spentUsd, capUsd, capTokens, ratio }
}

const ratioOf = (spent: number, cap: number) => (cap === 0 ? 1 : spent / cap)
