import { randomUUID } from 'node:crypto'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { HttpTransport } from './http-transport.ts'
import {
  asMessage,
  failure,
  type Id,
  isObject,
  isRequest,
  LATEST_VERSION,
  METHOD_NOT_FOUND,
  type Message,
  type Notification,
  type Params,
  type Request,
  type Result,
  RpcError,
  TIMED_OUT,
  VERSIONS,
} from './json-rpc.ts'

/** Where what a server says during a call goes. */
export type CallHooks = {
  /** Calls of one owner share what a server says without naming the call. */
  owner: object
  notify(notification: Notification): void
  ask(request: Request): Promise<Result>
}

export type CallOptions = {
  timeoutMs: number
  signal?: AbortSignal | undefined
  hooks?: CallHooks | undefined
}

export type ConnectionOptions = {
  capabilities: Params
  version: string
  timeoutMs: number
  /** What a server says outside of any call. */
  onNotification(notification: Notification): void
  onRequest(request: Request): Promise<Result>
  onClose(error: Error | undefined): void
}

export type Connection = {
  readonly capabilities: Params
  readonly serverInfo: Params
  readonly instructions: string | undefined
  readonly protocolVersion: string
  readonly inFlight: number
  request(method: string, params: Params | undefined, options: CallOptions): Promise<Result>
  notify(method: string, params?: Params): Promise<void>
  close(): Promise<void>
}

type Pending = {
  resolve(result: Result): void
  reject(error: Error): void
  hooks: CallHooks | undefined
  progressToken: unknown
  /** Starts and stops the time limit: it stands still while a person is asked something. */
  clock: { start(): void; stop(): void }
}

/** The connection broke; the call may or may not have been carried out. */
export class ConnectionLost extends Error {
  constructor(cause?: unknown) {
    super('The connection to the server was lost.', { cause })
    this.name = 'ConnectionLost'
  }
}

type State = {
  transport: Transport
  options: ConnectionOptions
  pending: Map<Id, Pending>
  prefix: string
  sent: number
  closed: boolean
}

/**
 * A client's side of MCP over any transport: handshake, ids, time limits, and who a server's own
 * messages are for. Results are passed on as they came: a gateway has no use for a second copy
 * parsed by schema, and a newer server's fields survive.
 */
export async function openConnection(
  transport: Transport,
  options: ConnectionOptions,
): Promise<Connection> {
  const state: State = {
    transport,
    options,
    pending: new Map(),
    // Several processes may share one server's standard input: their ids must not meet.
    prefix: randomUUID().slice(0, 8),
    sent: 0,
    closed: false,
  }
  listen(state)
  try {
    await transport.start()
    return await shakeHands(state)
  } catch (error) {
    state.closed = true
    await transport.close().catch(() => undefined)
    throw error
  }
}

function listen(state: State): void {
  const { transport } = state
  transport.onmessage = (message: JSONRPCMessage) => receive(state, asMessage(message), undefined)
  const http = transport as HttpTransport
  http.onrelated = (message, requestId) => receive(state, message, requestId)
  http.onlost = (requestId, error) => {
    state.pending.get(requestId)?.reject(new ConnectionLost(error))
  }
  transport.onclose = () => lose(state, undefined)
  // Errors that matter end a call or the connection, and are told there.
  transport.onerror = () => undefined
}

function lose(state: State, error: Error | undefined): void {
  if (state.closed) return
  state.closed = true
  for (const { reject } of [...state.pending.values()]) reject(new ConnectionLost(error))
  state.options.onClose(error)
}

async function shakeHands(state: State): Promise<Connection> {
  const { transport, options } = state
  const { capabilities, version, timeoutMs } = options
  const clientInfo = { name: 'minato', title: 'Minato MCP gateway', version }
  const params = { protocolVersion: LATEST_VERSION, capabilities, clientInfo }
  const result = await request(state, 'initialize', params, { timeoutMs })
  const protocolVersion = String(result['protocolVersion'])
  if (!VERSIONS.includes(protocolVersion)) {
    throw new Error(`The server speaks revision "${protocolVersion.slice(0, 20)}", unknown here.`)
  }
  transport.setProtocolVersion?.(protocolVersion)
  await notify(state, 'notifications/initialized')
  const { capabilities: offered, serverInfo, instructions } = result
  return {
    capabilities: isObject(offered) ? offered : {},
    serverInfo: isObject(serverInfo) ? serverInfo : {},
    instructions: typeof instructions === 'string' ? instructions : undefined,
    protocolVersion,
    get inFlight() {
      return state.pending.size
    },
    request: (method, more, call) => request(state, method, more, call),
    notify: (method, more) => notify(state, method, more),
    async close() {
      lose(state, undefined)
      await transport.close()
    },
  }
}

function notify(state: State, method: string, params?: Params): Promise<void> {
  const message = { jsonrpc: '2.0' as const, method, ...(params === undefined ? {} : { params }) }
  return state.transport.send(message as JSONRPCMessage)
}

function request(
  state: State,
  method: string,
  params: Params | undefined,
  { timeoutMs, signal, hooks }: CallOptions,
): Promise<Result> {
  if (state.closed) return Promise.reject(new ConnectionLost())
  state.sent += 1
  const id = `${state.prefix}-${state.sent}`
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  let timer: NodeJS.Timeout | undefined
  const cancel = (error: Error): void => {
    if (!state.pending.has(id)) return
    pending.reject(error)
    // A server that is gone cannot be told.
    notify(state, 'notifications/cancelled', { requestId: id, reason: error.message }).catch(
      () => undefined,
    )
  }
  const start = (): void => {
    const seconds = Math.round(timeoutMs / 1000)
    const timedOut = () => new RpcError(TIMED_OUT, `No answer within ${seconds} s`)
    timer = setTimeout(() => cancel(timedOut()), timeoutMs)
  }
  const onAbort = (): void => cancel(new RpcError(TIMED_OUT, 'The call was cancelled'))
  const settle = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
    state.pending.delete(id)
  }
  const pending: Pending = {
    resolve(result) {
      settle()
      resolve(result)
    },
    reject(error) {
      settle()
      reject(error)
    },
    hooks,
    progressToken: tokenOf(params),
    clock: { start, stop: () => clearTimeout(timer) },
  }
  state.pending.set(id, pending)
  start()
  signal?.addEventListener('abort', onAbort)
  const own = pending.progressToken === undefined ? params : withToken(params, id)
  const message = {
    jsonrpc: '2.0' as const,
    id,
    method,
    ...(own === undefined ? {} : { params: own }),
  }
  state.transport.send(message as JSONRPCMessage).catch((error: Error) => {
    // An answer may have come before the sending was found to have failed.
    if (state.pending.has(id)) pending.reject(error)
  })
  return promise
}

function tokenOf(params: Params | undefined): unknown {
  const meta = params?.['_meta']
  return isObject(meta) ? meta['progressToken'] : undefined
}

/** Tokens of different clients may be the same; ids here are not. */
function withToken(params: Params | undefined, id: Id): Params {
  const meta = params?.['_meta']
  return { ...params, _meta: { ...(isObject(meta) ? meta : {}), progressToken: id } }
}

function receive(state: State, message: Message | undefined, relatedTo: Id | undefined): void {
  if (message === undefined) return
  if (isRequest(message)) void answer(state, message, hooksFor(state, relatedTo))
  else if ('method' in message) hear(state, message, relatedTo)
  else if (message.id !== null) {
    const pending = state.pending.get(message.id)
    if (pending === undefined) return // given up on before
    if ('result' in message) pending.resolve(message.result)
    else {
      const { code, message: text, data } = message.error
      pending.reject(new RpcError(code, text, data))
    }
  }
}

/** The call that a server's message belongs to: the one it names, or the only owner's that runs. */
function hooksFor(state: State, relatedTo: Id | undefined): Pending | undefined {
  if (relatedTo !== undefined) return state.pending.get(relatedTo)
  let found: Pending | undefined
  for (const pending of state.pending.values()) {
    if (pending.hooks === undefined) continue
    if (found !== undefined && found.hooks?.owner !== pending.hooks.owner) return undefined
    found = pending
  }
  return found
}

function hear(state: State, message: Notification, relatedTo: Id | undefined): void {
  if (message.method === 'notifications/progress') {
    const token = message.params?.['progressToken']
    const pending = state.pending.get(token as Id)
    if (pending?.hooks === undefined || pending.progressToken === undefined) return
    const params = { ...message.params, progressToken: pending.progressToken }
    pending.hooks.notify({ ...message, params })
    return
  }
  const inCall = message.method === 'notifications/message' ? hooksFor(state, relatedTo) : undefined
  if (inCall?.hooks !== undefined) inCall.hooks.notify(message)
  else state.options.onNotification(message)
}

async function answer(state: State, message: Request, pending: Pending | undefined): Promise<void> {
  let reply: object
  pending?.clock.stop()
  try {
    const result = message.method === 'ping' ? {} : await ask(state, message, pending)
    reply = { jsonrpc: '2.0', id: message.id, result }
  } catch (error) {
    reply = failure(message.id, error)
  }
  if (pending !== undefined && [...state.pending.values()].includes(pending)) pending.clock.start()
  // The call it belongs to ends by its own time limit when the server cannot be told.
  await state.transport.send(reply as JSONRPCMessage).catch(() => undefined)
}

function ask(state: State, message: Request, pending: Pending | undefined): Promise<Result> {
  if (!ASKED_OF_CLIENTS.has(message.method)) {
    throw new RpcError(METHOD_NOT_FOUND, `Method not found: ${message.method}`)
  }
  return pending?.hooks?.ask(message) ?? state.options.onRequest(message)
}

const ASKED_OF_CLIENTS = new Set(['sampling/createMessage', 'elicitation/create', 'roots/list'])
