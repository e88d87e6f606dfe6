import type { FastifyRequest } from 'fastify'
import { commonErrors } from '../errors/index.ts'
import type { Principal } from './types.ts'

/** The caller of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw commonErrors.FORBIDDEN({ permission: 'signed-in' })
  return request.principal
}

/** Who acted, from where: the part of an audit entry that a request brings. */
export function auditedBy(request: FastifyRequest) {
  const { userId, email } = principalOf(request)
  return { actorId: userId, actorEmail: email, ip: request.ip, requestId: request.id }
}
