import { z } from 'zod'
import { keyHeaders } from './key-headers.ts'
import type { RemoteServer } from './store.ts'

/** A remote server as people and programs see it: no token, no client secret. */
export const remoteView = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  source: z.object({ source: z.string(), item: z.string() }).nullable(),
  enabled: z.boolean(),
  state: z.enum(['new', 'connected', 'authorization-required', 'failed']),
  /** Code of the last failure. */
  reason: z.string().nullable(),
  transport: z.enum(['streamable-http', 'sse']).nullable(),
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  clientId: z.string().nullable(),
  scope: z.string().nullable(),
  /** References into the owner's vault. */
  headers: z.array(
    z.object({ name: z.string(), scheme: z.string().nullable(), value: z.string() }),
  ),
  /** Whether there is a credential, and when its present access token ends. */
  authorized: z.boolean(),
  tokenExpiresAt: z.string().nullable(),
  connectedAt: z.string().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
export type RemoteView = z.infer<typeof remoteView>

export const greetingView = z.object({
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  tools: z.array(z.object({ name: z.string(), description: z.string().nullable() })),
  latencyMs: z.number(),
})

const serverInfo = z.object({ name: z.string(), version: z.string() })

export type RemoteRow = RemoteServer & { credential: boolean; token_expires_at: Date | null }

export function viewRemote(row: RemoteRow): RemoteView {
  return {
    id: row.id,
    name: row.name,
    url: row.url,
    source:
      row.catalog_source === null || row.catalog_item === null
        ? null
        : { source: row.catalog_source, item: row.catalog_item },
    enabled: row.enabled,
    state: row.state,
    reason: row.state_reason,
    transport: row.transport,
    server: serverInfo.nullable().catch(null).parse(row.server_info),
    clientId: row.client_id,
    scope: row.scope,
    headers: keyHeaders.catch([]).parse(row.headers),
    authorized: row.credential,
    tokenExpiresAt: row.token_expires_at?.toISOString() ?? null,
    connectedAt: row.connected_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}
