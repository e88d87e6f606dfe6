import type { ConsoleServices } from '../config.ts'
import type { SecretsTables } from './tables.ts'
import type { VaultOwner } from './vault-item.ts'

const TABLE = 'mcp_console.vault_sessions'

/** What is needed to read a Bitwarden vault that a person opened in this sign-in session. */
export type VaultSession = {
  email: string | null
  openedAt: Date
  /** Unlocks `data`; handed to the program in its environment only. */
  sessionKey: string
  /** The program's store: ciphertexts of the vault, and the tokens it syncs with. */
  data: string
}

const place = (column: string, sessionId: string) => ({ table: TABLE, column, row: sessionId })
const tablesOf = (services: ConsoleServices) => services.db.withTables<SecretsTables>()

/** Keeps an opened vault under the sign-in session, encrypted. An earlier one is replaced. */
export async function saveVaultSession(
  services: ConsoleServices,
  { userId, sessionId }: VaultOwner,
  opened: { email: string | null; sessionKey: string; data: string },
): Promise<void> {
  const values = {
    user_id: userId,
    email: opened.email,
    session_key: services.keys.encrypt(opened.sessionKey, place('session_key', sessionId)),
    data: services.keys.encrypt(opened.data, place('data', sessionId)),
    opened_at: new Date(services.clock()),
  }
  await tablesOf(services)
    .insertInto(TABLE)
    .values({ session_id: sessionId, ...values })
    .onConflict((conflict) => conflict.column('session_id').doUpdateSet(values))
    .execute()
}

/** The program may have renewed its token: the next call goes on from there. */
export async function saveVaultData(
  services: ConsoleServices,
  sessionId: string,
  data: string,
): Promise<void> {
  await tablesOf(services)
    .updateTable(TABLE)
    .set({ data: services.keys.encrypt(data, place('data', sessionId)) })
    .where('session_id', '=', sessionId)
    .execute()
}

/** The opened vault of this sign-in session, while that session itself still stands. */
export async function loadVaultSession(
  services: ConsoleServices,
  { userId, sessionId }: VaultOwner,
): Promise<VaultSession | undefined> {
  if (sessionId === '') return undefined
  const row = await tablesOf(services)
    .selectFrom(TABLE)
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const live = await services.auth.live({ sessionIds: [sessionId], keyIds: [] })
  if (!live.has(sessionId)) {
    await endVaultSessions(services, [sessionId])
    return undefined
  }
  const open = (token: string, column: string) =>
    services.keys.decrypt(token, place(column, sessionId)).toString('utf8')
  return {
    email: row.email,
    openedAt: row.opened_at,
    sessionKey: open(row.session_key, 'session_key'),
    data: open(row.data, 'data'),
  }
}

/** A person as the owner of a vault where no session asks: with the Bitwarden vault they opened last, if one is open. */
export async function openVaultOwner(
  services: ConsoleServices,
  userId: string,
): Promise<VaultOwner> {
  const rows = await tablesOf(services)
    .selectFrom(TABLE)
    .select('session_id')
    .where('user_id', '=', userId)
    .orderBy('opened_at', 'desc')
    .limit(100)
    .execute()
  const sessionIds = rows.map((row) => row.session_id)
  const live = await services.auth.live({ sessionIds, keyIds: [] })
  return { userId, sessionId: sessionIds.find((id) => live.has(id)) ?? '' }
}

/** Whether the vault is still open: a value found just now is not kept for a session that has ended meanwhile. */
export async function isVaultOpen(services: ConsoleServices, sessionId: string): Promise<boolean> {
  const row = await tablesOf(services)
    .selectFrom(TABLE)
    .select('session_id')
    .where('session_id', '=', sessionId)
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets the keys of these sessions and every value that was cached for them. */
export async function endVaultSessions(
  services: ConsoleServices,
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length === 0) return
  await tablesOf(services).deleteFrom(TABLE).where('session_id', 'in', sessionIds).execute()
  for (const sessionId of sessionIds) await purgeCachedItems(services, sessionId)
}

/** Ends the vaults whose sign-in session is over: signed out, revoked, idle too long, expired. */
export async function sweepVaultSessions(
  services: ConsoleServices,
  which: { userId?: string } = {},
): Promise<number> {
  let query = tablesOf(services).selectFrom(TABLE).select('session_id')
  if (which.userId !== undefined) query = query.where('user_id', '=', which.userId)
  const sessionIds = (await query.limit(10_000).execute()).map((row) => row.session_id)
  const live = await services.auth.live({ sessionIds, keyIds: [] })
  const over = sessionIds.filter((id) => !live.has(id))
  await endVaultSessions(services, over)
  return over.length
}

/** Where the items of one sign-in session lie in the cache. */
export function cachePrefix(sessionId: string): string {
  return `vault:${sessionId}:`
}

export async function purgeCachedItems(
  services: ConsoleServices,
  sessionId: string,
): Promise<void> {
  await services.cache.namespace('mcp-console').purge(cachePrefix(sessionId))
}
