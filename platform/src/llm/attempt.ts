import { setTimeout as delay } from 'node:timers/promises'
import { type AnswerReader, readAnswer, readText } from './answer-reader.ts'
import type { Deadline } from './deadline.ts'
import { Fault, faultOf } from './fault.ts'
import { parseJson } from './parse-json.ts'
import { type QuirkMemory, type Quirks, quirkBehind } from './quirks.ts'
import { chatBody } from './request-body.ts'
import { backoffMs, RETRY_AFTER_MAX_MS, retryAfterMs } from './retry-after.ts'
import type { Transport, TransportResponse } from './transport.ts'
import type { ChatEvent, ChatRequest } from './types.ts'
import { type Answer, newAnswer } from './wire-chunk.ts'

/** What is sent, and to which models in which order. */
export type Order = {
  request: ChatRequest
  models: readonly string[]
  stream: boolean
  maxOutputTokens: number
  idempotencyKey: string | undefined
}

export type AttemptDeps = {
  transport: Transport
  quirks: QuirkMemory
  retries: number
  onRetry: (fault: Fault, model: string, attempt: number) => void
}

/** An answer that has begun: its first events, and where the rest comes from. */
export type Begun = { answer: Answer; reader: AnswerReader; first: ChatEvent[] }
/** Kept by the caller, so that a failed call can still say what had been read. */
export type Trace = { answer: Answer | undefined; onToken: () => void }

const ERROR_BODY_MAX_BYTES = 64 * 1024

/**
 * Tries until an answer begins: each model with retries, each attempt without what its server was
 * found not to take. Once the first event is out, nothing is tried again.
 */
export async function begin(
  deps: AttemptDeps,
  order: Order,
  deadline: Deadline,
  trace: Trace,
): Promise<Begun> {
  let first: unknown
  for (const model of order.models) {
    try {
      const once = () => withQuirks(deps, order, model, deadline, trace)
      return await retrying(deps, model, deadline, once)
    } catch (error) {
      if (deadline.signal.aborted || !(error instanceof Fault) || !error.fallback) throw error
      // The failure of the model that was asked for is the one worth telling.
      first ??= error
    }
  }
  throw first
}

/** Repeats `attempt` while its fault is worth it and time is left. */
export async function retrying<T>(
  deps: Pick<AttemptDeps, 'retries' | 'onRetry'>,
  model: string,
  deadline: Deadline,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await attempt()
    } catch (error) {
      deadline.rest()
      if (deadline.signal.aborted || !(error instanceof Fault)) throw error
      const pause = error.retryAfterMs ?? backoffMs(turn, Math.random)
      const tooLong = pause > RETRY_AFTER_MAX_MS || pause >= deadline.leftMs()
      if (!error.retryable || turn > deps.retries || tooLong) throw error
      deps.onRetry(error, model, turn)
      await delay(pause, undefined, { signal: deadline.signal })
    }
  }
}

async function withQuirks(
  deps: AttemptDeps,
  order: Order,
  model: string,
  deadline: Deadline,
  trace: Trace,
): Promise<Begun> {
  const format = order.request.responseFormat?.type
  const sent = {
    stream: order.stream,
    temperature: order.request.temperature !== undefined,
    format: format !== undefined && format !== 'text',
    schema: format === 'json-schema',
  }
  let quirks = deps.quirks.of(model)
  for (;;) {
    try {
      const begun = await send(deps.transport, order, { model, quirks }, deadline, trace)
      deps.quirks.remember(model, quirks)
      return begun
    } catch (error) {
      const quirk = error instanceof Fault ? quirkBehind(error, sent, quirks) : undefined
      if (quirk === undefined || deadline.signal.aborted) throw error
      quirks = new Set([...quirks, quirk])
    }
  }
}

async function send(
  transport: Transport,
  order: Order,
  target: { model: string; quirks: Quirks },
  deadline: Deadline,
  trace: Trace,
): Promise<Begun> {
  trace.answer = undefined
  const { stream, maxOutputTokens, idempotencyKey } = order
  deadline.sent()
  const response = await transport('/chat/completions', {
    method: 'POST',
    body: chatBody(order.request, { ...target, stream, maxOutputTokens }),
    signal: deadline.signal,
    headers: {
      accept: stream ? 'text/event-stream, application/json' : 'application/json',
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
  })
  if (response.status !== 200) throw await faultOfResponse(response, target.model)
  const answer = newAnswer(target.model)
  trace.answer = answer
  const reader = readAnswer(response, answer, {
    bytes: deadline.bytes,
    token() {
      trace.onToken()
      deadline.token()
    },
  })
  return { answer, reader, first: (await reader.next()) ?? [] }
}

/** Reads the error body (bounded) and says what it means. */
export async function faultOfResponse(response: TransportResponse, model: string): Promise<Fault> {
  const wait = retryAfterMs(response.headers, Date.now())
  const text = await readText(response, ERROR_BODY_MAX_BYTES).catch(() => '')
  return faultOf(response.status, parseJson(text), {
    model,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  })
}
