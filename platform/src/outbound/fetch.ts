import { setTimeout as delay } from 'node:timers/promises'
import { type Agent, type BodyInit as UndiciBody, fetch as undiciFetch } from 'undici'
import { HEADERS_TIMEOUT_MS, IDLE_TIMEOUT_MS, withTimeouts } from './agents.ts'
import { backoffMs, isIdempotent, isRetryStatus, retryAfterMs } from './backoff.ts'
import { isRepeatable, limitBody } from './body.ts'
import type { Breaker } from './breaker.ts'
import { type Call, type OutboundInit, openCall } from './call.ts'
import { OutboundError, toOutboundError } from './errors.ts'
import type { Observer } from './observer.ts'
import { type Hop, locationOf, MAX_REDIRECTS, nextHop } from './redirect.ts'
import type { Trust } from './resolve.ts'

export type FetchDeps = {
  agent(trust: Trust): Agent
  observer: Observer
  breaker: Breaker
  clock: () => number
  random: () => number
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  userAgent: string
  traceparent: () => string | undefined
  /** Origins of stand-ins that count as configured whoever names them. */
  sandbox: ReadonlySet<string>
}

/** What one attempt came to. */
type Attempt = { response: Response } | { error: unknown }

/** Waits, unless the signal ends it. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
}

/** `outbound.fetch`: judge, dial, retry, follow, cap. */
export function createFetch(deps: FetchDeps) {
  return async (url: string | URL, init: OutboundInit): Promise<Response> => {
    const call = await open(deps, url, init)
    try {
      let hop = call.first
      for (let followed = 0; ; followed += 1) {
        const response = await sendWithRetries(deps, call, hop)
        const location = locationOf(response.status, response.headers)
        if (location === undefined) return finish(call, hop, response, followed > 0)
        await response.body?.cancel()
        hop = follow(deps, call, hop, { status: response.status, location, followed })
      }
    } catch (error) {
      call.end()
      throw error
    }
  }
}

async function open(deps: FetchDeps, url: string | URL, init: OutboundInit): Promise<Call> {
  const { clock, userAgent, traceparent, observer, sandbox } = deps
  const standIn = init.trust === 'user' && sandbox.has(URL.parse(String(url))?.origin ?? '')
  try {
    return await openCall(url, standIn ? { ...init, trust: 'config' } : init, {
      userAgent,
      traceparent: traceparent(),
      now: clock(),
    })
  } catch (error) {
    if (error instanceof OutboundError) {
      observer.refused(error, init.trust, init.service ?? 'other', init.method ?? 'GET')
    }
    throw error
  }
}

function follow(
  { observer }: FetchDeps,
  { init, service }: Call,
  hop: Hop,
  { status, location, followed }: { status: number; location: string; followed: number },
): Hop {
  const host = hop.url.hostname
  try {
    if (init.redirect !== 'follow') throw new OutboundError('OUTBOUND_REDIRECT_REFUSED', host)
    if (followed >= MAX_REDIRECTS) throw new OutboundError('OUTBOUND_TOO_MANY_REDIRECTS', host)
    return nextHop(hop, status, location)
  } catch (error) {
    if (error instanceof OutboundError) {
      // A host that a server named gets no label of its own.
      const trust = error.host === host ? hop.trust : 'user'
      observer.refused(error, trust, service, hop.method)
    }
    throw error
  }
}

async function sendWithRetries(deps: FetchDeps, call: Call, hop: Hop): Promise<Response> {
  let last: Attempt | undefined
  for (let attempt = 0; ; attempt += 1) {
    const next = await attemptOnce(deps, call, hop)
    // The circuit opened under our own retries: what the server said is worth more than that.
    const current = isCircuitOpen(next) && last ? last : next
    const waitMs = current === next ? waitBefore(deps, call, hop, current, attempt) : undefined
    if (waitMs === undefined) {
      if ('response' in current) return current.response
      throw current.error
    }
    last = current
    if ('response' in current) await current.response.body?.cancel()
    await deps.sleep(waitMs, call.signal)
  }
}

function isCircuitOpen(attempt: Attempt): boolean {
  return (
    'error' in attempt &&
    attempt.error instanceof OutboundError &&
    attempt.error.code === 'OUTBOUND_CIRCUIT_OPEN'
  )
}

/** How long to wait before the next attempt; `undefined`: there is none. */
function waitBefore(
  { clock, random }: FetchDeps,
  { init, signal, deadlineAt }: Call,
  hop: Hop,
  result: Attempt,
  attempt: number,
): number | undefined {
  if (signal.aborted || !isRepeatable(hop.body)) return undefined
  const unsent = 'error' in result && result.error instanceof OutboundError && !result.error.sent
  const retries = init.retries ?? (isIdempotent(hop.method) || unsent ? 2 : 0)
  if (attempt >= retries || !isWorthRepeating(result)) return undefined
  const asked =
    'response' in result
      ? retryAfterMs(result.response.headers.get('retry-after'), clock())
      : undefined
  const waitMs = asked ?? backoffMs(attempt, random)
  return clock() + waitMs < deadlineAt && Number.isFinite(waitMs) ? waitMs : undefined
}

function isWorthRepeating(result: Attempt): boolean {
  if ('response' in result) return isRetryStatus(result.response.status)
  const { error } = result
  return error instanceof OutboundError && error.retryable && error.code !== 'OUTBOUND_CLOSED'
}

/** One exchange up to the headers, seen by breaker, metrics and log. */
async function attemptOnce(deps: FetchDeps, call: Call, hop: Hop): Promise<Attempt> {
  const { service, signal } = call
  const host = hop.url.hostname
  const leave = deps.breaker.enter(`${hop.trust} ${hop.url.origin}`)
  if (!leave) {
    const error = new OutboundError('OUTBOUND_CIRCUIT_OPEN', host)
    deps.observer.refused(error, hop.trust, service, hop.method)
    return { error }
  }
  const seen = deps.observer.start(hop.url, hop.trust, service, hop.method)
  try {
    const response = await send(deps, call, hop)
    leave(response.status >= 502 && response.status <= 504 ? 'failure' : 'success')
    seen.answered(response.status)
    return { response }
  } catch (error) {
    const named = signal.aborted ? signal.reason : toOutboundError(error, host)
    const blame = named instanceof OutboundError && named.status !== 422
    leave(blame ? 'failure' : 'void')
    seen.failed(named)
    return { error: named }
  }
}

/** The two fetches differ in their types alone: the global Response is what callers know. */
async function send(deps: FetchDeps, { init, signal }: Call, hop: Hop): Promise<Response> {
  signal.throwIfAborted()
  const { headersTimeoutMs = HEADERS_TIMEOUT_MS, idleTimeoutMs = IDLE_TIMEOUT_MS } = init
  const response = await undiciFetch(hop.url, {
    method: hop.method,
    headers: [...hop.headers],
    body: hop.body as UndiciBody | null,
    redirect: 'manual',
    signal,
    dispatcher: withTimeouts(deps.agent(hop.trust), headersTimeoutMs, idleTimeoutMs),
    ...(isRepeatable(hop.body) ? {} : { duplex: 'half' as const }),
  })
  return response as unknown as Response
}

/** The answer with its body capped; it carries the final URL, as a fetch's response does. */
function finish(call: Call, hop: Hop, response: Response, redirected: boolean): Response {
  const host = hop.url.hostname
  const { maxBytes, signal, end } = call
  const declared = Number(response.headers.get('content-length') ?? 0)
  if (hop.method !== 'HEAD' && declared > maxBytes) {
    void response.body?.cancel()
    throw new OutboundError('OUTBOUND_RESPONSE_TOO_LARGE', host, { params: { maxBytes } })
  }
  if (response.body === null) end()
  const body = response.body && limitBody(response.body, { host, maxBytes, signal, done: end })
  const { status, statusText } = response
  // A Response cannot be made with a status such as 999, which some sites do send.
  const odd = status < 200 || status > 599
  const answer = new Response(body, {
    status: odd ? 599 : status,
    statusText,
    headers: [...response.headers],
  })
  const url = new URL(hop.url)
  url.hash = ''
  Object.defineProperties(answer, {
    url: { value: url.href },
    redirected: { value: redirected },
    ...(odd && { status: { value: status } }),
  })
  return answer
}
