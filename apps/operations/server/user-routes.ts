import type { RouteServer, Services } from '@minato/platform/app'
import { authErrors } from '@minato/platform/auth'
import { z } from 'zod'
import { idParams, listOf, paging, roleField } from './request-shapes.ts'

const VIEW = { permission: 'users.view', rate: 'read' } as const

export const userAnswer = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  roles: z.array(roleField),
  locale: z.enum(['ja', 'en']),
  status: z.enum(['active', 'disabled']),
  emailVerified: z.boolean(),
  twoFactorEnabled: z.boolean(),
  createdAt: z.date(),
  lastSignInAt: z.date().nullable(),
})

const sessionAnswer = z.object({
  id: z.string(),
  createdAt: z.date(),
  lastActiveAt: z.date(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
})

const keyAnswer = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()).nullable(),
  createdAt: z.date(),
  expiresAt: z.date(),
  lastUsedAt: z.date().nullable(),
})

const oneAnswer = userAnswer.extend({
  sessions: z.array(sessionAnswer),
  keys: z.array(keyAnswer),
})

/** Who has an account, and what is open in their name. */
export function userRoutes(server: RouteServer, { auth }: Services): void {
  server.get(
    '/users',
    {
      config: VIEW,
      schema: {
        querystring: z.object({
          query: z.string().max(100).optional(),
          role: roleField.optional(),
          status: z.enum(['active', 'disabled']).optional(),
          ...paging,
        }),
        response: { 200: listOf(userAnswer) },
      },
    },
    async (request) => await auth.users.list(request.query),
  )
  server.get(
    '/users/:id',
    { config: VIEW, schema: { params: idParams, response: { 200: oneAnswer } } },
    async (request) => {
      const { id } = request.params
      const [user, sessions, keys] = await Promise.all([
        auth.users.find(id),
        auth.sessions.list(id),
        auth.keys.list(id),
      ])
      if (user === null) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
      return { ...user, sessions, keys }
    },
  )
}
