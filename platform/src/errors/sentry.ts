import { randomBytes } from 'node:crypto'
import type { Event } from '@sentry/core'
import type { ServerRuntimeClient } from '@sentry/core/server'
import { logContext, sanitizeLine } from '../log/index.ts'
import type { Outbound } from '../outbound/index.ts'

export type Where = { requestId?: string; userId?: string; route?: string }
export type EndedRequest = {
  method: string
  route: string
  status: number
  durationMs: number
  traceId: string | undefined
}

/** The way to a Sentry-compatible service. Nothing here throws, waits or delays an answer. */
export type Sentry = {
  error(thrown: unknown, where: Where, fingerprint: string): void
  /** Tells of a share of the requests; undefined when that share is none. */
  request?(ended: EndedRequest): void
  flush(): Promise<void>
}

type SentryOptions = {
  dsn: string
  environment: string
  release: string
  /** Share of requests that are told, 0 to 1. */
  traces: number
  outbound: Pick<Outbound, 'fetch'>
  log: { warn(event: string, fields?: object): void }
  /** In [0, 1). */
  random?: () => number
}

/** What waits to be sent; more than that is dropped, for a slow service must not fill the memory. */
const MAX_WAITING = 64
const SEND_TIMEOUT_MS = 10_000
const FLUSH_MS = 3000

/**
 * Opens the way. `@sentry/core` makes, groups and holds back the events (429, Retry-After,
 * X-Sentry-Rate-Limits); they leave by `outbound`, every line through the log's sanitizer.
 * Loaded only where a DSN is configured.
 *
 * @example
 * const sentry = await openSentry({ dsn, environment: 'production', release: 'minato@1.2.0', traces: 0.1, outbound, log })
 */
export async function openSentry(options: SentryOptions): Promise<Sentry> {
  const { traces, random = Math.random } = options
  const client = await createClient(options)
  const { Scope } = await import('@sentry/core')
  return {
    error(thrown, where, fingerprint) {
      const scope = new Scope()
      scope.setFingerprint([fingerprint])
      if (where.route !== undefined) scope.setTransactionName(where.route)
      if (where.requestId !== undefined) scope.setTag('request_id', where.requestId)
      if (where.userId !== undefined) scope.setUser({ id: where.userId })
      continueTrace(scope)
      client.captureException(thrown, undefined, scope)
    },
    ...(traces === 0
      ? {}
      : {
          request: (ended: EndedRequest) => {
            if (random() < traces) client.captureEvent(transactionOf(ended), undefined, new Scope())
          },
        }),
    async flush() {
      await client.flush(FLUSH_MS)
    },
  }
}

async function createClient(options: SentryOptions): Promise<ServerRuntimeClient> {
  const { dsn, environment, release, outbound, log } = options
  const { createStackParser, createTransport } = await import('@sentry/core')
  const { nodeStackLineParser, ServerRuntimeClient } = await import('@sentry/core/server')
  const client = new ServerRuntimeClient({
    dsn,
    environment,
    release,
    platform: 'node',
    runtime: { name: 'node', version: process.version },
    integrations: [],
    // Requests are told one by one, as transactions, and pass beforeSendTransaction.
    traceLifecycle: 'static',
    stackParser: createStackParser(nodeStackLineParser()),
    beforeSend: (event) => withoutCookies(event),
    beforeSendTransaction: (event) => withoutCookies(event),
    transport: ({ url, headers, recordDroppedEvent }) =>
      createTransport({ recordDroppedEvent, bufferSize: MAX_WAITING }, ({ body }) =>
        send(outbound, log, url, headers, sanitized(body)),
      ),
  })
  client.init()
  return client
}

async function send(
  outbound: SentryOptions['outbound'],
  log: SentryOptions['log'],
  url: string,
  headers: Record<string, string> | undefined,
  body: string,
) {
  const response = await outbound.fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-sentry-envelope' },
    body,
    trust: 'config',
    service: 'sentry',
    timeoutMs: SEND_TIMEOUT_MS,
    retries: 0,
  })
  await response.body?.cancel()
  const { status } = response
  if (status >= 400) log.warn('sentry.refused', { status })
  return {
    statusCode: status,
    headers: {
      'x-sentry-rate-limits': response.headers.get('x-sentry-rate-limits'),
      'retry-after': response.headers.get('retry-after'),
    },
  }
}

/** An envelope is lines of JSON. The first names the event and holds nothing of ours. */
function sanitized(body: string | Uint8Array): string {
  const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8')
  const [head = '', ...lines] = text.split('\n')
  return [head, ...lines.map((line) => sanitizeLine(line))].join('\n')
}

/** Nothing of ours puts any in; a library that did would be found by the sanitizer only by name. */
function withoutCookies<T extends Event>(event: T): T {
  if (event.request === undefined) return event
  const { cookies: _, headers = {}, ...request } = event.request
  const kept = Object.entries(headers).filter(([name]) => !/cookie|authorization/i.test(name))
  return { ...event, request: { ...request, headers: Object.fromEntries(kept) } }
}

function continueTrace(scope: { setPropagationContext(context: object): unknown }): void {
  const traceId = logContext()?.traceId
  if (traceId === undefined) return
  scope.setPropagationContext({ traceId, sampleRand: 0 })
}

function transactionOf({ method, route, status, durationMs, traceId }: EndedRequest): Event {
  const end = Date.now() / 1000
  return {
    type: 'transaction',
    transaction: `${method} ${route}`,
    transaction_info: { source: 'route' },
    start_timestamp: end - durationMs / 1000,
    timestamp: end,
    contexts: {
      trace: {
        trace_id: traceId ?? randomBytes(16).toString('hex'),
        span_id: randomBytes(8).toString('hex'),
        op: 'http.server',
        status: status >= 500 ? 'internal_error' : 'ok',
        data: { 'http.response.status_code': status },
      },
    },
  }
}
