import type { RouteServer, Services } from '@minato/platform/app'
import { z } from 'zod'
import { listOf } from './request-shapes.ts'

const VIEW = { permission: 'jobs.view', rate: 'read' } as const
const HOUR_MS = 3_600_000
/** As many bars as a chart carries. */
const BARS = 48

const step = z.object({
  at: z.date(),
  succeeded: z.number(),
  failed: z.number(),
  cancelled: z.number(),
})
const worker = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  healthUrl: z.string().nullable(),
  startedAt: z.date(),
  heartbeatAt: z.date(),
  running: z.number(),
  draining: z.boolean(),
  alive: z.boolean(),
})

/** How many jobs ended, and who runs them. */
export function jobFigureRoutes(server: RouteServer, { jobs, clock }: Services): void {
  server.get(
    '/jobs/throughput',
    {
      config: VIEW,
      schema: {
        querystring: z.object({
          hours: z.coerce.number().int().min(1).max(720).default(24),
          name: z.string().max(100).optional(),
        }),
        response: { 200: listOf(step) },
      },
    },
    async ({ query: { hours, name } }) => {
      const stepMs = (hours * HOUR_MS) / BARS
      const last = Math.floor(clock() / stepMs)
      const since = new Date((last - BARS + 1) * stepMs)
      const counted = await jobs.throughput({ since, stepMinutes: stepMs / 60_000, name })
      const found = new Map(counted.map((row) => [row.at.getTime(), row]))
      const items = Array.from({ length: BARS }, (_, bar) => {
        const at = since.getTime() + bar * stepMs
        return found.get(at) ?? { at: new Date(at), succeeded: 0, failed: 0, cancelled: 0 }
      })
      return { items, nextCursor: null }
    },
  )
  server.get(
    '/jobs/workers',
    { config: VIEW, schema: { response: { 200: listOf(worker) } } },
    async () => ({ items: await jobs.workers(), nextCursor: null }),
  )
}
