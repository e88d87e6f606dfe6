import { sql } from 'kysely'
import type { AuthContext } from './context.ts'

/**
 * Which of these sessions and keys still stand. One query for many, and no sign of activity: an open
 * page that nobody touches must run into its idle limit.
 */
export async function liveCredentials(
  context: AuthContext,
  ids: { sessionIds: readonly string[]; keyIds: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (ids.sessionIds.length + ids.keyIds.length === 0) return new Set()
  const now = new Date(context.clock())
  const { rows } = await sql<{ id: string }>`
    select s.id from minato.sessions s join minato.users u on u.id = s.user_id
    where s.id = any(${[...ids.sessionIds]}::uuid[]) and s.revoked_at is null and s.expires_at > ${now}
      and s.last_active_at + s.idle_timeout_ms * interval '1 millisecond' > ${now} and u.status = 'active'
    union all
    select k.id from minato.api_keys k join minato.users u on u.id = k.user_id
    where k.id = any(${[...ids.keyIds]}::uuid[]) and k.revoked_at is null and k.expires_at > ${now}
      and u.status = 'active'`.execute(context.db)
  return new Set(rows.map(({ id }) => id))
}
