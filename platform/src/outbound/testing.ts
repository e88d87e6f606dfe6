import { Socket } from 'node:net'
import { type Outbound, type OutboundOptions, openOutbound } from './outbound.ts'
import { isOwn } from './own-sockets.ts'
import type { Resolve, ResolverOptions } from './resolve.ts'

/** A connection that was asked for: TCP with host and port, or a Unix socket with its path. */
export type TracedConnection = {
  host: string
  port: number | undefined
  path: string | undefined
  /** Opened by outbound. */
  own: boolean
  /** Where from, to find the culprit. */
  stack: string
}

export type SocketTrace = {
  /** Everything dialled since the trace began. */
  connections(): readonly TracedConnection[]
  /** What went past outbound and was not allowed. A test expects none. */
  strays(): readonly TracedConnection[]
  stop(): void
  [Symbol.dispose](): void
}

/**
 * Watches every socket this process connects, and tells those that outbound opened from the rest.
 * The database and Redis have doors of their own: let them through by `allow`.
 *
 * @example
 * using trace = traceSockets({ allow: ({ port }) => port === databasePort })
 * await journey()
 * assert.deepEqual(trace.strays(), [])
 */
export function traceSockets(
  options: { allow?: (connection: TracedConnection) => boolean } = {},
): SocketTrace {
  const seen: TracedConnection[] = []
  const original = Socket.prototype.connect
  const hooked = function connect(this: Socket, ...args: unknown[]): Socket {
    const stack = new Error('connection').stack ?? ''
    seen.push({ ...targetOf(args), own: isOwn(this), stack })
    return Reflect.apply(original, this, args)
  }
  Socket.prototype.connect = hooked as typeof original
  const stop = () => {
    if (Socket.prototype.connect === hooked) Socket.prototype.connect = original
  }
  const { allow = () => false } = options
  return {
    connections: () => [...seen],
    strays: () => seen.filter((connection) => !connection.own && !allow(connection)),
    stop,
    [Symbol.dispose]: stop,
  }
}

/** `connect(options)`, `connect(port, host)`, `connect(path)`, or Node's own normalized array. */
function targetOf(args: unknown[]): Pick<TracedConnection, 'host' | 'port' | 'path'> {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args
  if (typeof first === 'object' && first !== null) {
    const { host, port, path } = first as { host?: string; port?: number | string; path?: string }
    return { host: host ?? 'localhost', port: port === undefined ? undefined : Number(port), path }
  }
  if (typeof first === 'string' && Number.isNaN(Number(first))) {
    return { host: '', port: undefined, path: first }
  }
  const host = typeof second === 'string' ? second : 'localhost'
  return { host, port: Number(first), path: undefined }
}

/**
 * An outbound for tests of users' URLs: `hosts` answers for the name server, and the addresses in
 * `publicAddresses` (127.0.0.2, say) count as public. All else keeps its rules.
 */
export function createTestOutbound(
  options: OutboundOptions & {
    hosts?: Readonly<Record<string, readonly string[]>>
    publicAddresses?: readonly string[]
    /** Real questions to this name server (`ip:port`) instead of `hosts`. */
    nameServer?: string
  },
): Outbound {
  const { hosts = {}, publicAddresses = [], nameServer, resolve, ...rest } = options
  const table = new Map(Object.entries(hosts))
  const treatAsPublic = (address: string) => publicAddresses.includes(address)
  const fromTable: Resolve = async (host) => (table.get(host) ?? []).map(toResolved)
  const resolver: ResolverOptions = nameServer
    ? { treatAsPublic, servers: [nameServer] }
    : { treatAsPublic, resolve: resolve ?? fromTable }
  return openOutbound(rest, resolver)
}

function toResolved(address: string): { address: string; family: number } {
  return { address, family: address.includes(':') ? 6 : 4 }
}
