import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import { createEventReader } from './event-source.ts'
import { type Dispatcher, httpCall } from './http-call.ts'
import { asMessage, type Id, isObject, isRequest, type Message } from './json-rpc.ts'

export type HttpTransportOptions = {
  url: string
  /** `services.outbound.agent('config')`, or `'user'` when a person named the URL. */
  dispatcher: Dispatcher
  /** Asked before every request: credentials may have been refreshed. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>
  /** Longest message, in bytes. */
  maxMessageBytes?: number
}

/** The SDK's Transport, and what its own does not tell. */
export type HttpTransport = Transport & {
  /** Messages that came on the answer of one request, with that request's id. */
  onrelated?: (message: Message, requestId: Id) => void
  /** A request that will never be answered. */
  onlost?: (requestId: Id, error: Error) => void
}

/** The server refused an HTTP request. `code` is its status, as in the SDK's StreamableHTTPError. */
export class HttpTransportError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.name = 'HttpTransportError'
    this.code = code
  }
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
const MAX_REFUSAL_BYTES = 4096
const FIRST_RETRY_MS = 1000
const MAX_RETRY_MS = 30_000
/** How often an answer whose stream broke off is asked for again. */
const MAX_RESUMES = 3

type State = {
  options: HttpTransportOptions
  url: URL
  transport: HttpTransport
  sessionId: string | undefined
  version: string | undefined
  open: Set<() => void>
  timers: Set<NodeJS.Timeout>
  closed: boolean
}

/**
 * Streamable HTTP, the client's side, without fetch, web streams and a schema per message. Streams
 * that break off are resumed by their last event id when the server gives ids.
 */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const transport: HttpTransport = {
    async start() {},
    send: (message) => send(state, message as Message),
    async close() {
      if (state.closed) return
      state.closed = true
      for (const abort of state.open) abort()
      for (const timer of state.timers) clearTimeout(timer)
      if (state.sessionId !== undefined) await endSession(state)
      transport.onclose?.()
    },
    setProtocolVersion(version) {
      state.version = version
    },
  }
  const state: State = {
    options,
    url: new URL(options.url),
    transport,
    sessionId: undefined,
    version: undefined,
    open: new Set(),
    timers: new Set(),
    closed: false,
  }
  return transport
}

async function headersOf(state: State, more: Record<string, string>) {
  const own = state.options.headers?.()
  const headers: Record<string, string> = { ...(own instanceof Promise ? await own : own), ...more }
  if (state.sessionId !== undefined) headers['mcp-session-id'] = state.sessionId
  if (state.version !== undefined) headers['mcp-protocol-version'] = state.version
  return headers
}

/** Settles when the server has taken the message (or refused it); answers come by `onmessage`. */
async function send(state: State, message: Message): Promise<void> {
  const headers = await headersOf(state, {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  })
  const requestId = isRequest(message) ? message.id : undefined
  await exchange(state, { method: 'POST', headers, body: JSON.stringify(message) }, requestId)
  const initialized = 'method' in message && message.method === 'notifications/initialized'
  if (initialized) void listen(state, undefined, FIRST_RETRY_MS)
}

type Sent = { method: 'POST' | 'GET'; headers: Record<string, string>; body?: string }

function exchange(state: State, sent: Sent, requestId: Id | undefined, resumes = 0): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const body = createBodyReader(state, requestId)
  let taken = false
  const abort = httpCall(
    { dispatcher: state.options.dispatcher, url: state.url, ...sent },
    {
      head(status, headers) {
        const session = headers['mcp-session-id']
        if (typeof session === 'string') state.sessionId = session
        taken = status < 300
        body.begin(status, String(headers['content-type'] ?? ''))
        if (taken) resolve()
      },
      data: (chunk) => body.data(chunk),
      end() {
        state.open.delete(abort)
        const refusal = body.end()
        if (refusal !== undefined) reject(refusal)
        else if (requestId !== undefined && !body.answered()) lost(new Error('No answer came.'))
      },
      error(error) {
        state.open.delete(abort)
        reject(error)
        if (taken && requestId !== undefined && !body.answered()) lost(error)
      },
    },
  )
  const lost = (error: Error): void => {
    const from = body.lastEventId()
    if (requestId === undefined || state.closed) return
    if (from === undefined || resumes >= MAX_RESUMES) state.transport.onlost?.(requestId, error)
    else resume(state, requestId, from, body.retryMs(), resumes + 1)
  }
  state.open.add(abort)
  return promise
}

/** Asks for the rest of an answer whose stream ended early (SEP-1699: servers may do so on purpose). */
function resume(state: State, requestId: Id, from: string, waitMs: number, resumes: number): void {
  later(state, waitMs, async () => {
    const headers = await headersOf(state, { accept: 'text/event-stream', 'last-event-id': from })
    await exchange(state, { method: 'GET', headers }, requestId, resumes).catch((error: Error) =>
      state.transport.onlost?.(requestId, error),
    )
  })
}

/** The stream on which a server speaks unasked; servers need not offer one. */
async function listen(state: State, from: string | undefined, retryMs: number): Promise<void> {
  const headers = await headersOf(state, {
    accept: 'text/event-stream',
    ...(from === undefined ? {} : { 'last-event-id': from }),
  })
  const body = createBodyReader(state, undefined)
  let status = 0
  const again = (): void => {
    state.open.delete(abort)
    // Refused for good (no such stream, no such session): the next request will find out.
    if (state.closed || (status >= 400 && status < 500)) return
    const waitMs = status === 200 ? FIRST_RETRY_MS : Math.min(retryMs * 2, MAX_RETRY_MS)
    later(state, waitMs, () => listen(state, body.lastEventId() ?? from, waitMs))
  }
  const abort = httpCall(
    { dispatcher: state.options.dispatcher, url: state.url, method: 'GET', headers },
    {
      head(code, head) {
        status = code
        body.begin(code, String(head['content-type'] ?? ''))
      },
      data: (chunk) => body.data(chunk),
      end: again,
      error: again,
    },
  )
  state.open.add(abort)
}

function later(state: State, waitMs: number, act: () => Promise<void>): void {
  const timer = setTimeout(() => {
    state.timers.delete(timer)
    if (!state.closed) void act().catch((error: Error) => state.transport.onerror?.(error))
  }, waitMs).unref()
  state.timers.add(timer)
}

function endSession(state: State): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => resolve()
    void headersOf(state, {}).then((headers) => {
      const { dispatcher } = state.options
      const abort = httpCall(
        { dispatcher, url: state.url, method: 'DELETE', headers },
        { head: () => {}, data: () => {}, end: done, error: done },
      )
      // Telling the server is a courtesy; one that does not answer does not hold us up.
      setTimeout(() => {
        abort()
        done()
      }, 1000).unref()
    }, done)
  })
}

/** Turns an answer's body into messages, whichever of the two content types it has. */
function createBodyReader(state: State, requestId: Id | undefined) {
  const maxBytes = state.options.maxMessageBytes ?? MAX_MESSAGE_BYTES
  let kind: 'events' | 'json' | 'refusal' | 'nothing' = 'nothing'
  let status = 0
  let chunks: Buffer[] = []
  let size = 0
  let answered = false
  let lastEventId: string | undefined
  let retryMs = FIRST_RETRY_MS
  const take = (value: unknown): void => {
    const message = asMessage(value)
    if (message === undefined) {
      state.transport.onerror?.(new Error('The server sent something that is no MCP message.'))
      return
    }
    if (!('method' in message) && message.id === requestId) answered = true
    if (requestId !== undefined && state.transport.onrelated !== undefined) {
      state.transport.onrelated(message, requestId)
    } else if ('method' in message) state.transport.onmessage?.(message as JSONRPCMessage)
    // The SDK's client takes notifications a turn later than answers: one that came before an
    // answer, in the same packet, must be heard before it.
    else setImmediate(() => state.transport.onmessage?.(message as JSONRPCMessage))
  }
  const events = createEventReader({
    maxChars: maxBytes,
    onRetry: (ms) => {
      retryMs = Math.min(ms, MAX_RETRY_MS)
    },
    onEvent({ data, id }) {
      if (id !== undefined) lastEventId = id
      if (data !== '') take(parseJson(data))
    },
  })
  return {
    answered: () => answered,
    lastEventId: () => lastEventId,
    retryMs: () => retryMs,
    begin(code: number, contentType: string): void {
      status = code
      if (code >= 300) kind = 'refusal'
      else if (contentType.startsWith('text/event-stream')) kind = 'events'
      else if (contentType.startsWith('application/json')) kind = 'json'
    },
    data(chunk: Buffer): void {
      if (kind === 'events') events.push(chunk)
      else size += chunk.length
      if (kind === 'json' && size > maxBytes) throw new Error('The answer is too long.')
      if (kind === 'json' || (kind === 'refusal' && size <= MAX_REFUSAL_BYTES)) chunks.push(chunk)
    },
    end(): HttpTransportError | undefined {
      const text = Buffer.concat(chunks).toString('utf8')
      chunks = []
      if (kind === 'refusal') return new HttpTransportError(status, text)
      if (kind !== 'json' || text === '') return undefined
      const value = parseJson(text)
      for (const one of Array.isArray(value) ? value : [value]) take(one)
      return undefined
    },
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) || Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
