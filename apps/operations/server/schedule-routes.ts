import type { RouteServer, Services } from '@minato/platform/app'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { listOf, nothing, SMALL_BODY } from './request-shapes.ts'

const MANAGE = { permission: 'jobs.manage', rate: 'action' } as const
const params = z.object({ name: z.string().max(100) })

const schedule = z.object({
  name: z.string(),
  job: z.string(),
  title: z.object({ en: z.string(), ja: z.string() }),
  cron: z.string(),
  timeZone: z.string(),
  paused: z.boolean(),
  nextAt: z.date().nullable(),
  lastAt: z.date().nullable(),
  lastJobId: z.string().nullable(),
})

/** When jobs are queued by themselves. */
export function scheduleRoutes(server: RouteServer, { jobs }: Services): void {
  server.get(
    '/schedules',
    {
      config: { permission: 'jobs.view', rate: 'read' },
      schema: { response: { 200: listOf(schedule) } },
    },
    async () => ({ items: await jobs.schedules.list(), nextCursor: null }),
  )
  for (const act of ['pause', 'resume'] as const) {
    server.post(
      `/schedules/:name/${act}`,
      { config: MANAGE, bodyLimit: SMALL_BODY, schema: { params, response: { 204: nothing } } },
      async (request, reply) => {
        await jobs.schedules[act](request.params.name, actorFor(request))
        return reply.code(204).send(null)
      },
    )
  }
  server.post(
    '/schedules/:name/run',
    {
      config: MANAGE,
      bodyLimit: SMALL_BODY,
      schema: { params, response: { 200: z.object({ id: z.string() }) } },
    },
    async (request) => await jobs.schedules.runNow(request.params.name, actorFor(request)),
  )
}
