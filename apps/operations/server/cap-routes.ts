import type { RouteServer, Services } from '@minato/platform/app'
import { authErrors } from '@minato/platform/auth'
import { capChange } from '@minato/platform/llm'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { idParams, listOf, nothing, SMALL_BODY } from './request-shapes.ts'
import { emailsOf } from './user-names.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const
const MANAGE = { permission: 'operations.manage', rate: 'action' } as const

const amount = z.union([z.literal('none'), z.number()]).nullable()
const capAnswer = z.object({
  userId: z.string(),
  user: z.string(),
  usd: amount,
  tokens: amount,
  updatedAt: z.date(),
  updatedBy: z.string(),
})
const monthAnswer = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
  capUsd: z.number().nullable(),
  capTokens: z.number().nullable(),
  ratio: z.number(),
})

/** How much one person may use in a month, where that differs from the configuration. */
export function capRoutes(server: RouteServer, services: Services): void {
  const { llm, auth } = services
  server.get(
    '/llm/caps',
    { config: VIEW, schema: { response: { 200: listOf(capAnswer) } } },
    async () => {
      const caps = await llm.caps.list()
      const emails = await emailsOf(
        services,
        caps.map(({ userId }) => userId),
      )
      const items = caps.map((cap) => ({ ...cap, user: emails.get(cap.userId) ?? cap.userId }))
      return { items, nextCursor: null }
    },
  )
  server.get(
    '/llm/caps/:id',
    { config: VIEW, schema: { params: idParams, response: { 200: monthAnswer } } },
    async ({ params: { id } }) => await llm.usage.month(id),
  )
  server.put(
    '/llm/caps/:id',
    {
      config: MANAGE,
      bodyLimit: SMALL_BODY,
      schema: { params: idParams, body: capChange, response: { 204: nothing } },
    },
    async (request, reply) => {
      const { id } = request.params
      if ((await auth.users.find(id)) === null) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
      await llm.caps.set(id, request.body, actorFor(request))
      return reply.code(204).send(null)
    },
  )
  server.delete(
    '/llm/caps/:id',
    { config: MANAGE, schema: { params: idParams, response: { 204: nothing } } },
    async (request, reply) => {
      await llm.caps.set(request.params.id, null, actorFor(request))
      return reply.code(204).send(null)
    },
  )
}
