import type { RouteServer, Services } from '@minato/platform/app'
import { z } from 'zod'
import { listOf } from './request-shapes.ts'

/** A page of names is for looking somebody up; beyond that the count says enough. */
const MOST = 1000

const connection = z.object({
  id: z.string(),
  app: z.string(),
  userId: z.string(),
  name: z.string(),
  email: z.string(),
  address: z.string(),
  connectedAt: z.string(),
  rooms: z.array(z.string()),
})

/** Who is connected live, to whichever process. */
export function realtimeRoutes(server: RouteServer, { realtime }: Services): void {
  server.get(
    '/realtime/connections',
    {
      config: { permission: 'operations.view', rate: 'read' },
      schema: {
        response: {
          200: listOf(connection).extend({
            total: z.number().describe(`items holds the newest ${MOST}`),
          }),
        },
      },
    },
    async () => {
      const all = await realtime.connections()
      all.sort((a, b) => b.connectedAt.localeCompare(a.connectedAt) || a.id.localeCompare(b.id))
      return { items: all.slice(0, MOST), total: all.length, nextCursor: null }
    },
  )
}
