import { z } from 'zod'
import { readText } from './answer-reader.ts'
import { type AttemptDeps, faultOfResponse, retrying } from './attempt.ts'
import type { Budget, Reservation } from './budget.ts'
import type { LlmConfig } from './config.ts'
import { createDeadline, type Deadline } from './deadline.ts'
import { llmErrors } from './errors.ts'
import { estimateTokens } from './estimate-tokens.ts'
import { Fault, faultOf, outcomeOf } from './fault.ts'
import { parseJson } from './parse-json.ts'
import type { Places } from './places.ts'
import type { Recorder } from './recorder.ts'
import type { CallOptions } from './types.ts'

/** What servers take in one request. */
const BATCH_TEXTS = 96
const BATCH_TOKENS = 100_000
const ANSWER_MAX_BYTES = 64 * 1024 * 1024

type Deps = AttemptDeps & { config: LlmConfig; places: Places; budget: Budget; recorder: Recorder }

/** One vector a text, in the order of the texts. See `Llm.embed`. */
export async function embedTexts(
  deps: Deps,
  texts: readonly string[],
  call: CallOptions & { model?: string },
): Promise<number[][]> {
  call.signal?.throwIfAborted()
  const model = call.model ?? embedModel(deps.config)
  const vectors: number[][] = []
  for (const batch of batches(texts)) vectors.push(...(await embedBatch(deps, batch, model, call)))
  return vectors
}

function embedModel(config: LlmConfig): string {
  const model =
    config.embedModel ?? (config.model?.startsWith('sandbox-') ? 'sandbox-embedding' : undefined)
  if (model === undefined) throw llmErrors.LLM_NOT_CONFIGURED({ variable: 'LLM_EMBED_MODEL' })
  return model
}

function* batches(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = []
  let tokens = 0
  for (const text of texts) {
    const cost = estimateTokens(text)
    if (batch.length > 0 && (batch.length >= BATCH_TEXTS || tokens + cost > BATCH_TOKENS)) {
      yield batch
      batch = []
      tokens = 0
    }
    batch.push(text)
    tokens += cost
  }
  if (batch.length > 0) yield batch
}

async function embedBatch(deps: Deps, input: string[], model: string, call: CallOptions) {
  const startedAt = performance.now()
  const timeoutMs = call.timeoutMs ?? deps.config.timeoutMs
  const inputTokens = input.reduce((sum, text) => sum + estimateTokens(text), 0)
  const plan = { call, lane: null, models: [model] as const, inputTokens }
  const signal = call.signal === undefined ? {} : { signal: call.signal }
  const limits = { totalMs: timeoutMs, firstTokenMs: timeoutMs, idleMs: timeoutMs }
  const deadline = createDeadline({ ...limits, ...signal })
  let release: (() => void) | undefined
  let reservation: Reservation | undefined
  const record = (outcome: string, answer?: Embedded, fault?: Fault) =>
    deps.recorder.record({
      plan,
      answer: answer && { model, usage: answer.usage, outputWeight: 0 },
      reservation,
      outcome,
      fault,
      durationMs: Math.round(performance.now() - startedAt),
      firstTokenMs: null,
    })
  try {
    release = await deps.places.take(call.userId, deadline.signal)
    const wanted = { userId: call.userId, model, inputTokens, maxOutputTokens: 0, timeoutMs }
    reservation = await deps.budget.reserve({ ...wanted, signal: deadline.signal })
    const embedded = await retrying(deps, model, deadline, () => post(deps, model, input, deadline))
    await record('ok', embedded)
    return embedded.vectors
  } catch (thrown) {
    const cancelled = deadline.cancelled()
    const error: unknown = deadline.signal.aborted ? deadline.signal.reason : thrown
    const fault = error instanceof Fault ? error : undefined
    await record(cancelled ? 'cancelled' : outcomeOf(error), undefined, fault)
    throw fault === undefined ? error : fault.toError()
  } finally {
    deadline.close()
    deadline.abort()
    release?.()
  }
}

type Embedded = {
  vectors: number[][]
  usage: { inputTokens: number; outputTokens: number } | undefined
}

const answerShape = z.object({
  data: z.array(
    z.object({ index: z.number().int().min(0).optional(), embedding: z.array(z.number()) }),
  ),
  usage: z.object({ prompt_tokens: z.number().min(0) }).nullish(),
})

async function post(
  deps: Deps,
  model: string,
  input: string[],
  deadline: Deadline,
): Promise<Embedded> {
  const response = await deps.transport('/embeddings', {
    method: 'POST',
    body: { kind: 'text', text: JSON.stringify({ model, input, encoding_format: 'float' }) },
    signal: deadline.signal,
  })
  if (response.status !== 200) throw await faultOfResponse(response, model)
  const body = parseJson(await readText(response, ANSWER_MAX_BYTES))
  const parsed = answerShape.safeParse(body)
  if (!parsed.success) throw badAnswer(body, model)
  const vectors = inOrder(parsed.data.data, input.length)
  const told = parsed.data.usage?.prompt_tokens
  return { vectors, usage: told === undefined ? undefined : { inputTokens: told, outputTokens: 0 } }
}

function badAnswer(body: unknown, model: string): Fault {
  if (typeof body === 'object' && body !== null && 'error' in body)
    return faultOf(200, body, { model })
  return new Fault('LLM_BAD_ANSWER', { retryable: true, upstream: { message: 'no embeddings' } })
}

function inOrder(data: { index?: number | undefined; embedding: number[] }[], count: number) {
  const vectors: number[][] = []
  for (const [at, { index, embedding }] of data.entries()) vectors[index ?? at] = embedding
  const length = vectors[0]?.length
  const whole =
    vectors.length === count &&
    data.length === count &&
    vectors.every((vector) => vector !== undefined && vector.length === length)
  if (!whole || !length)
    throw new Fault('LLM_BAD_ANSWER', { upstream: { message: 'embeddings missing or uneven' } })
  return vectors
}
