import type { RouteServer, Services } from '@minato/platform/app'
import { jobAnswer } from '@minato/platform/jobs'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { idParams, listOf, nothing, paging, SMALL_BODY } from './request-shapes.ts'
import { emailsOf } from './user-names.ts'

const VIEW = { permission: 'jobs.view', rate: 'read' } as const
const MANAGE = { permission: 'jobs.manage', rate: 'action' } as const

const bilingual = z.object({ en: z.string(), ja: z.string() })
const state = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
const listed = jobAnswer
  .omit({ timeline: true, result: true })
  .extend({ owner: z.string().nullable().describe('e-mail address; null is the system') })
const line = z.object({
  at: z.date(),
  attempt: z.number(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  event: z.union([z.string(), bilingual]),
  fields: z.unknown(),
})

/** Everyone's jobs, with their owners' addresses; one of them is at /api/jobs/{id}. */
export function jobRoutes(server: RouteServer, services: Services): void {
  const { jobs, auth } = services
  server.get(
    '/jobs',
    {
      config: VIEW,
      schema: {
        querystring: z.object({
          ...paging,
          state: state.optional(),
          name: z.string().max(100).optional(),
          owner: z.string().max(254).optional().describe('an e-mail address or a user id'),
        }),
        response: { 200: listOf(listed) },
      },
    },
    async ({ query: { owner, ...filter } }) => {
      const ownerId = owner?.includes('@')
        ? ((await auth.users.find(owner))?.id ?? 'nobody')
        : owner
      const page = await jobs.list({ ...filter, ownerId })
      const ids = page.items.flatMap((job) => job.ownerId ?? [])
      const emails = await emailsOf(services, ids)
      const items = page.items.map(({ timeline: _timeline, result: _result, ...job }) => ({
        ...job,
        owner: job.ownerId === null ? null : (emails.get(job.ownerId) ?? job.ownerId),
      }))
      return { items, nextCursor: page.nextCursor }
    },
  )
  server.get(
    '/jobs/names',
    {
      config: VIEW,
      schema: { response: { 200: listOf(z.object({ name: z.string(), title: bilingual })) } },
    },
    async () => ({ items: jobs.names(), nextCursor: null }),
  )
  server.get(
    '/jobs/:id/log',
    { config: VIEW, schema: { params: idParams, response: { 200: listOf(line) } } },
    async ({ params: { id } }) => ({ items: await jobs.log(id), nextCursor: null }),
  )
  jobActs(server, services)
}

function jobActs(server: RouteServer, { jobs }: Services): void {
  server.post(
    '/jobs/retry-failed',
    {
      config: MANAGE,
      bodyLimit: SMALL_BODY,
      schema: {
        body: z.object({ name: z.string().max(100) }),
        response: { 200: z.object({ jobs: z.number() }) },
      },
    },
    async (request) => ({ jobs: await jobs.retryFailed(request.body.name, actorFor(request)) }),
  )
  server.delete(
    '/jobs/:id',
    { config: MANAGE, schema: { params: idParams, response: { 204: nothing } } },
    async (request, reply) => {
      await jobs.discard(request.params.id, actorFor(request))
      return reply.code(204).send(null)
    },
  )
}
