import { type Circuit, createCircuit } from './circuit.ts'
import { type CallOptions, type Connection, openConnection } from './connection.ts'
import { createGate, type Gate } from './gate.ts'
import {
  METHOD_NOT_FOUND,
  type Notification,
  type Params,
  REFUSED,
  type Request,
  type Result,
  RpcError,
  TIMED_OUT,
  UNREACHABLE,
} from './json-rpc.ts'
import type { Upstreams } from './upstream.ts'
import { mayBeSentAgain, toRpcError } from './upstream-errors.ts'

/** A client session that needs connections of its own: it can be asked things, or chose a log level. */
export type Holder = {
  id: string
  capabilities: Params
  readonly logLevel: string | undefined
  /** Whether it must be kept open though nothing is called: somebody listens. */
  listens(): boolean
  hear(ref: string, notification: Notification): void
  ask(ref: string, request: Request): Promise<Result>
}

export type PoolOptions = {
  upstreams: Upstreams
  clock: () => number
  version: string
  connectTimeoutMs: number
  maxConcurrent: number
  /** Before anything else is sent on a new connection; `holder` when it is a session's own. */
  onOpen(ref: string, connection: Connection, holder: Holder | undefined): Promise<void>
  /** What a server says on the connection that all share. */
  onNotification(ref: string, notification: Notification): void
}

type Slot = {
  holder: Holder | undefined
  connection: Connection | undefined
  opening: Promise<Connection> | undefined
  usedAt: number
}
type Server = {
  ref: string
  circuit: Circuit
  gate: Gate
  shared: Slot
  own: Map<string, Slot>
  /** Known after the first opening; until then a session's own connection is tried. */
  separate: boolean
  lastError: string | undefined
}

const MAX_WAITING = 512
const IDLE_OWN_MS = 300_000
const SWEEP_EVERY_MS = 30_000
/** What a connection without separate sessions can pass on to whoever's call is running. */
const RELAYED = { sampling: {}, elicitation: {} }

/**
 * Connections to servers, kept open and shared. A session that its server was restarted under is
 * opened again, and the call sent again, without the caller noticing.
 */
export function createPool(options: PoolOptions) {
  const servers = new Map<string, Server>()
  const find = (ref: string): Server => {
    let server = servers.get(ref)
    if (server === undefined) {
      server = newServer(ref, options)
      servers.set(ref, server)
    }
    return server
  }
  const timer = setInterval(() => sweep(servers, options.clock()), SWEEP_EVERY_MS).unref()
  return {
    connection: (ref: string, holder?: Holder) => connect(options, find(ref), holder),
    call: (
      ref: string,
      holder: Holder | undefined,
      method: string,
      params: Params | undefined,
      call: CallOptions,
    ) => request(options, find(ref), holder, method, params, call),
    state(ref: string) {
      const server = servers.get(ref)
      const restsForMs = server?.circuit.restsForMs() ?? 0
      const { connection } = server?.shared ?? {}
      return {
        connected: connection !== undefined,
        restsForMs,
        error: server?.lastError ?? null,
        connection,
      }
    },
    /** The connections that a session has of its own. */
    own: (holderId: string): Connection[] =>
      [...servers.values()].flatMap(({ own }) => own.get(holderId)?.connection ?? []),
    /** Ends what a session held. */
    async release(holderId: string): Promise<void> {
      for (const server of servers.values()) {
        const slot = server.own.get(holderId)
        server.own.delete(holderId)
        if (slot !== undefined) await closeSlot(slot)
      }
    },
    async close(): Promise<void> {
      clearInterval(timer)
      const slots = [...servers.values()].flatMap(({ shared, own }) => [shared, ...own.values()])
      await Promise.allSettled(slots.map(closeSlot))
      servers.clear()
    },
  }
}

export type Pool = ReturnType<typeof createPool>

function newSlot(holder?: Holder): Slot {
  return { holder, connection: undefined, opening: undefined, usedAt: 0 }
}

function newServer(ref: string, { clock, maxConcurrent }: PoolOptions): Server {
  return {
    ref,
    circuit: createCircuit(clock),
    gate: createGate(maxConcurrent, MAX_WAITING),
    shared: newSlot(),
    own: new Map(),
    separate: true,
    lastError: undefined,
  }
}

async function closeSlot(slot: Slot): Promise<void> {
  const { connection } = slot
  slot.connection = undefined
  await connection?.close()
}

function sweep(servers: Map<string, Server>, now: number): void {
  for (const server of servers.values()) {
    for (const [id, slot] of server.own) {
      if (slot.usedAt + IDLE_OWN_MS > now || (slot.connection?.inFlight ?? 0) > 0) continue
      if (slot.connection !== undefined && slot.holder?.listens() === true) continue
      server.own.delete(id)
      void closeSlot(slot).catch(() => undefined)
    }
  }
}

function slotFor(server: Server, holder: Holder | undefined): Slot {
  if (holder === undefined || !server.separate) return server.shared
  let slot = server.own.get(holder.id)
  if (slot === undefined) {
    slot = newSlot(holder)
    server.own.set(holder.id, slot)
  }
  return slot
}

function connect(
  options: PoolOptions,
  server: Server,
  holder: Holder | undefined,
): Connection | Promise<Connection> {
  const slot = slotFor(server, holder)
  slot.usedAt = options.clock()
  if (slot.connection !== undefined) return slot.connection
  slot.opening ??= open(options, server, slot, holder).finally(() => {
    slot.opening = undefined
  })
  return slot.opening
}

async function open(
  options: PoolOptions,
  server: Server,
  slot: Slot,
  holder: Holder | undefined,
): Promise<Connection> {
  const { ref, circuit } = server
  const restsForMs = circuit.restsForMs()
  if (restsForMs > 0) {
    const retryAfterSeconds = Math.ceil(restsForMs / 1000)
    throw new RpcError(UNREACHABLE, `The server "${ref}" is not reachable`, {
      server: ref,
      retryAfterSeconds,
    })
  }
  try {
    const { transport, separate } = await opened(options, ref)
    if (!separate && slot !== server.shared) {
      server.separate = false
      server.own.clear()
      await transport.close()
      return await connect(options, server, undefined)
    }
    const connection = await openConnection(
      transport,
      connectionOptions(options, server, slot, holder, separate),
    )
    if (holder?.logLevel !== undefined && 'logging' in connection.capabilities) {
      const call = { timeoutMs: options.connectTimeoutMs }
      await connection.request('logging/setLevel', { level: holder.logLevel }, call)
    }
    await options.onOpen(ref, connection, slot.holder)
    slot.connection = connection
    server.lastError = undefined
    circuit.succeeded()
    return connection
  } catch (error) {
    circuit.failed()
    const told = toRpcError(error, ref)
    server.lastError = told.message
    throw told
  }
}

/** The way to a server (an engine, a provider of tokens) may hang as well as the server. */
async function opened({ upstreams, connectTimeoutMs }: PoolOptions, ref: string) {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Opening took too long.')), connectTimeoutMs)
  const opening = upstreams.open(ref)
  try {
    return await Promise.race([opening, late])
  } catch (error) {
    // What comes too late is not left open.
    opening.then(({ transport }) => transport.close()).catch(() => undefined)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

function connectionOptions(
  options: PoolOptions,
  server: Server,
  slot: Slot,
  holder: Holder | undefined,
  separate: boolean,
) {
  const { ref } = server
  const own = slot !== server.shared && holder !== undefined ? holder : undefined
  return {
    capabilities: own?.capabilities ?? (separate ? {} : RELAYED),
    version: options.version,
    timeoutMs: options.connectTimeoutMs,
    onNotification(notification: Notification) {
      if (own === undefined) options.onNotification(ref, notification)
      else own.hear(ref, notification)
    },
    onRequest(request: Request): Promise<Result> {
      if (own !== undefined) return own.ask(ref, request)
      throw new RpcError(METHOD_NOT_FOUND, `Nobody can be asked for ${request.method} here`)
    },
    onClose() {
      slot.connection = undefined
    },
  }
}

async function request(
  options: PoolOptions,
  server: Server,
  holder: Holder | undefined,
  method: string,
  params: Params | undefined,
  call: CallOptions,
): Promise<Result> {
  const entered = server.gate.enter()
  if (entered === undefined) throw new RpcError(REFUSED, `The server "${server.ref}" is busy`)
  if (entered !== true) await entered
  try {
    for (let attempt = 0; ; attempt += 1) {
      const found = connect(options, server, holder)
      const connection = found instanceof Promise ? await found : found
      try {
        return await connection.request(method, params, call)
      } catch (error) {
        if (error instanceof RpcError) {
          const silent = error.code === TIMED_OUT && call.signal?.aborted !== true
          if (silent) void probe(options, server, holder, connection)
          throw error
        }
        drop(server, holder, connection)
        if (attempt > 0 || !mayBeSentAgain(error)) {
          server.circuit.failed()
          throw toRpcError(error, server.ref)
        }
      }
    }
  } finally {
    server.gate.leave()
  }
}

/** A connection that kept silent is asked whether it lives: some transports break without saying so. */
async function probe(
  { connectTimeoutMs: timeoutMs }: PoolOptions,
  server: Server,
  holder: Holder | undefined,
  connection: Connection,
): Promise<void> {
  try {
    await connection.request('ping', undefined, { timeoutMs })
  } catch (error) {
    // Any answer is one, also that the server knows no ping.
    if (!(error instanceof RpcError) || error.code === TIMED_OUT) drop(server, holder, connection)
  }
}

/** Forgets a connection that does not work; others may have replaced it already. */
function drop(server: Server, holder: Holder | undefined, connection: Connection): void {
  const slot = slotFor(server, holder)
  if (slot.connection !== connection) return
  slot.connection = undefined
  void connection.close().catch(() => undefined)
}
