import { randomUUID } from 'node:crypto'
import type { Params } from './json-rpc.ts'
import type { GatewayDatabase } from './tables.ts'

export type NewSession = {
  userId: string
  profileId: string
  version: string
  capabilities: Params
  clientName: string
  clientVersion: string
}

/** What a session's row says. */
export type SessionRow = {
  id: string
  user_id: string
  profile_id: string
  protocol_version: string
  capabilities: Params
  log_level: string | null
  subscriptions: string[]
}

export async function insertSession(
  db: GatewayDatabase,
  values: NewSession,
  now: Date,
): Promise<SessionRow> {
  const row = {
    id: randomUUID(),
    user_id: values.userId,
    profile_id: values.profileId,
    protocol_version: values.version,
    client_name: values.clientName,
    client_version: values.clientVersion,
    log_level: null,
    subscriptions: [],
    created_at: now,
    last_seen_at: now,
    ended_at: null,
  }
  const capabilities = JSON.stringify(values.capabilities)
  await db
    .insertInto('mcp_console.gateway_sessions')
    .values({ ...row, capabilities })
    .execute()
  return { ...row, capabilities: values.capabilities }
}

/** The row of a session that has not ended, now seen. */
export function touchSession(
  db: GatewayDatabase,
  id: string,
  now: number,
  idleMs: number,
): Promise<SessionRow | undefined> {
  return db
    .updateTable('mcp_console.gateway_sessions')
    .set({ last_seen_at: new Date(now) })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('last_seen_at', '>', new Date(now - idleMs))
    .returningAll()
    .executeTakeFirst()
}

export async function saveSession(
  db: GatewayDatabase,
  {
    id,
    logLevel,
    subscriptions,
  }: {
    id: string
    logLevel: string | undefined
    subscriptions: string[]
  },
): Promise<void> {
  await db
    .updateTable('mcp_console.gateway_sessions')
    .set({ log_level: logLevel ?? null, subscriptions })
    .where('id', '=', id)
    .execute()
}

export async function endSession(db: GatewayDatabase, id: string, now: Date): Promise<void> {
  await db
    .updateTable('mcp_console.gateway_sessions')
    .set({ ended_at: now })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
}
