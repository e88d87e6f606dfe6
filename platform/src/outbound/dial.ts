import { isIP, type LookupFunction, Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { sameAddress } from './address.ts'
import { OutboundError, toOutboundError } from './errors.ts'
import { markOwn } from './own-sockets.ts'
import { isOpenPort } from './port.ts'
import {
  judgeDialled,
  type ResolvedAddress,
  type ResolverOptions,
  resolveHost,
  type Trust,
} from './resolve.ts'

export type DialOptions = {
  host: string
  port: number
  trust: Trust
  /** TLS from the first byte; `servername` if the certificate is for another name than `host`. */
  tls?: boolean | { servername?: string }
  /** From the first DNS question to the end of the TLS handshake; 10 s if absent. */
  timeoutMs?: number
  signal?: AbortSignal
  alpn?: string[]
}

export type Dial = (options: DialOptions) => Promise<Socket | TLSSocket>

const CONNECT_TIMEOUT_MS = 10_000
const MAX_SESSIONS = 100

/**
 * The one place that opens connections: resolves, checks every address, dials exactly those, and
 * looks at the address reached before a byte is sent (DNS rebinding, CWE-367).
 */
export function createDial(resolver: ResolverOptions): Dial {
  const sessions = new Map<string, Buffer>()
  return async (options) => {
    const { host, port, trust, signal, timeoutMs = CONNECT_TIMEOUT_MS } = options
    if (trust === 'user' && !isOpenPort(port)) throw new OutboundError('OUTBOUND_PORT', host)
    const limit = new AbortController()
    const timer = setTimeout(
      () => limit.abort(new OutboundError('OUTBOUND_TIMEOUT', host)),
      timeoutMs,
    )
    const stop = signal ? AbortSignal.any([signal, limit.signal]) : limit.signal
    const opened: Socket[] = []
    try {
      stop.throwIfAborted()
      const addresses = await abortable(resolveHost(host, trust, resolver), stop)
      const socket = await abortable(openTcp(host, port, addresses, opened), stop)
      if (trust === 'user') assertPeer(socket, addresses, host, resolver)
      return options.tls
        ? await abortable(openTls(socket, options, sessions, opened), stop)
        : socket
    } catch (error) {
      for (const socket of opened) socket.destroy()
      const named = toOutboundError(error, host)
      if (named instanceof OutboundError) named.sent = false
      throw named
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Dials the checked addresses, in turn as RFC 8305 has it, and no other. */
function openTcp(
  host: string,
  port: number,
  addresses: readonly ResolvedAddress[],
  opened: Socket[],
): Promise<Socket> {
  const pinned: LookupFunction = (_host, options, done) => {
    const [first] = addresses
    if (options.all) done(null, [...addresses])
    else done(null, first?.address ?? '', first?.family)
  }
  return new Promise((resolve, reject) => {
    const socket = new Socket()
    markOwn(socket)
    opened.push(socket)
    // Stays for good: an error between us and the library that takes over must not end the process.
    socket.on('error', reject)
    socket.connect({ host, port, lookup: pinned, autoSelectFamily: true, noDelay: true }, () => {
      socket.setKeepAlive(true, 60_000)
      resolve(socket)
    })
  })
}

/** The address reached must be one of those checked, and public in its own right. */
export function assertPeer(
  socket: { remoteAddress?: string | undefined },
  addresses: readonly ResolvedAddress[],
  host: string,
  resolver: ResolverOptions,
): void {
  const peer = socket.remoteAddress ?? ''
  const known = addresses.some(({ address }) => sameAddress(address, peer))
  if (!known || judgeDialled(peer, resolver))
    throw new OutboundError('OUTBOUND_PEER_MISMATCH', host)
}

function openTls(
  socket: Socket,
  { host, port, tls, alpn, trust }: DialOptions,
  sessions: Map<string, Buffer>,
  opened: Socket[],
): Promise<TLSSocket> {
  const servername =
    (typeof tls === 'object' ? tls.servername : undefined) ?? (isIP(host) ? '' : host)
  const key = `${trust} ${host}:${port} ${servername}`
  const session = sessions.get(key)
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket,
      host, // what the certificate is checked against where there is no servername
      servername: servername.replace(/\.$/, ''),
      rejectUnauthorized: true, // whatever NODE_TLS_REJECT_UNAUTHORIZED says
      ...(session && { session }),
      ...(alpn && { ALPNProtocols: alpn }),
    })
    markOwn(secured)
    opened.push(secured)
    secured.on('error', reject)
    secured.on('session', (ticket) => remember(sessions, key, ticket))
    secured.once('secureConnect', () => resolve(secured))
  })
}

function remember(sessions: Map<string, Buffer>, key: string, ticket: Buffer): void {
  sessions.delete(key)
  sessions.set(key, ticket)
  const [oldest] = sessions.keys()
  if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest)
}

/** Settles with the promise or with the signal, whichever is first. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
