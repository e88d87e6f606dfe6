import { judgeUrl } from './check.ts'
import type { OutboundCode } from './error-table.ts'
import { OutboundError } from './errors.ts'
import type { Hop, RequestBody } from './redirect.ts'
import type { Trust } from './resolve.ts'

/** The fields of a fetch's init, and ours. */
export type OutboundInit = Omit<RequestInit, 'redirect' | 'dispatcher'> & {
  /** Who named the URL. There is no default: say it at each call. */
  trust: Trust
  /** The whole call, retries and body included; 60 s. 0: no limit (a stream has its idle time). */
  timeoutMs?: number
  /** One attempt, until its headers are there; 30 s. 0: no limit. */
  headersTimeoutMs?: number
  /** Silence between two pieces of the body; 30 s. 0: no limit. */
  idleTimeoutMs?: number
  /** Cap of the body, decompressed: 10 MiB for `user`, 64 MiB for `config`. */
  maxBytes?: number
  /** Repetitions; 2 for GET, HEAD, PUT, DELETE, none for others unless given. */
  retries?: number
  /** `error` (default) refuses redirects; `follow` checks each of at most 5 hops. */
  redirect?: 'error' | 'follow'
  /** Label in metrics and logs, such as `llm` or `ebay`. */
  service?: string
}

/** One call of `fetch`, from the first judgement to the last byte of the body. */
export type Call = {
  first: Hop
  init: OutboundInit
  service: string
  maxBytes: number
  deadlineAt: number
  signal: AbortSignal
  /** Lets go of the deadline; called when body or call have ended. */
  end(): void
}

const TIMEOUT_MS = 60_000
const MAX_BYTES = { user: 10 * 1024 * 1024, config: 64 * 1024 * 1024 } as const

/** Judges a URL by who named it: an operator may name any host, but over HTTP only. */
export function judgeFor(trust: Trust, raw: string): OutboundCode | undefined {
  if (trust === 'user') return judgeUrl(raw)
  const url = URL.parse(raw)
  if (url === null) return 'OUTBOUND_URL_INVALID'
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'OUTBOUND_SCHEME'
  return url.username === '' && url.password === '' ? undefined : 'OUTBOUND_CREDENTIALS'
}

/** Puts a call together; throws what the URL is refused for. */
export async function openCall(
  url: string | URL,
  init: OutboundInit,
  defaults: { userAgent: string; traceparent: string | undefined; now: number },
): Promise<Call> {
  if (init.trust !== 'config' && init.trust !== 'user') {
    throw new TypeError("Say who named the URL: trust: 'config' or trust: 'user'.")
  }
  const raw = typeof url === 'string' ? url : url.href
  const host = URL.parse(raw)?.hostname ?? ''
  const refusal = judgeFor(init.trust, raw)
  if (refusal) throw new OutboundError(refusal, host)
  const headers = new Headers(init.headers)
  if (!headers.has('user-agent')) headers.set('user-agent', defaults.userAgent)
  // A stranger has no business with our trace ids (W3C Trace Context, section 6).
  if (init.trust === 'config' && defaults.traceparent && !headers.has('traceparent')) {
    headers.set('traceparent', defaults.traceparent)
  }
  const body = await encodeForm(init.body ?? null, headers)
  const method = (init.method ?? 'GET').toUpperCase()
  const { timeoutMs = TIMEOUT_MS } = init
  return {
    first: { url: new URL(raw), trust: init.trust, method, headers, body },
    init,
    service: init.service ?? 'other',
    maxBytes: init.maxBytes ?? MAX_BYTES[init.trust],
    deadlineAt: timeoutMs > 0 ? defaults.now + timeoutMs : Number.POSITIVE_INFINITY,
    ...limitTime(init.signal ?? undefined, timeoutMs, host),
  }
}

function limitTime(signal: AbortSignal | undefined, timeoutMs: number, host: string) {
  const limit = new AbortController()
  const timer =
    timeoutMs > 0
      ? setTimeout(() => limit.abort(new OutboundError('OUTBOUND_TIMEOUT', host)), timeoutMs)
      : undefined
  // An answer that nobody reads must not keep the process alive.
  timer?.unref()
  return {
    signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal,
    end: () => clearTimeout(timer),
  }
}

/** undici's own fetch does not know the global FormData, and a retry needs the bytes anyway. */
async function encodeForm(body: RequestBody | null, headers: Headers): Promise<RequestBody | null> {
  if (!(body instanceof FormData)) return body
  const encoded = new Response(body)
  headers.set('content-type', encoded.headers.get('content-type') ?? 'multipart/form-data')
  return new Uint8Array(await encoded.arrayBuffer())
}
