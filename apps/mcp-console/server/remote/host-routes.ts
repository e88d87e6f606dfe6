import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { recordAct } from '../request.ts'
import { normalHostPattern } from './allows-host.ts'
import { remoteErrors } from './errors.ts'
import { remoteTables } from './store.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const ADMINISTER = { permission: 'mcp-console.administer', rate: 'action' } as const

const hostView = z.object({
  pattern: z.string(),
  /** Named by the configuration: cannot be removed here. */
  fixed: z.boolean(),
  addedAt: z.string().nullable(),
})

/** The hosts remote servers may be on: an empty list lets none through. */
export function hostRoutes(server: RouteServer, services: ConsoleServices): void {
  const page = z.object({ items: z.array(hostView), nextCursor: z.null() })
  server.get('/remote-hosts', { config: READ, schema: { response: { 200: page } } }, async () => {
    const rows = await hosts(services).selectAll().orderBy('pattern').execute()
    const fixed = services.appConfig.remoteHosts.map((pattern) => ({
      pattern,
      fixed: true,
      addedAt: null,
    }))
    const added = rows.map(({ pattern, created_at }) => ({
      pattern,
      fixed: false,
      addedAt: created_at.toISOString(),
    }))
    return { items: [...fixed, ...added], nextCursor: null }
  })
  server.post(
    '/remote-hosts',
    {
      config: ADMINISTER,
      bodyLimit: 1024,
      schema: {
        body: z.object({ pattern: z.string().max(300) }),
        response: { 201: hostView },
      },
    },
    async (request, reply) => {
      const pattern = normalHostPattern(request.body.pattern)
      if (pattern === undefined) throw remoteErrors.MCP_CONSOLE_REMOTE_HOST_INVALID()
      const now = new Date(services.clock())
      await remoteTables(services.db)
        .insertInto('mcp_console.remote_hosts')
        .values({ pattern, added_by: principalOf(request).userId, created_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      await record(services, request, 'add', pattern)
      return reply.status(201).send({ pattern, fixed: false, addedAt: now.toISOString() })
    },
  )
  removeRoute(server, services)
}

function removeRoute(server: RouteServer, services: ConsoleServices): void {
  server.delete(
    '/remote-hosts/:pattern',
    { config: ADMINISTER, schema: { params: z.object({ pattern: z.string().max(300) }) } },
    async (request, reply) => {
      const { pattern } = request.params
      const gone = await remoteTables(services.db)
        .deleteFrom('mcp_console.remote_hosts')
        .where('pattern', '=', pattern)
        .executeTakeFirst()
      if (gone.numDeletedRows === 0n) {
        if (services.appConfig.remoteHosts.includes(pattern)) {
          throw remoteErrors.MCP_CONSOLE_REMOTE_HOST_FIXED()
        }
        throw commonErrors.NOT_FOUND()
      }
      await record(services, request, 'remove', pattern)
      return reply.status(204).send()
    },
  )
}

function hosts(services: ConsoleServices) {
  return remoteTables(services.db).selectFrom('mcp_console.remote_hosts')
}

async function record(
  services: ConsoleServices,
  request: FastifyRequest,
  act: 'add' | 'remove',
  pattern: string,
): Promise<void> {
  await recordAct(services, request, `remote-host.${act}`, `remote-host:${pattern}`)
}
