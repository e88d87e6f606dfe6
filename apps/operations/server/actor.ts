import { type Actor, actorOf, type Principal } from '@minato/platform/auth'
import { principalOf } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'

/** Who asks, for rules and for the audit log. */
export function actorFor(request: FastifyRequest): Actor {
  return actorOf(principalOf(request) as Principal, { ip: request.ip, requestId: request.id })
}
