import type { RouteServer } from '@minato/platform/app'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { untilHungUp, vaultOwnerOf } from '../request.ts'
import { preflight } from './resolve.ts'

const BODY_BYTES = 512 * 1024

const answer = z.object({
  /** True when everything can be filled in. */
  ready: z.boolean(),
  items: z.array(
    z.object({
      item: z.string(),
      field: z.string(),
      found: z.enum(['found', 'no_item', 'no_field']),
    }),
  ),
})

/** Which references of any JSON value can be filled in: shown before an installation, without a value. */
export function preflightRoute(server: RouteServer, services: ConsoleServices): void {
  server.post(
    '/preflight',
    {
      config: { permission: 'mcp-console.operate', rate: 'action', sensitive: true },
      bodyLimit: BODY_BYTES,
      schema: { body: z.record(z.string(), z.unknown()), response: { 200: answer } },
    },
    async (request, reply) => {
      const who = vaultOwnerOf(request)
      const items = await preflight(services, who, request.body, untilHungUp(reply))
      return { ready: items.every(({ found }) => found === 'found'), items }
    },
  )
}
