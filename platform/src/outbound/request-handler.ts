import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { Agent, Dispatcher } from 'undici'
import type { Breaker } from './breaker.ts'
import { judgeFor } from './call.ts'
import { OutboundError, toOutboundError } from './errors.ts'
import type { Observer } from './observer.ts'
import type { Trust } from './resolve.ts'

/** What the AWS SDK v3 hands to a request handler (@smithy/types HttpRequest). */
export type SdkRequest = {
  protocol: string
  hostname: string
  port?: number
  path: string
  query?: Record<string, string | string[] | null>
  method: string
  headers: Record<string, string>
  body?: unknown
  username?: string
  password?: string
}

/** What it expects back (@smithy/types HttpResponse). */
export type SdkResponse = {
  statusCode: number
  reason?: string
  headers: Record<string, string>
  body: Readable
}

export type SdkRequestHandler = {
  readonly metadata: { handlerProtocol: string }
  handle(
    request: SdkRequest,
    options?: { abortSignal?: AbortSignal | unknown; requestTimeout?: number },
  ): Promise<{ response: SdkResponse }>
  destroy(): void
  updateHttpClientConfig(): void
  httpHandlerConfigs(): Record<string, never>
}

type Deps = { agent(trust: Trust): Agent; observer: Observer; breaker: Breaker }

// undici writes the framing itself and does not speak Expect: 100-continue; neither is signed.
const OURS: ReadonlySet<string> = new Set([
  'expect',
  'connection',
  'keep-alive',
  'transfer-encoding',
])

/**
 * A request handler for AWS SDK v3 clients (S3), bodies streamed both ways. The SDK retries by
 * itself; errors say so by `$retryable`.
 */
export function createRequestHandler(trust: Trust, deps: Deps): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: (request, options = {}) => handle(trust, deps, request, options),
    // The agent is shared and closed with outbound.
    destroy: () => {},
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  }
}

async function handle(
  trust: Trust,
  { agent, observer, breaker }: Deps,
  request: SdkRequest,
  { abortSignal, requestTimeout }: { abortSignal?: unknown; requestTimeout?: number },
): Promise<{ response: SdkResponse }> {
  const { url, path } = targetOf(request)
  const refusal = judgeFor(trust, url.href)
  const leave = refusal ? undefined : breaker.enter(`${trust} ${url.origin}`)
  if (!leave) {
    const error = new OutboundError(refusal ?? 'OUTBOUND_CIRCUIT_OPEN', url.hostname)
    observer.refused(error, trust, 's3', request.method)
    throw error
  }
  const seen = observer.start(url, trust, 's3', request.method)
  try {
    const answer = await agent(trust).request({
      origin: url.origin,
      path,
      method: request.method as Dispatcher.HttpMethod,
      headers: headersOf(request),
      body: bodyOf(request.body),
      signal: abortSignal instanceof AbortSignal ? abortSignal : null,
      ...(requestTimeout ? { headersTimeout: requestTimeout } : {}),
    })
    leave(answer.statusCode >= 502 && answer.statusCode <= 504 ? 'failure' : 'success')
    seen.answered(answer.statusCode)
    return { response: responseOf(answer) }
  } catch (error) {
    const named = toOutboundError(error, url.hostname)
    leave(named instanceof OutboundError && named.status !== 422 ? 'failure' : 'void')
    seen.failed(named)
    throw named instanceof OutboundError && named.retryable
      ? Object.assign(named, { $retryable: { throttling: false } })
      : named
  }
}

/**
 * The path goes out as the SDK wrote and signed it: parsing would fold the key `a/../b` into `b`,
 * another object (CWE-22).
 */
function targetOf({ protocol, hostname, port, path, query = {} }: SdkRequest) {
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value]
      .flat()
      .map((one) =>
        one === null ? percentEncode(name) : `${percentEncode(name)}=${percentEncode(one)}`,
      ),
  )
  const search = pairs.length > 0 ? `${path.includes('?') ? '&' : '?'}${pairs.join('&')}` : ''
  return { url, path: path + search }
}

/** RFC 3986 as the SDK's signature counts it: `!'()*` are escaped too. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function headersOf({ headers }: SdkRequest): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !OURS.has(name.toLowerCase())),
  )
}

function bodyOf(body: unknown): Readable | Buffer | string | null {
  if (body === undefined || body === null || body === '') return null
  if (typeof body === 'string' || body instanceof Readable) return body
  if (body instanceof ArrayBuffer) return Buffer.from(body)
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (body instanceof ReadableStream) return Readable.fromWeb(body as NodeReadableStream)
  if (body instanceof Blob) return Readable.fromWeb(body.stream() as NodeReadableStream)
  throw new TypeError('A body must be a string, bytes or a stream.')
}

function responseOf(answer: Dispatcher.ResponseData): SdkResponse {
  const headers: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = [value].flat().join(', ')
  }
  return {
    statusCode: answer.statusCode,
    reason: answer.statusText,
    headers,
    body: answer.body,
  }
}
