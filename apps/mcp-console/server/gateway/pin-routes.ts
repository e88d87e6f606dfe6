import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import { sql } from 'kysely'
import { z } from 'zod'
import { recordAct } from '../request.ts'
import { gatewayErrors } from './errors.ts'
import type { Gateway } from './gateway.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const DECIDE = { permission: 'mcp-console.operate', rate: 'action' } as const
const MAX_PINS = 5000

const definition = z.record(z.string(), z.unknown()).nullable()
const pinView = z.object({
  server: z.string(),
  tool: z.string(),
  state: z.enum(['approved', 'held']),
  /** What was approved; null for a tool that appeared after its server was. */
  approved: definition,
  /** What the server says now, when that is something else. */
  seen: definition,
  /** To be sent back with the approval: nobody approves what they have not seen. */
  seenHash: z.string().nullable(),
  changedAt: z.string().nullable(),
})
const approval = z.strictObject({
  server: z.string().max(200),
  tool: z.string().max(500),
  seenHash: z.string().regex(/^[0-9a-f]{64}$/),
})

/** Tools whose description or schema is not the approved one are held until somebody looks. */
export function pinRoutes(server: RouteServer, gateway: Gateway): void {
  server.get(
    '/tool-pins',
    {
      config: READ,
      schema: {
        querystring: z.object({
          server: z.string().max(200).optional(),
          state: z.enum(['approved', 'held']).optional(),
        }),
        response: { 200: z.object({ items: z.array(pinView), nextCursor: z.null() }) },
      },
    },
    async (request) => ({ items: await listPins(gateway, request.query), nextCursor: null }),
  )
  server.post(
    '/tool-pins/approve',
    { config: DECIDE, bodyLimit: 4096, schema: { body: approval } },
    async (request, reply) => {
      const { server: ref, tool, seenHash } = request.body
      const approved = await approve(gateway, request.body, principalOf(request).userId)
      if (!approved) throw await whyNot(gateway, ref, tool)
      await recordAct(gateway.services, request, 'tool.approve', `tool:${ref}/${tool}`, {
        hash: seenHash,
      })
      gateway.bus.publish({ topic: 'pins', ref })
      return reply.status(204).send()
    },
  )
}

async function listPins(
  { db }: Gateway,
  { server, state }: { server?: string | undefined; state?: string | undefined },
): Promise<z.infer<typeof pinView>[]> {
  let query = db.selectFrom('mcp_console.tool_pins').selectAll()
  if (server !== undefined) query = query.where('server_ref', '=', server)
  if (state === 'held') query = query.where('seen_hash', 'is not', null)
  if (state === 'approved') query = query.where('seen_hash', 'is', null)
  const rows = await query.orderBy('server_ref').orderBy('tool').limit(MAX_PINS).execute()
  return rows.map((row) => ({
    server: row.server_ref,
    tool: row.tool,
    state: row.seen_hash === null ? 'approved' : 'held',
    approved: row.definition,
    seen: row.seen_definition,
    seenHash: row.seen_hash,
    changedAt: row.changed_at?.toISOString() ?? null,
  }))
}

async function approve(
  { db, services }: Gateway,
  { server, tool, seenHash }: z.infer<typeof approval>,
  userId: string,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('mcp_console.tool_pins')
    .set({
      hash: sql<string>`seen_hash`,
      definition: sql<string>`seen_definition`,
      seen_hash: null,
      seen_definition: null,
      decided_at: new Date(services.clock()),
      decided_by: userId,
    })
    .where('server_ref', '=', server)
    .where('tool', '=', tool)
    .where('seen_hash', '=', seenHash)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function whyNot({ db }: Gateway, server: string, tool: string) {
  const row = await db
    .selectFrom('mcp_console.tool_pins')
    .select('tool')
    .where('server_ref', '=', server)
    .where('tool', '=', tool)
    .executeTakeFirst()
  return row === undefined
    ? commonErrors.NOT_FOUND()
    : gatewayErrors.MCP_CONSOLE_TOOL_CHANGED_AGAIN({ tool })
}
