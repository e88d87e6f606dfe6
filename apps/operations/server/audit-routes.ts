import type { RouteServer, Services } from '@minato/platform/app'
import type { AuditFilter } from '@minato/platform/auth'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import { auditCsv } from './audit-csv.ts'
import { operationsErrors } from './errors.ts'
import { listOf, moment, paging } from './request-shapes.ts'

const filterFields = {
  actor: z.string().max(254).optional().describe('a user id, an e-mail address, cli or system'),
  action: z.string().max(100).optional().describe('an action, or a family such as user.*'),
  target: z.string().max(300).optional(),
  from: moment.optional(),
  to: moment.optional().describe('a day counts to its end'),
}
type Filters = z.infer<z.ZodObject<typeof filterFields>>

const auditAnswer = z.object({
  id: z.number(),
  at: z.date(),
  actorId: z.string().nullable(),
  actorEmail: z.string().nullable(),
  action: z.string(),
  target: z.string().nullable(),
  ip: z.string().nullable(),
  requestId: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
})

/** Who did what to what, from where. */
export function auditRoutes(server: RouteServer, services: Services): void {
  server.get(
    '/audit',
    {
      config: { permission: 'audit.view', rate: 'read' },
      schema: {
        querystring: z.object({ ...filterFields, ...paging }),
        response: { 200: listOf(auditAnswer) },
      },
    },
    async (request) => {
      const { cursor, limit, ...filters } = request.query
      return await services.audit.list({ ...(await read(services, filters)), cursor, limit })
    },
  )
  server.get(
    '/audit.csv',
    {
      config: { permission: 'audit.view', rate: 'action' },
      schema: { querystring: z.object(filterFields) },
    },
    async (request, reply) => {
      const filter = await read(services, request.query)
      const metadata = { filter: { ...request.query } }
      // Whoever takes the log out of the house leaves a trace in it.
      await services.audit.record({ ...auditedBy(request), action: 'audit.export', metadata })
      const day = new Date(services.clock()).toISOString().slice(0, 10)
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="audit-${day}.csv"`)
        .send(auditCsv(services.audit, filter))
    },
  )
}

const DAY_MS = 86_400_000
const JAPAN_MS = 9 * 3_600_000

async function read(services: Services, filters: Filters): Promise<AuditFilter> {
  const { actor, action, target } = filters
  const from = filters.from === undefined ? undefined : startOf(filters.from)
  const to = filters.to === undefined ? undefined : endOf(filters.to)
  if (from && to && from >= to) throw operationsErrors.OPERATIONS_RANGE_WRONG({ days: '∞' })
  const actorId = actor?.includes('@')
    ? ((await services.auth.users.find(actor))?.id ?? 'nobody')
    : actor
  return { actorId, action, target, from, to }
}

/** A day without a zone is a day in Japan, as in the usage reports. */
export function startOf(text: string): Date {
  const time = Date.parse(text)
  return new Date(text.length === 10 ? time - JAPAN_MS : time)
}

/** The first moment after it. */
export function endOf(text: string): Date {
  return text.length === 10 ? new Date(startOf(text).getTime() + DAY_MS) : new Date(text)
}
