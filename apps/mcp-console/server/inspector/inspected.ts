import { MinatoError } from '@minato/platform/errors'
import type { Principal } from '@minato/platform/http'
import { gatewayErrors } from '../gateway/errors.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { REFUSED, RpcError, TIMED_OUT, UNREACHABLE } from '../gateway/json-rpc.ts'
import type { Listing } from '../gateway/listings.ts'
import { sanitizeDeep } from '../gateway/scan.ts'
import { inspectorErrors } from './errors.ts'

/**
 * The server that an id in an address means: `container:<id>` and the like as they are, a bare id
 * as the container or remote server that has it. Only servers this person may use.
 * @throws {MinatoError} MCP_CONSOLE_SERVER_AMBIGUOUS
 */
export async function refOf(gateway: Gateway, principal: Principal, id: string): Promise<string> {
  const upstreams = await gateway.upstreams.list(principal.userId)
  const found = upstreams.find(({ ref }) => ref === id || ref.endsWith(`:${id}`))
  if (found === undefined) throw inspectorErrors.MCP_CONSOLE_SERVER_AMBIGUOUS()
  return found.ref
}

/** What the server offers now, whatever was approved: the Inspector is where people look. */
export async function inspect(gateway: Gateway, ref: string): Promise<Listing> {
  try {
    return await gateway.listings.read(ref)
  } catch (error) {
    throw httpError(error, ref)
  }
}

/** A server's failure as an HTTP error that says which server and what to do. */
export function httpError(error: unknown, server: string): unknown {
  if (error instanceof MinatoError) return error
  if (!(error instanceof RpcError)) return error
  if (error.code === UNREACHABLE) {
    return gatewayErrors.MCP_CONSOLE_SERVER_UNREACHABLE({ server }, { cause: error })
  }
  const busy = error.code === REFUSED || error.code === TIMED_OUT
  const message = sanitizeDeep(error.message).slice(0, 500)
  return gatewayErrors.MCP_CONSOLE_SERVER_REFUSED(
    { server, message },
    busy ? { cause: error, headers: { 'retry-after': '5' } } : { cause: error },
  )
}
