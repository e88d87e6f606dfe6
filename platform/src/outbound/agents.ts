import { Agent, type Dispatcher } from 'undici'
import type { Dial } from './dial.ts'
import type { Trust } from './resolve.ts'

/** Headers and idle time of a request that names none itself. */
export const HEADERS_TIMEOUT_MS = 30_000
export const IDLE_TIMEOUT_MS = 30_000

/** undici's own Agent over our dial: HTTP/1.1, no proxy from the environment, no redirects. */
export function createAgent(trust: Trust, dial: Dial): Agent {
  return new Agent({
    allowH2: false,
    // Users name any host: few sockets each. A configured model server carries a stream a socket.
    connections: trust === 'user' ? 64 : null,
    keepAliveTimeout: 4_000,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: IDLE_TIMEOUT_MS,
    connect: ({ hostname, port, protocol, servername }, callback) => {
      const secure = protocol === 'https:'
      dial({
        host: hostname,
        port: port === '' ? (secure ? 443 : 80) : Number(port),
        trust,
        ...(secure && { tls: servername ? { servername } : true, alpn: ['http/1.1'] }),
      }).then(
        (socket) => callback(null, socket),
        (error) => callback(error, null),
      )
    },
  })
}

/** The agent with other time limits: undici's fetch has no way to pass them a request. */
export function withTimeouts(
  agent: Agent,
  headersTimeoutMs: number,
  idleTimeoutMs: number,
): Dispatcher {
  const limits = { headersTimeout: headersTimeoutMs, bodyTimeout: idleTimeoutMs }
  return agent.compose(
    (dispatch) => (options, handler) => dispatch({ ...options, ...limits }, handler),
  )
}
