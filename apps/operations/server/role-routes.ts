import type { RouteServer, Services } from '@minato/platform/app'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { nothing, roleField, SMALL_BODY } from './request-shapes.ts'

const byRole = z.object({ user: z.boolean(), operator: z.boolean(), admin: z.boolean() })
const permissionAnswer = z.object({
  name: z.string(),
  app: z.string(),
  title: z.object({ en: z.string(), ja: z.string() }),
  defaults: byRole,
  effective: byRole,
})

/** Which role may do what. */
export function roleRoutes(server: RouteServer, { auth }: Services): void {
  server.get(
    '/roles',
    {
      config: { permission: 'operations.view', rate: 'read' },
      schema: {
        response: {
          200: z.object({
            roles: z.array(roleField),
            items: z.array(permissionAnswer),
            nextCursor: z.null(),
          }),
        },
      },
    },
    async () => {
      const { roles, permissions } = await auth.roles.matrix()
      return { roles: [...roles], items: permissions, nextCursor: null }
    },
  )
  server.put(
    '/roles/:role/permissions/:permission',
    {
      config: { permission: 'roles.manage', rate: 'action', stepUp: true },
      bodyLimit: SMALL_BODY,
      schema: {
        params: z.object({ role: roleField, permission: z.string().max(100) }),
        body: z.strictObject({
          granted: z.boolean().nullable().describe('null: as the app declares it'),
        }),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const { role, permission } = request.params
      await auth.roles.set(role, permission, request.body.granted, actorFor(request))
      return reply.code(204).send(null)
    },
  )
}
