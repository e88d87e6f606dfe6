import type { RouteServer, Services } from '@minato/platform/app'
import { readHistory } from '@minato/platform/observe'
import { z } from 'zod'
import { listOf } from './request-shapes.ts'

const HOUR_MS = 3_600_000
/** As many bars as a chart carries at 375 px. */
const BARS = 60

const step = z.object({
  at: z.date(),
  requests: z.number(),
  failed: z.number(),
  refused: z.number(),
  p95Ms: z.number().nullable(),
  loopDelayMs: z.number(),
  rssBytes: z.number(),
  connections: z.number(),
  activeUsers: z.number(),
  jobsSucceeded: z.number(),
  jobsFailed: z.number(),
  llmTokens: z.number(),
  llmCostUsd: z.number(),
})

type Step = z.infer<typeof step>

/** How the system has been, for those who have no Grafana. */
export function metricRoutes(server: RouteServer, { db, clock }: Services): void {
  server.get(
    '/metrics/history',
    {
      config: { permission: 'operations.view', rate: 'read' },
      schema: {
        querystring: z.object({ hours: z.coerce.number().int().min(1).max(336).default(24) }),
        response: { 200: listOf(step).extend({ stepSeconds: z.number() }) },
      },
    },
    async ({ query: { hours } }) => {
      const stepMs = (hours * HOUR_MS) / BARS
      const last = Math.floor(clock() / stepMs)
      const since = new Date((last - BARS + 1) * stepMs)
      const rows = await readHistory(db, { since, stepMinutes: stepMs / 60_000 })
      const found = new Map(rows.map((row) => [row.at.getTime(), row]))
      const items = Array.from({ length: BARS }, (_, bar): Step => {
        const at = since.getTime() + bar * stepMs
        return found.get(at) ?? { ...NOTHING, at: new Date(at) }
      })
      return { items, nextCursor: null, stepSeconds: stepMs / 1000 }
    },
  )
}

/** No process wrote in that time. */
const NOTHING = {
  requests: 0,
  failed: 0,
  refused: 0,
  p95Ms: null,
  loopDelayMs: 0,
  rssBytes: 0,
  connections: 0,
  activeUsers: 0,
  jobsSucceeded: 0,
  jobsFailed: 0,
  llmTokens: 0,
  llmCostUsd: 0,
}
