import { MinatoError } from '@minato/platform/errors'
import { isObject, RpcError, UNREACHABLE } from './json-rpc.ts'

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/**
 * Whether a request may be sent once more over a new connection: the server says that it does not
 * know our session (it was restarted), or that our credentials are old, or it was never reached. In
 * each case it has not carried anything out. A connection that broke later is not among them.
 */
export function mayBeSentAgain(error: unknown): boolean {
  for (let cause = error, depth = 0; isObject(cause) && depth < 5; depth += 1) {
    const { code } = cause
    if (code === 404 || code === 401) return true
    // The SDK's own examples, and many servers made from them, answer 400 for an unknown session.
    if (code === 400 && /session/i.test(String(cause['message']))) return true
    if (cause['sent'] === false || (typeof code === 'string' && NOT_SENT.has(code))) return true
    cause = cause['cause']
  }
  return false
}

/** What a client is told: errors of the server as they are, those of the way to it in our words. */
export function toRpcError(error: unknown, server: string): RpcError {
  if (error instanceof RpcError) return error
  if (error instanceof MinatoError) {
    return new RpcError(UNREACHABLE, error.detail.en, { server, code: error.code })
  }
  return new RpcError(UNREACHABLE, `The server "${server}" is not reachable`, { server })
}
