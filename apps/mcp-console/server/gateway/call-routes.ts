import type { RouteServer } from '@minato/platform/app'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import type { Gateway } from './gateway.ts'

const OPERATE = { permission: 'mcp-console.operate', rate: 'read' } as const
const OUTCOMES = ['ok', 'tool-error', 'error', 'timeout', 'refused', 'held'] as const

const callView = z.object({
  id: z.number(),
  at: z.string(),
  userId: z.string(),
  keyId: z.string().nullable(),
  profileId: z.string(),
  server: z.string().nullable(),
  method: z.string(),
  name: z.string().nullable(),
  durationMs: z.number(),
  outcome: z.enum(OUTCOMES),
  errorCode: z.number().nullable(),
  requestBytes: z.number(),
  resultBytes: z.number(),
  masked: z.boolean(),
  truncated: z.boolean(),
})
const filter = z.object({
  server: z.string().max(200).optional(),
  profileId: z.uuid().optional(),
  userId: z.uuid().optional(),
  outcome: z.enum(OUTCOMES).optional(),
  cursor: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** Who called what. Arguments and results are not on the record: they may hold anything. */
export function callRoutes(server: RouteServer, gateway: Gateway): void {
  server.get(
    '/gateway/calls',
    {
      config: OPERATE,
      schema: {
        querystring: filter,
        response: {
          200: z.object({ items: z.array(callView), nextCursor: z.string().nullable() }),
        },
      },
    },
    async (request) => await listCalls(gateway, request.query),
  )
  server.get(
    '/upstreams',
    {
      config: { permission: 'mcp-console.view', rate: 'read' },
      schema: {
        response: {
          200: z.object({
            items: z.array(
              z.object({
                ref: z.string(),
                name: z.string(),
                connected: z.boolean(),
                /** How long a server that failed is left alone, in milliseconds. */
                restsForMs: z.number(),
                error: z.string().nullable(),
              }),
            ),
            nextCursor: z.null(),
          }),
        },
      },
    },
    async (request) => {
      const upstreams = await gateway.upstreams.list(principalOf(request).userId)
      const items = upstreams.map(({ ref, name }) => {
        const { connected, restsForMs, error } = gateway.pool.state(ref)
        return { ref, name, connected, restsForMs, error }
      })
      return { items, nextCursor: null }
    },
  )
}

async function listCalls({ db, calls }: Gateway, query: z.infer<typeof filter>) {
  await calls.flush() // what this process has done shows at once
  let rows = db.selectFrom('mcp_console.gateway_calls').selectAll()
  if (query.server !== undefined) rows = rows.where('server_ref', '=', query.server)
  if (query.profileId !== undefined) rows = rows.where('profile_id', '=', query.profileId)
  if (query.userId !== undefined) rows = rows.where('user_id', '=', query.userId)
  if (query.outcome !== undefined) rows = rows.where('outcome', '=', query.outcome)
  if (query.cursor !== undefined) rows = rows.where('id', '<', query.cursor)
  const found = await rows
    .orderBy('id', 'desc')
    .limit(query.limit + 1)
    .execute()
  const page = found.slice(0, query.limit)
  const last = found.length > query.limit ? page.at(-1) : undefined
  return {
    items: page.map((row) => ({
      id: row.id,
      at: row.at.toISOString(),
      userId: row.user_id,
      keyId: row.key_id,
      profileId: row.profile_id,
      server: row.server_ref,
      method: row.method,
      name: row.name,
      durationMs: row.duration_ms,
      outcome: row.outcome,
      errorCode: row.error_code,
      requestBytes: row.request_bytes,
      resultBytes: row.result_bytes,
      masked: row.masked,
      truncated: row.truncated,
    })),
    nextCursor: last === undefined ? null : String(last.id),
  }
}
