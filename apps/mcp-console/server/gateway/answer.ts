import { principalOf } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Call } from './call.ts'
import { gatewayErrors } from './errors.ts'
import { createExchange } from './exchange.ts'
import type { Gateway } from './gateway.ts'
import { failure, type Id, type Request, RpcError } from './json-rpc.ts'
import { serve } from './methods.ts'
import { openTo } from './profile-cache.ts'
import type { Session } from './sessions.ts'

type Asked = {
  request: FastifyRequest
  reply: FastifyReply
  session: Session
  requests: Request[]
  /** Several messages came in one body: the answers go out in one. */
  batch: boolean
  requestBytes: number
}

/** Answers the requests of one POST, each within what the profile and the key allow now. */
export async function answer(gateway: Gateway, asked: Asked): Promise<FastifyReply> {
  const { request, reply, session, requests, batch, requestBytes } = asked
  const principal = principalOf(request)
  const { profiles } = gateway
  const known = profiles.known(session.profileId) ?? (await profiles.byId(session.profileId))
  const profile = openTo(principal, known)
  if (profile === undefined) throw gatewayErrors.MCP_CONSOLE_PROFILE_NONE()
  const exchange = createExchange(request, reply)
  const key = profile.keys.find(({ keyId }) => keyId === principal.keyId)
  const { say } = exchange
  const shared = { gateway, session, principal, profile, key, say, requestBytes }
  const texts = await Promise.all(requests.map((message) => answerOne(shared, message, request.id)))
  exchange.finish(batch ? `[${texts.join(',')}]` : (texts[0] ?? ''))
  return reply
}

async function answerOne(
  shared: Omit<Call, 'signal'>,
  message: Request,
  requestId: string,
): Promise<string> {
  const { gateway, session } = shared
  const aborter = new AbortController()
  session.running.set(message.id, aborter)
  try {
    return answerText(message.id, await serve({ ...shared, signal: aborter.signal }, message))
  } catch (error) {
    if (!(error instanceof RpcError)) {
      gateway.services.errors.capture(error, { requestId, route: '/mcp' })
    }
    return JSON.stringify(failure(message.id, error))
  } finally {
    session.running.delete(message.id)
  }
}

export function answerText(id: Id, result: string): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`
}
