import {
  request as ask,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createSecure } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { TlsOptions } from 'node:tls'

export type Passed = { status: number; headers: OutgoingHttpHeaders; body: Buffer }

/** How a reverse proxy in front of the system can be wrong. Without any of it, it is an honest one. */
export type Lie = {
  /** Answers instead of the system; false leaves it to the system. */
  answer?(request: IncomingMessage, response: ServerResponse): boolean
  /** Changes what is passed on. */
  request?(headers: IncomingHttpHeaders, request: IncomingMessage): void
  /** Changes what comes back. */
  response?(answer: Passed, request: IncomingMessage): void
  /** How long an answer is held back. */
  delayMs?(request: IncomingMessage): number
  /** Takes a WebSocket handshake over; false leaves it to the system. */
  upgrade?(request: IncomingMessage, socket: Duplex): boolean
  server?: ServerOptions
  tls?: TlsOptions & { http2?: boolean }
}

export type LyingProxy = AsyncDisposable & { url: string; port: number }

/** An honest proxy does not wait for ever either. */
const BOUNDS = { headersTimeout: 2000, requestTimeout: 3000, connectionsCheckingInterval: 250 }

const HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'upgrade'])

/** Listens on loopback and passes everything on to a port, as nginx would, but for the lie. */
export async function startProxy(backend: number, lie: Lie = {}): Promise<LyingProxy> {
  const take = (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    if (lie.answer?.(request, response) !== true) pass(backend, lie, request, response)
  }
  const server = listenerOf(lie, take)
  server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy())
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => socket.destroy())
    if (lie.upgrade?.(request, socket) !== true) tunnel(backend, lie, request, socket)
  })
  const sockets = new Set<Duplex>()
  server.on(lie.tls === undefined ? 'connection' : 'secureConnection', (socket: Duplex) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `${lie.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Take = (request: IncomingMessage, response: ServerResponse) => void

function listenerOf({ server = {}, tls }: Lie, take: Take) {
  if (tls === undefined) return createServer({ ...BOUNDS, ...server }, take)
  const { http2 = true, ...options } = tls
  if (!http2) return createSecure(options, take)
  // The compatible form of a request over HTTP/2 is the one of HTTP/1.1.
  return createSecureServer({ ...options, allowHTTP1: true }, take as never)
}

/** The honest proxy says the address it sees, and only that one. */
function headersOf(request: IncomingMessage, lie: Lie): IncomingHttpHeaders {
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => !HOP.has(name) && !name.startsWith(':')),
  )
  headers['x-forwarded-for'] = request.socket.remoteAddress ?? ''
  lie.request?.(headers, request)
  return headers
}

function pass(backend: number, lie: Lie, request: IncomingMessage, response: ServerResponse): void {
  const { method = 'GET', url = '/' } = request
  const upstream = ask(
    {
      host: '127.0.0.1',
      port: backend,
      method,
      path: url,
      headers: headersOf(request, lie),
      agent: false,
    },
    (answer) => {
      void give(answer, lie, request, response)
    },
  )
  upstream.on('error', () => {
    if (!response.headersSent) response.writeHead(502).end()
    else response.destroy()
  })
  response.on('close', () => upstream.destroy())
  request.pipe(upstream)
}

async function give(
  answer: IncomingMessage,
  lie: Lie,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const headers: OutgoingHttpHeaders = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => !HOP.has(name)),
  )
  const passed = { status: answer.statusCode ?? 502, headers, body: Buffer.concat(chunks) }
  lie.response?.(passed, request)
  const holdMs = lie.delayMs?.(request) ?? 0
  if (holdMs > 0) await delay(holdMs)
  if (passed.headers['content-length'] !== undefined && request.method !== 'HEAD') {
    passed.headers['content-length'] = passed.body.length
  }
  response.writeHead(passed.status, passed.headers).end(passed.body)
}

/** Passes a handshake and what follows on as bytes. */
function tunnel(backend: number, lie: Lie, request: IncomingMessage, socket: Duplex): void {
  const headers = {
    ...headersOf(request, lie),
    connection: 'Upgrade',
    upgrade: request.headers.upgrade ?? 'websocket',
  }
  const upstream = connect({ host: '127.0.0.1', port: backend }, () => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
    upstream.write(`GET ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    upstream.pipe(socket)
    socket.pipe(upstream)
  })
  upstream.on('error', () => socket.destroy())
  socket.on('close', () => upstream.destroy())
}
