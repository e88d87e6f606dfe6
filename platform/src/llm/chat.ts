import type { LlmConfig } from './config.ts'
import type { DeterministicCache } from './deterministic-cache.ts'
import { llmErrors } from './errors.ts'
import { estimateRequestTokens } from './estimate-tokens.ts'
import { type Lanes, type Resolved, resolveModels } from './lanes.ts'
import type { Recorder } from './recorder.ts'
import { wireFormat, wireTools } from './request-body.ts'
import { type Plan, Session, type SessionDeps } from './session.ts'
import type { CallOptions, ChatEvent, ChatRequest, ChatResult } from './types.ts'

type Deps = {
  config: LlmConfig
  lanes: Lanes
  cache: DeterministicCache
  recorder: Recorder
  session: SessionDeps
}

const NO_QUIRKS = new Set<never>()

/** Decides which models answer and what the call may cost at most. */
async function planOf(deps: Deps, request: ChatRequest, call: CallOptions, stream: boolean) {
  const known = deps.lanes.settings()
  const settings = known instanceof Promise ? await known : known
  const resolved = resolveModels(request, settings, deps.config)
  refuseUnsupported(request, resolved)
  const extras = { ...wireTools(request), ...wireFormat(request.responseFormat, NO_QUIRKS) }
  const wire = Object.keys(extras).length === 0 ? '' : JSON.stringify(extras)
  const plan: Plan = {
    request,
    call,
    lane: resolved.lane,
    models: resolved.models,
    inputTokens: estimateRequestTokens(request, wire),
    maxOutputTokens: request.maxOutputTokens ?? resolved.maxOutputTokens,
    stream,
  }
  return plan
}

function refuseUnsupported(request: ChatRequest, resolved: Resolved): void {
  if (resolved.files && resolved.images) return
  for (const { content } of request.messages) {
    if (!Array.isArray(content)) continue
    for (const { type } of content) {
      const refused = (type === 'file' && !resolved.files) || (type === 'image' && !resolved.images)
      if (refused)
        throw llmErrors.LLM_INPUT_UNSUPPORTED({ model: resolved.models[0], kind: `${type}s` })
    }
  }
}

/** Streams an answer. See `Llm.stream`. */
export async function* streamAnswer(
  deps: Deps,
  request: ChatRequest,
  call: CallOptions,
): AsyncGenerator<ChatEvent> {
  call.signal?.throwIfAborted()
  const plan = await planOf(deps, request, call, true)
  const key = deps.cache.keyOf(request, call, plan.models[0])
  if (key !== undefined) {
    // One answer for the whole question: a cached call is not written token by token.
    yield* eventsOf(await answerOnce(deps, { ...plan, stream: false }, key))
    return
  }
  const session = new Session(deps.session, plan)
  try {
    for (let batch = await session.next(); batch !== null; batch = await session.next())
      for (const event of batch) yield event
  } finally {
    await session.close()
  }
}

/** One whole answer. See `Llm.chat`. */
export async function chatAnswer(
  deps: Deps,
  request: ChatRequest,
  call: CallOptions,
): Promise<ChatResult> {
  call.signal?.throwIfAborted()
  const plan = await planOf(deps, request, call, false)
  return await answerOnce(deps, plan, deps.cache.keyOf(request, call, plan.models[0]))
}

async function answerOnce(deps: Deps, plan: Plan, key: string | undefined): Promise<ChatResult> {
  const cached = key === undefined ? undefined : await deps.cache.get(key)
  if (cached !== undefined) {
    await deps.recorder.recordCached(plan, cached.model)
    const usage = { ...cached.usage, inputTokens: 0, outputTokens: 0, costUsd: 0 }
    return { ...cached, usage, cached: true }
  }
  await using session = new Session(deps.session, plan)
  const result = await collect(session, plan.models[0])
  const ttlMs = plan.call.cache?.ttlMs
  // An answer that was cut for lack of budget must not become everybody's answer.
  if (key !== undefined && ttlMs !== undefined && result.finishReason === 'stop')
    await deps.cache.set(key, result, ttlMs)
  return result
}

async function collect(session: Session, model: string): Promise<ChatResult> {
  const result: ChatResult = {
    text: '',
    toolCalls: [],
    finishReason: 'unknown',
    model,
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, estimated: true, priceKnown: false },
    cached: false,
  }
  for (let batch = await session.next(); batch !== null; batch = await session.next())
    for (const event of batch) take(result, event)
  return result
}

function take(result: ChatResult, event: ChatEvent): void {
  if (event.type === 'delta') result.text += event.text
  else if (event.type === 'toolCall') {
    const { type: _, ...toolCall } = event
    result.toolCalls.push(toolCall)
  } else if (event.type === 'usage') {
    const { type: _, ...usage } = event
    result.usage = usage
  } else {
    result.finishReason = event.finishReason
    result.model = event.model
  }
}

function* eventsOf(result: ChatResult): Generator<ChatEvent> {
  if (result.text !== '') yield { type: 'delta', text: result.text }
  for (const call of result.toolCalls) yield { type: 'toolCall', ...call }
  yield { type: 'usage', ...result.usage }
  yield { type: 'done', finishReason: result.finishReason, model: result.model }
}

export type ChatDeps = Deps
