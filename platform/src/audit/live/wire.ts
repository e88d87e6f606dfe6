import { type IncomingHttpHeaders, type IncomingMessage, request as plain } from 'node:http'
import { request as secured } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { serverNameOf, type Target } from './target.ts'

/*
 * These sockets do not go through `outbound`: they must say what outbound forbids (a foreign Host, a
 * broken request, a certificate nobody trusts) to an address that an operator named.
 */

export type Question = {
  method?: string
  /** Sent as it is: `/../etc/passwd` stays. */
  path: string
  headers?: Record<string, string | string[]>
  body?: string | Buffer
  timeoutMs?: number
}

export type Answer = {
  status: number
  headers: IncomingHttpHeaders
  /** Set-Cookie lines. */
  cookies: string[]
  /** At most a megabyte. */
  body: string
  ms: number
}

const MAX_BODY_BYTES = 1024 * 1024
const TIMEOUT_MS = 15_000
const DIAL_TIMEOUT_MS = 5000

/** The same for every request: a new browser would be a mail to the account's owner. */
export const AUDIT_AGENT = 'minato-audit'

/**
 * One request on a connection of its own. Resolves with the answer whatever its status.
 * @throws {Error} when nobody answers in time.
 */
export function ask(target: Target, question: Question, source?: string): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body, timeoutMs = TIMEOUT_MS } = question
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const options = {
      host: target.hostname,
      port: target.port,
      method,
      path,
      setHost: false,
      agent: false,
      headers: {
        host: target.publicHost,
        'user-agent': AUDIT_AGENT,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
      ...(source === undefined ? {} : { localAddress: source }),
      signal: AbortSignal.timeout(timeoutMs),
    }
    const take = (response: IncomingMessage) => {
      readBody(response).then(
        (text) =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            cookies: response.headers['set-cookie'] ?? [],
            body: text,
            ms: performance.now() - started,
          }),
        reject,
      )
    }
    const call = target.secure
      ? secured({ ...options, servername: serverNameOf(target), rejectUnauthorized: false }, take)
      : plain(options, take)
    call.on('error', reject)
    call.on('upgrade', ({ headers }, socket) => {
      socket.destroy()
      resolve({ status: 101, headers, cookies: [], body: '', ms: performance.now() - started })
    })
    call.end(body)
  })
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk)
      size += chunk.length
      if (size > MAX_BODY_BYTES) break
    }
  } catch (error) {
    // A server may end the connection right behind a refusal: what was read is the answer.
    if (response.statusCode === undefined || chunks.length === 0) throw error
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A connected socket, with TLS where the address has it, for requests no HTTP client would send. */
export function dial(target: Target, source?: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const where = {
      host: target.hostname,
      port: target.port,
      ...(source === undefined ? {} : { localAddress: source }),
    }
    const socket = target.secure
      ? connectTls({ ...where, servername: serverNameOf(target), rejectUnauthorized: false })
      : connect(where)
    const timer = setTimeout(() => socket.destroy(new Error('no connection')), DIAL_TIMEOUT_MS)
    socket.once('error', reject)
    socket.once(target.secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      socket.off('error', reject)
      socket.on('error', () => undefined) // the other side may reset what it refuses
      resolve(socket)
    })
  })
}

/** Everything the other side says until it ends, or until the time is over. */
export function hear(socket: Socket, withinMs: number): Promise<{ text: string; ended: boolean }> {
  return new Promise((resolve) => {
    let text = ''
    const done = (ended: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ text, ended })
    }
    const timer = setTimeout(() => done(false), withinMs)
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      if (text.length < MAX_BODY_BYTES) text += chunk
    })
    socket.once('close', () => done(true))
    socket.once('end', () => done(true))
  })
}
