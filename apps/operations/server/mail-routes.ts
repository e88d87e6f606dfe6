import type { RouteServer, Services } from '@minato/platform/app'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import { operationsErrors } from './errors.ts'
import { listOf, nothing, paging, SMALL_BODY } from './request-shapes.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const
const MANAGE = { permission: 'operations.manage', rate: 'action' } as const

const outboxAnswer = z.object({
  id: z.string(),
  to: z.string(),
  template: z.string(),
  locale: z.enum(['ja', 'en']),
  state: z.enum(['queued', 'sending', 'sent', 'failed', 'suppressed']),
  attempts: z.number(),
  reason: z.string().nullable(),
  createdAt: z.date(),
  nextAttemptAt: z.date().nullable(),
  settledAt: z.date().nullable(),
  openedAt: z.date().nullable(),
  clickedAt: z.date().nullable(),
})

const suppressionAnswer = z.object({
  address: z.string(),
  reason: z.enum(['bounce', 'complaint', 'manual']),
  createdAt: z.date(),
})

/** What was sent to whom, and to whom nothing may be sent. */
export function mailRoutes(server: RouteServer, services: Services): void {
  server.get(
    '/mail/outbox',
    {
      config: VIEW,
      schema: {
        querystring: z.object({
          state: outboxAnswer.shape.state.optional(),
          to: z.string().max(254).optional(),
          ...paging,
        }),
        response: { 200: listOf(outboxAnswer) },
      },
    },
    async (request) => await services.mail.list(request.query),
  )
  suppressionRoutes(server, services)
}

function suppressionRoutes(server: RouteServer, { mail, audit }: Services): void {
  const { suppressions } = mail
  server.get(
    '/mail/suppressions',
    {
      config: VIEW,
      schema: { querystring: z.object(paging), response: { 200: listOf(suppressionAnswer) } },
    },
    async ({ query: { cursor, limit } }) =>
      await suppressions.list({
        cursor: cursor ?? null,
        ...(limit === undefined ? {} : { limit }),
      }),
  )
  server.post(
    '/mail/suppressions',
    {
      config: MANAGE,
      bodyLimit: SMALL_BODY,
      schema: {
        body: z.strictObject({ address: z.string().trim().max(254).pipe(z.email()) }),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const { address } = request.body
      await suppressions.add(address)
      const entry = { action: 'mail.suppress', target: `mail:${address}` }
      await audit.record({ ...auditedBy(request), ...entry })
      return reply.code(204).send(null)
    },
  )
  server.delete(
    '/mail/suppressions/:address',
    {
      config: MANAGE,
      schema: { params: z.object({ address: z.string().max(254) }), response: { 204: nothing } },
    },
    async (request, reply) => {
      const { address } = request.params
      const removed = await suppressions.remove(address)
      if (!removed) throw operationsErrors.OPERATIONS_SUPPRESSION_UNKNOWN({ address })
      const entry = { action: 'mail.unsuppress', target: `mail:${address}` }
      await audit.record({ ...auditedBy(request), ...entry })
      return reply.code(204).send(null)
    },
  )
}
