import type { z } from 'zod'
import type { Database } from '../data/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { Outbound } from '../outbound/index.ts'
import { type Budget, createBudget } from './budget.ts'
import type { Standing } from './budget-sql.ts'
import { type CapsAdmin, createCaps } from './caps.ts'
import { chatAnswer, streamAnswer } from './chat.ts'
import type { LlmConfig } from './config.ts'
import { type CacheDoor, createDeterministicCache } from './deterministic-cache.ts'
import { embedTexts } from './embed.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { Fault } from './fault.ts'
import * as guard from './guard/index.ts'
import {
  type Actor,
  type AuditDoor,
  type Capabilities,
  createLanes,
  type Lanes,
  resolveModels,
} from './lanes.ts'
import { countedScore, createLlmMetrics } from './metrics.ts'
import { type ModelOffer, modelOffers } from './model-offers.ts'
import { createNotices, type Notice } from './notices.ts'
import { answerObject } from './object.ts'
import { createPlaces } from './places.ts'
import { createPrices } from './prices.ts'
import { listModels, type Probe, probeModel } from './probe.ts'
import {
  createPrompts,
  type Evaluation,
  evaluatePrompt,
  type PromptRegistry,
} from './prompts/index.ts'
import { createQuirkMemory } from './quirks.ts'
import { createRecorder, type LlmLog } from './recorder.ts'
import type { SessionDeps } from './session.ts'
import { createTransport } from './transport.ts'
import type { CallOptions, ChatEvent, ChatRequest, ChatResult, Lane } from './types.ts'
import {
  listLedger,
  type UsageBy,
  type UsageFilter,
  type UsageRow,
  usageReport,
} from './usage-reports.ts'

export type LlmDeps = {
  config: { llm: LlmConfig }
  db: Database
  log: LlmLog
  clock: () => number
  outbound: Pick<Outbound, 'agent'>
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
  /** An answer that follows a schema; what does not is repaired once, then LLM_BAD_ANSWER. */
  object<S extends z.ZodType>(
    schema: S,
    request: ChatRequest,
    call: CallOptions,
  ): Promise<z.output<S>>
  /** One vector a text, in their order; `model` other than LLM_EMBED_MODEL where given. */
  embed(texts: readonly string[], call: CallOptions & { model?: string }): Promise<number[][]>
  /** What people may choose, with what each takes and costs. */
  models(): Promise<ModelOffer[]>
  /** Every model the server has, for an operator who sets a lane. Throws an LlmError. */
  serverModels(): Promise<string[]>
  /** What may be sent to a lane or model. Throws LLM_MODEL_UNKNOWN. */
  capabilities(which: { lane?: Lane; model?: string }): Promise<Capabilities & { model: string }>
  lanes: Pick<Lanes, 'list' | 'set'>
  usage: {
    month(userId: string): Promise<MonthUsage>
    report(by: UsageBy, filter: UsageFilter): Promise<UsageRow[]>
    ledger(filter: Parameters<typeof listLedger>[1]): ReturnType<typeof listLedger>
  }
  caps: CapsAdmin
  /** Proves key, model and quota with one tiny answer. */
  probe(): Promise<Probe>
  prompts: Omit<PromptRegistry, 'known'> & {
    /** Runs a prompt's evaluation set against a lane; the calls are in the actor's ledger. */
    evaluate(name: string, options: { lane: Lane; actor: Actor }): Promise<Evaluation>
  }
  /** What operators must mend: a refused key, a used-up account. */
  notices(): Promise<Notice[]>
  estimateTokens: typeof estimateTokens
  guard: typeof guard
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
  const parts = wire(deps)
  const { lanes, budget, notices, prices, config, session, prompts } = parts
  const { db } = deps
  closeWith(deps, budget)
  return {
    chat: (request, call) => chatAnswer(parts, request, call),
    stream: (request, call) => streamAnswer(parts, request, call),
    object: (schema, request, call) => answerObject(parts, schema, request, call),
    embed: (texts, call) => embedTexts({ ...session, config }, texts, call),
    models: async () => modelOffers(await lanes.settings(), config, prices),
    serverModels: () =>
      listModels(session.transport).catch((error: unknown) => Promise.reject(toLlmError(error))),
    async capabilities(which) {
      const resolved = resolveModels(which, await lanes.settings(), config)
      const { files, images, contextTokens, maxOutputTokens, models } = resolved
      return { files, images, contextTokens, maxOutputTokens, model: models[0] }
    },
    lanes,
    usage: {
      month: async (userId) => monthUsage(await budget.standing(userId)),
      report: (by, filter) => usageReport(db, by, filter),
      ledger: (filter) => listLedger(db, filter),
    },
    caps: parts.caps,
    probe: () => probeModel(parts, session.transport),
    prompts: {
      ...prompts,
      evaluate: (name, { lane, actor }) =>
        evaluatePrompt(prompts, name, async (text) => {
          const request: ChatRequest = {
            messages: [{ role: 'user', content: text }],
            lane,
            temperature: 0,
          }
          const call = { userId: actor.id, app: 'minato', purpose: 'evaluation' }
          return (await chatAnswer(parts, request, call)).text
        }),
    },
    notices: notices.list,
    estimateTokens,
    guard: { ...guard, score: countedScore(deps.metrics) },
    flush: budget.flush,
  }
}

/** Reservations of killed processes are released by whoever lives; the ledger is written at the end. */
function closeWith(deps: LlmDeps, budget: Budget): void {
  const sweep = setInterval(() => {
    budget.releaseExpired().catch((err: unknown) => deps.log.warn('llm.sweep_failed', { err }))
  }, SWEEP_MS)
  sweep.unref()
  deps.onClose?.('llm', async () => {
    clearInterval(sweep)
    await budget.flush()
  })
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
  const { audit } = deps
  const caps = createCaps({ db, clock, audit })
  const prompts = createPrompts({ db, clock, audit })
  return { config, lanes, cache, recorder, session, budget, notices, prices, caps, prompts }
}

function monthUsage(standing: Standing): MonthUsage {
  const { inputTokens, outputTokens, spentUsd, capUsd, capTokens } = standing
  const byUsd = capUsd === null ? 0 : ratioOf(spentUsd, capUsd)
  const byTokens = capTokens === null ? 0 : ratioOf(inputTokens + outputTokens, capTokens)
  const ratio = Math.max(byUsd, byTokens)
  return { inputTokens, outputTokens, costUsd: spentUsd, capUsd, capTokens, ratio }
}

const toLlmError = (error: unknown) => (error instanceof Fault ? error.toError() : error)
const ratioOf = (spent: number, cap: number) => (cap === 0 ? 1 : spent / cap)
