import type { FastifyRequest } from 'fastify'
import { commonErrors } from '../errors/index.ts'
import type { Principal } from './types.ts'

/** The caller of a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw commonErrors.FORBIDDEN({ permission: 'signed-in' })
  return request.principal
}
