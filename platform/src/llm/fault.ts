import { isLlmError, type LlmErrorCode, llmErrors } from './errors.ts'

/** What the server said, for the log; shortened, never the question or the answer. */
export type Upstream = { status?: number; type?: string; code?: string; message?: string }

type FaultOptions = {
  retryable?: boolean
  fallback?: boolean
  retryAfterMs?: number
  params?: Record<string, string | number>
  upstream?: Upstream
  cause?: unknown
}

/** A failed attempt, with what may be done about it. Becomes an LlmError when nothing is left. */
export class Fault extends Error {
  readonly code: LlmErrorCode
  /** Another attempt at the same model may succeed. */
  readonly retryable: boolean
  /** Another model may succeed. */
  readonly fallback: boolean
  readonly retryAfterMs: number | undefined
  readonly params: Record<string, string | number>
  readonly upstream: Upstream | undefined

  constructor(code: LlmErrorCode, options: FaultOptions = {}) {
    super(options.upstream?.message ?? code, { cause: options.cause })
    this.name = 'LlmFault'
    this.code = code
    this.retryable = options.retryable ?? false
    this.fallback = options.fallback ?? this.retryable
    this.retryAfterMs = options.retryAfterMs
    this.params = options.params ?? {}
    this.upstream = options.upstream
  }

  toError() {
    const seconds = Math.max(1, Math.ceil((this.retryAfterMs ?? 10_000) / 1000))
    const limited = this.code === 'LLM_RATE_LIMITED'
    return llmErrors[this.code](limited ? { seconds, ...this.params } : this.params, {
      cause: this,
      ...(limited ? { headers: { 'retry-after': String(seconds) } } : {}),
    })
  }
}

/** The word for a failed call in ledger, log and metrics. */
export function outcomeOf(error: unknown): string {
  return error instanceof Fault || isLlmError(error) ? error.code : 'error'
}

/** The fields of an OpenAI-style error object, as far as a server fills them. */
type ErrorObject = { message: string; type: string; code: string; param: string; status?: number }

/** Reads `{error: {…}}`, `{error: "…"}`, `{message}`, `{detail}`: servers do not agree. */
export function errorObjectOf(body: unknown): ErrorObject | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const record = body as Record<string, unknown>
  const inner = record.error ?? (record.object === 'error' ? record : undefined)
  if (typeof inner === 'string') return { message: inner, type: '', code: '', param: '' }
  if (typeof inner === 'object' && inner !== null) return fields(inner as Record<string, unknown>)
  if ('choices' in record) return undefined
  const message = record.message ?? record.detail
  if (message === undefined) return undefined
  return { message: asText(message), type: '', code: '', param: '' }
}

function fields(inner: Record<string, unknown>): ErrorObject {
  const code = asText(inner.code)
  const status = /^[45]\d\d$/.test(code) ? Number(code) : undefined
  return {
    message: asText(inner.message),
    type: asText(inner.type),
    code,
    param: asText(inner.param),
    ...(status === undefined ? {} : { status }),
  }
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 500)
}

const QUOTA =
  /insufficient_quota|exceeded your current quota|billing|credit balance|out of credits/i
const CONTENT = /content_filter|content_policy|content management policy|safety|moderation/i
const TOO_LONG = /context_length|context length|maximum context|too many tokens|prompt is too long/i
const MODEL =
  /model_not_found|model .{0,80}(?:not (?:found|exist|available)|does not exist)|(?:unknown|invalid|unsupported) model|no such model/i
const KEY = /invalid_api_key|incorrect api key|invalid api key|authentication/i
const RATE = /rate.?limit|too many requests/i

/**
 * Turns a status and an error body into a fault. A stream or a 200 may carry an error object too;
 * `status` is then 200 and the object decides.
 */
export function faultOf(
  status: number,
  body: unknown,
  details: { model: string; retryAfterMs?: number },
): Fault {
  const object = errorObjectOf(body)
  const told = object?.status ?? status
  const words = object === undefined ? '' : `${object.code} ${object.type} ${object.message}`
  const upstream: Upstream = {
    status,
    ...(object?.type ? { type: object.type } : {}),
    ...(object?.code ? { code: object.code } : {}),
    ...(object?.message ? { message: object.message.slice(0, 200) } : {}),
  }
  const { retryAfterMs, model } = details
  const waiting = retryAfterMs === undefined ? {} : { retryAfterMs }
  if (told === 402 || QUOTA.test(words)) return new Fault('LLM_QUOTA', { upstream })
  if (told === 401 || told === 403 || (told < 300 && KEY.test(words)))
    return keyOrContent(words, upstream)
  if (told === 429 || (told < 300 && RATE.test(words)))
    return new Fault('LLM_RATE_LIMITED', { retryable: true, upstream, ...waiting })
  if (told === 413 || TOO_LONG.test(words)) return new Fault('LLM_CONTEXT_TOO_LONG', { upstream })
  if (told < 500 && MODEL.test(words))
    return new Fault('LLM_MODEL_UNKNOWN', { fallback: true, params: { model }, upstream })
  if (told < 500 && CONTENT.test(words)) return new Fault('LLM_CONTENT_REFUSED', { upstream })
  if (told === 400 || told === 422 || told === 415)
    return new Fault('LLM_REQUEST_REFUSED', { fallback: true, upstream })
  return new Fault('LLM_UNAVAILABLE', {
    retryable: told !== 404,
    fallback: true,
    upstream,
    ...waiting,
  })
}

function keyOrContent(words: string, upstream: Upstream): Fault {
  // Some providers answer a moderated question with 403.
  if (upstream.status === 403 && CONTENT.test(words))
    return new Fault('LLM_CONTENT_REFUSED', { upstream })
  return new Fault('LLM_KEY_REFUSED', { upstream })
}
