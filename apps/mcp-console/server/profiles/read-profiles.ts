import type { GatewayDatabase } from '../gateway/tables.ts'
import type { Profile } from './profile.ts'

/** Every profile with its servers and keys, by name. There are tens of them, not thousands. */
export async function readProfiles(db: GatewayDatabase): Promise<Profile[]> {
  const [profiles, servers, keys] = await Promise.all([
    db.selectFrom('mcp_console.profiles').selectAll().orderBy('name').execute(),
    db
      .selectFrom('mcp_console.profile_servers')
      .selectAll()
      .orderBy('position')
      .orderBy('server_ref')
      .execute(),
    db.selectFrom('mcp_console.profile_keys').selectAll().orderBy('key_id').execute(),
  ])
  return profiles.map((row) => ({
    id: row.id,
    name: row.name,
    title: row.title,
    enabled: row.enabled,
    isDefault: row.is_default,
    members: row.members,
    callsPerMinute: row.calls_per_minute,
    maxConcurrent: row.max_concurrent,
    timeoutMs: row.timeout_ms,
    maxOutputBytes: row.max_output_bytes,
    updatedAt: row.updated_at,
    servers: servers
      .filter((server) => server.profile_id === row.id)
      .map(({ server_ref: ref, prefix, enabled, tools }) => ({ ref, prefix, enabled, tools })),
    keys: keys
      .filter((key) => key.profile_id === row.id)
      .map((key) => ({
        keyId: key.key_id,
        tools: key.tools,
        callsPerMinute: key.calls_per_minute,
        maxConcurrent: key.max_concurrent,
      })),
  }))
}

/** What keys and people chose for `/mcp`: subject → profile id. */
export async function readChoices(db: GatewayDatabase): Promise<Map<string, string>> {
  const rows = await db.selectFrom('mcp_console.profile_choices').selectAll().execute()
  return new Map(rows.map((row) => [row.subject, row.profile_id]))
}
