import { sqlState } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Transaction } from 'kysely'
import type { Gateway } from '../gateway/gateway.ts'
import type { GatewayTables } from '../gateway/tables.ts'
import { profileErrors } from './errors.ts'
import type { Profile, ProfileKey, ProfileServer } from './profile.ts'

export type ProfileValues = Omit<Profile, 'id' | 'updatedAt'>
type Tx = Transaction<GatewayTables>

const UNIQUE_VIOLATION = '23505'

/** Makes a profile. The first one is what `/mcp` means until somebody says otherwise. */
export async function createProfile(gateway: Gateway, values: ProfileValues, actorId: string) {
  await assertServers(gateway, actorId, values.servers)
  const now = new Date(gateway.services.clock())
  return await saved(gateway, values.name, async (tx) => {
    if (values.isDefault) await clearDefault(tx)
    const { id } = await tx
      .insertInto('mcp_console.profiles')
      .values({ ...columnsOf(values, now), created_by: actorId, created_at: now })
      .returning('id')
      .executeTakeFirstOrThrow()
    await writeParts(tx, id, values)
    return id
  })
}

/** Changes a profile; servers and keys are replaced as a whole when they are given. */
export async function updateProfile(
  gateway: Gateway,
  before: Profile,
  patch: Partial<ProfileValues>,
  actorId: string,
) {
  const values = { ...before, ...patch }
  await assertServers(gateway, actorId, values.servers, before.servers)
  return await saved(gateway, values.name, async (tx) => {
    if (values.isDefault && !before.isDefault) await clearDefault(tx)
    const { numUpdatedRows } = await tx
      .updateTable('mcp_console.profiles')
      .set(columnsOf(values, new Date(gateway.services.clock())))
      .where('id', '=', before.id)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw commonErrors.NOT_FOUND()
    await tx.deleteFrom('mcp_console.profile_servers').where('profile_id', '=', before.id).execute()
    await tx.deleteFrom('mcp_console.profile_keys').where('profile_id', '=', before.id).execute()
    await writeParts(tx, before.id, values)
    return before.id
  })
}

/** Names of two servers must not meet, and a server must be one there is. */
async function assertServers(
  { upstreams }: Gateway,
  actorId: string,
  servers: readonly ProfileServer[],
  before: readonly ProfileServer[] = [],
): Promise<void> {
  const prefixes = new Set(servers.map(({ prefix }) => prefix))
  const refs = new Set(servers.map(({ ref }) => ref))
  const collide = prefixes.size < servers.length || refs.size < servers.length
  if (collide || (servers.length > 1 && prefixes.has(''))) {
    throw profileErrors.MCP_CONSOLE_PROFILE_PREFIXES()
  }
  const known = new Set(before.map(({ ref }) => ref))
  const usable = new Set((await upstreams.list(actorId)).map(({ ref }) => ref))
  for (const { ref } of servers) {
    // One that was removed meanwhile may stay: the profile must remain editable.
    if (known.has(ref) || usable.has(ref)) continue
    throw profileErrors.MCP_CONSOLE_PROFILE_SERVER_UNKNOWN({ server: ref })
  }
}

async function saved(gateway: Gateway, name: string, write: (tx: Tx) => Promise<string>) {
  try {
    const id = await gateway.db.transaction().execute(write)
    gateway.bus.publish({ topic: 'profiles' })
    return id
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error
    throw profileErrors.MCP_CONSOLE_PROFILE_NAME_TAKEN({ name }, { cause: error })
  }
}

async function clearDefault(tx: Tx): Promise<void> {
  await tx
    .updateTable('mcp_console.profiles')
    .set({ is_default: false })
    .where('is_default', '=', true)
    .execute()
}

function columnsOf(values: ProfileValues, now: Date) {
  return {
    name: values.name,
    title: values.title,
    enabled: values.enabled,
    is_default: values.isDefault,
    members: values.members,
    calls_per_minute: values.callsPerMinute,
    max_concurrent: values.maxConcurrent,
    timeout_ms: values.timeoutMs,
    max_output_bytes: values.maxOutputBytes,
    updated_at: now,
  }
}

async function writeParts(
  tx: Tx,
  profileId: string,
  { servers, keys }: { servers: ProfileServer[]; keys: ProfileKey[] },
): Promise<void> {
  if (servers.length > 0) {
    await tx
      .insertInto('mcp_console.profile_servers')
      .values(
        servers.map(({ ref, prefix, enabled, tools }, position) => ({
          profile_id: profileId,
          server_ref: ref,
          prefix,
          enabled,
          tools,
          position,
        })),
      )
      .execute()
  }
  if (keys.length === 0) return
  await tx
    .insertInto('mcp_console.profile_keys')
    .values(
      keys.map((key) => ({
        profile_id: profileId,
        key_id: key.keyId,
        tools: key.tools,
        calls_per_minute: key.callsPerMinute,
        max_concurrent: key.maxConcurrent,
      })),
    )
    .execute()
}
