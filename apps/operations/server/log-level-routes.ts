import type { RouteServer, Services } from '@minato/platform/app'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import { SMALL_BODY } from './request-shapes.ts'

/** Without `silent`: nobody should be able to switch the log off from a browser. */
const levels = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
const levelAnswer = z.object({ level: z.string(), configured: z.string() })

/** How much this process writes to its log, until it restarts. */
export function logLevelRoutes(server: RouteServer, services: Services): void {
  const { log, audit, config } = services
  const now = () => ({ level: log.level, configured: config.core.logLevel })
  server.get(
    '/log-level',
    {
      config: { permission: 'operations.view', rate: 'read' },
      schema: { response: { 200: levelAnswer } },
    },
    async () => now(),
  )
  server.put(
    '/log-level',
    {
      config: { permission: 'operations.manage', rate: 'action' },
      bodyLimit: SMALL_BODY,
      schema: { body: z.strictObject({ level: levels }), response: { 200: levelAnswer } },
    },
    async (request) => {
      const before = log.level
      const { level } = request.body
      log.level = level
      await audit.record({
        ...auditedBy(request),
        action: 'log.set-level',
        target: 'log:level',
        metadata: { before, after: level },
      })
      return now()
    },
  )
}
