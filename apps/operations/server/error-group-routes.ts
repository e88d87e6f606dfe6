import type { RouteServer, Services } from '@minato/platform/app'
import { listErrorGroups, resolveErrorGroup } from '@minato/platform/errors'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import { operationsErrors } from './errors.ts'
import { listOf, nothing, SMALL_BODY } from './request-shapes.ts'

const NEWEST = 500

const groupAnswer = z.object({
  fingerprint: z.string(),
  name: z.string(),
  message: z.string(),
  source: z.string(),
  route: z.string().nullable(),
  stack: z.string(),
  count: z.number(),
  users: z.number(),
  firstSeen: z.date(),
  lastSeen: z.date(),
  lastRelease: z.string(),
  lastRequestId: z.string().nullable(),
  resolvedAt: z.date().nullable(),
})

/** Errors nobody expected, one entry a bug. */
export function errorGroupRoutes(server: RouteServer, { db, audit, clock }: Services): void {
  server.get(
    '/errors',
    {
      config: { permission: 'operations.view', rate: 'read' },
      schema: {
        querystring: z.object({ state: z.enum(['open', 'resolved']).optional() }),
        response: { 200: listOf(groupAnswer) },
      },
    },
    async ({ query: { state } }) => {
      const groups = await listErrorGroups(db, { limit: NEWEST })
      const items = groups.map(answerOf)
      const wanted = ({ resolvedAt }: { resolvedAt: Date | null }) =>
        state === undefined || (resolvedAt === null) === (state === 'open')
      return { items: items.filter(wanted), nextCursor: null }
    },
  )
  server.post(
    '/errors/:fingerprint/resolve',
    {
      config: { permission: 'operations.manage', rate: 'action' },
      bodyLimit: SMALL_BODY,
      schema: {
        params: z.object({ fingerprint: z.string().regex(/^[0-9a-f]{64}$/) }),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const { fingerprint } = request.params
      const found = await resolveErrorGroup(db, fingerprint, new Date(clock()))
      if (!found) throw operationsErrors.OPERATIONS_ERROR_UNKNOWN()
      const entry = { action: 'error.resolve', target: `error:${fingerprint}` }
      await audit.record({ ...auditedBy(request), ...entry })
      return reply.code(204).send(null)
    },
  )
}

type Group = Awaited<ReturnType<typeof listErrorGroups>>[number]

function answerOf(group: Group) {
  const { first_seen, last_seen, last_release, last_request_id, resolved_at, ...rest } = group
  return {
    ...rest,
    users: group.users ?? 0,
    firstSeen: first_seen,
    lastSeen: last_seen,
    lastRelease: last_release,
    lastRequestId: last_request_id,
    resolvedAt: resolved_at,
  }
}
