import type { RouteServer, Services } from '@minato/platform/app'
import { authErrors } from '@minato/platform/auth'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { idParams, nothing, roleField, SMALL_BODY } from './request-shapes.ts'
import { userAnswer } from './user-routes.ts'

const MANAGE = { permission: 'users.manage', rate: 'action' } as const
/** Acts that change who may do what ask for the password again. */
const DANGEROUS = { ...MANAGE, stepUp: true } as const

const answersUser = { params: idParams, response: { 200: userAnswer } }

/** What an operator does to an account. The rules (last administrator, …) are the platform's. */
export function userActRoutes(server: RouteServer, services: Services): void {
  const { users } = services.auth
  server.patch(
    '/users/:id',
    {
      config: DANGEROUS,
      bodyLimit: SMALL_BODY,
      schema: {
        ...answersUser,
        body: z.strictObject({ roles: z.array(roleField).min(1).max(3) }),
      },
    },
    async (request) => {
      const { userId, sessionId } = principalOf(request)
      const { id } = request.params
      const keep = id === userId ? sessionId : undefined
      return await users.setRoles(id, request.body.roles, actorFor(request), keep)
    },
  )
  server.post(
    '/users/:id/disable',
    { config: DANGEROUS, bodyLimit: SMALL_BODY, schema: answersUser },
    async (request) => await users.disable(request.params.id, actorFor(request)),
  )
  server.post(
    '/users/:id/enable',
    { config: MANAGE, bodyLimit: SMALL_BODY, schema: answersUser },
    async (request) => await users.enable(request.params.id, actorFor(request)),
  )
  server.post(
    '/users/:id/reset-two-factor',
    { config: DANGEROUS, bodyLimit: SMALL_BODY, schema: answersUser },
    async (request) => await users.resetTwoFactor(request.params.id, actorFor(request)),
  )
  accessRoutes(server, services)
}

/** Failed attempts, sessions and keys: how somebody gets in. */
function accessRoutes(server: RouteServer, { auth }: Services): void {
  const done = { params: idParams, response: { 204: nothing } }
  server.post(
    '/users/:id/unlock',
    { config: MANAGE, bodyLimit: SMALL_BODY, schema: done },
    async (request, reply) => {
      await auth.users.unlock(request.params.id, actorFor(request))
      return reply.code(204).send(null)
    },
  )
  server.post(
    '/users/:id/revoke-sessions',
    { config: MANAGE, bodyLimit: SMALL_BODY, schema: done },
    async (request, reply) => {
      await auth.users.revokeSessions(request.params.id, actorFor(request))
      return reply.code(204).send(null)
    },
  )
  server.delete(
    '/users/:id/keys/:keyId',
    {
      config: MANAGE,
      schema: { params: idParams.extend({ keyId: z.uuid() }), response: { 204: nothing } },
    },
    async (request, reply) => {
      const { id, keyId } = request.params
      const actor = actorFor(request)
      const user = await auth.users.find(id)
      if (user === null) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
      if (user.roles.includes('admin') && !actor.admin) throw authErrors.AUTH_ADMIN_ONLY()
      const revoked = await auth.keys.revoke(keyId, id, actor)
      if (!revoked) throw authErrors.AUTH_UNKNOWN({ what: 'key' })
      return reply.code(204).send(null)
    },
  )
}
