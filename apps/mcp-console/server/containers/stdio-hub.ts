import type { Duplex } from 'node:stream'
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js'
import { frameReader, lineReader } from './frames.ts'

/** One client of a server's stdio. */
export type HubClient = {
  receive(message: JSONRPCMessage): void
  failed(error: Error): void
  closed(): void
}

export type Hub = {
  send(client: HubClient, message: JSONRPCMessage): Promise<void>
  join(client: HubClient): void
  /** The stream is let go when the last client has left. */
  leave(client: HubClient): void
}

/** The largest message a server may send. */
const MAX_MESSAGE_BYTES = 32 * 1024 * 1024

type Message = {
  jsonrpc: '2.0'
  id?: RequestId
  method?: string
  params?: Record<string, unknown> & { _meta?: Record<string, unknown> }
  result?: unknown
  error?: unknown
}
type Pending = { client: HubClient; id: RequestId; progressToken: unknown }

/**
 * A stdio server has one input and one output, but several clients here (the gateway's pool, the Inspector, other
 * processes at the same container). Every request gets an id nobody else uses and its answer goes back under the
 * client's own; the handshake is done once; what is not for us is passed over.
 */
export function createHub(stream: Duplex, options: HubOptions): Hub {
  const state: State = {
    stream,
    options,
    count: 0,
    clients: new Set(),
    pending: new Map(),
    handshake: options.handshake === undefined ? undefined : { result: options.handshake },
    initialized: options.handshake !== undefined,
  }
  const frames = frameReader()
  const lines = lineReader(MAX_MESSAGE_BYTES)
  stream.on('data', (piece: Buffer) => {
    for (const { channel, payload } of frames(piece)) {
      if (channel === 'stderr') continue
      for (const line of lines.push(payload)) receive(state, line)
    }
  })
  stream.on('error', (error) => {
    for (const client of state.clients) client.failed(error)
  })
  stream.on('close', () => {
    options.ended()
    for (const client of [...state.clients]) client.closed()
    state.clients.clear()
  })
  stream.on('end', () => stream.destroy())
  return {
    join: (client) => state.clients.add(client),
    leave(client) {
      state.clients.delete(client)
      for (const [id, waiting] of state.pending) {
        if (waiting.client === client) state.pending.delete(id)
      }
      if (state.clients.size === 0) stream.destroy()
    },
    send: (client, message) => send(state, client, message as Message),
  }
}

type HubOptions = {
  /** Begins every id of this hub: unlike that of any other process. */
  tag: string
  /** What the server answered to `initialize` before, if it did since it was started. */
  handshake?: unknown
  shaken(result: unknown): void
  ended(): void
}

type State = {
  stream: Duplex
  options: HubOptions
  count: number
  clients: Set<HubClient>
  pending: Map<RequestId, Pending>
  /** Answer of the server to the first `initialize`; later ones are answered with it. */
  handshake: { result: unknown } | Handshake | undefined
  initialized: boolean
}

type Handshake = { id: string; waiting: { client: HubClient; id: RequestId }[] }

async function send(state: State, client: HubClient, message: Message): Promise<void> {
  if (message.method === 'initialize' && message.id !== undefined) {
    const first = shakeHands(state, client, message.id)
    if (first !== undefined) await write(state.stream, { ...message, id: first })
    return
  }
  if (message.method === 'notifications/initialized') {
    if (state.initialized) return
    state.initialized = true
  }
  await write(state.stream, outgoing(state, client, message))
}

/** The id to ask the server with, or undefined when it was asked already. */
function shakeHands(state: State, client: HubClient, id: RequestId): string | undefined {
  const { handshake } = state
  if (handshake === undefined) {
    const own = nextId(state)
    state.handshake = { id: own, waiting: [{ client, id }] }
    return own
  }
  if ('waiting' in handshake) {
    handshake.waiting.push({ client, id })
  } else {
    const answer = { jsonrpc: '2.0', id, result: handshake.result } as JSONRPCMessage
    queueMicrotask(() => client.receive(answer))
  }
  return undefined
}

function nextId(state: State): string {
  state.count += 1
  return `${state.options.tag}${state.count}`
}

/** The message as the server gets it: ids and progress tokens are the hub's. */
function outgoing(state: State, client: HubClient, message: Message): Message {
  const { id, method, params } = message
  if (method === undefined) return message
  if (id === undefined) {
    if (method !== 'notifications/cancelled') return message
    const meant = [...state.pending].find(
      ([, one]) => one.client === client && one.id === params?.['requestId'],
    )
    return meant === undefined
      ? message
      : { ...message, params: { ...params, requestId: meant[0] } }
  }
  const own = nextId(state)
  const progressToken = params?._meta?.['progressToken']
  state.pending.set(own, { client, id, progressToken })
  if (progressToken === undefined) return { ...message, id: own }
  const _meta = { ...params?._meta, progressToken: own }
  return { ...message, id: own, params: { ...params, _meta } }
}

function receive(state: State, line: Buffer): void {
  const message = parse(line)
  // Servers print banners, too; they are in the log.
  if (message === undefined) return
  if (message.method === undefined) {
    settle(state, message)
    return
  }
  if (message.method === 'notifications/progress') {
    const waiting = state.pending.get(String(message.params?.['progressToken']))
    if (waiting === undefined) return
    const params = { ...message.params, progressToken: waiting.progressToken }
    waiting.client.receive({ ...message, params } as JSONRPCMessage)
    return
  }
  if (message.id !== undefined) {
    // A request of the server (sampling, a question to the person) is most likely about the newest call.
    const [first] = state.clients
    const asked = [...state.pending.values()].at(-1)?.client ?? first
    asked?.receive(message as JSONRPCMessage)
    return
  }
  for (const client of state.clients) client.receive(message as JSONRPCMessage)
}

function settle(state: State, message: Message): void {
  const { handshake } = state
  if (handshake !== undefined && 'waiting' in handshake && handshake.id === message.id) {
    const refused = message.error !== undefined
    state.handshake = refused ? undefined : { result: message.result }
    if (!refused) state.options.shaken(message.result)
    for (const { client, id } of handshake.waiting) {
      if (state.clients.has(client)) client.receive({ ...message, id } as JSONRPCMessage)
    }
    return
  }
  const waiting = message.id === undefined ? undefined : state.pending.get(message.id)
  // An answer to another process, or to somebody who has left.
  if (waiting === undefined || message.id === undefined) return
  state.pending.delete(message.id)
  waiting.client.receive({ ...message, id: waiting.id } as JSONRPCMessage)
}

function parse(line: Buffer): Message | undefined {
  if (line[0] !== 123) return undefined // `{`
  try {
    const message: unknown = JSON.parse(line.toString('utf8'))
    const isMessage = typeof message === 'object' && message !== null && 'jsonrpc' in message
    return isMessage ? (message as Message) : undefined
  } catch {
    return undefined
  }
}

function write(stream: Duplex, message: Message): Promise<void> {
  const line = `${JSON.stringify(message)}\n`
  return new Promise((resolve, reject) => {
    if (stream.destroyed) {
      reject(new Error('The server has ended.'))
      return
    }
    stream.write(line, (error) => (error ? reject(error) : resolve()))
  })
}
