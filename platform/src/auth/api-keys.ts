import { newApiKey, visiblePrefix } from './api-key-format.ts'
import { by } from './audit-log.ts'
import type { AuthContext } from './context.ts'
import { authErrors } from './errors.ts'
import { hashToken } from './tokens.ts'
import type { Actor } from './types.ts'
import { findUser } from './users.ts'

export type ApiKeyInfo = {
  id: string
  name: string
  prefix: string
  scopes: string[] | null
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | null
}

export type NewApiKey = {
  userId: string
  name?: string | undefined
  /** Permission names; without them the key may do all that its user may. */
  scopes?: string[] | undefined
  expiresInMs?: number | undefined
}

const MAX_LIFETIME_MS = 730 * 86_400_000

/** Makes a key. The key itself is in the answer and nowhere else, ever again. */
export async function createApiKey(context: AuthContext, input: NewApiKey, actor: Actor) {
  const user = await findUser(context, input.userId)
  if (user === undefined) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
  const scopes = input.scopes?.length ? [...new Set(input.scopes)] : null
  await assertScopes(context, scopes, user.roles)
  const now = context.clock()
  const lifetimeMs = Math.min(input.expiresInMs ?? context.config.apiKeyMs, MAX_LIFETIME_MS)
  const key = newApiKey(context.random)
  const values = {
    user_id: user.id,
    name: input.name?.trim() || 'API key',
    prefix: visiblePrefix(key),
    key_hash: hashToken(key),
    scopes,
    created_at: new Date(now),
    expires_at: new Date(now + lifetimeMs),
    last_used_at: null,
    revoked_at: null,
  }
  const id = await context.db.transaction().execute(async (tx) => {
    const row = await tx
      .insertInto('minato.api_keys')
      .values(values)
      .returning('id')
      .executeTakeFirstOrThrow()
    const metadata = {
      userId: user.id,
      prefix: values.prefix,
      scopes,
      expiresAt: values.expires_at,
    }
    const entry = { action: 'key.create', target: `key:${row.id}`, metadata }
    await context.audit.record({ ...by(actor), ...entry }, tx)
    return row.id
  })
  const { name, prefix, created_at: createdAt, expires_at: expiresAt } = values
  return { id, key, name, prefix, scopes, createdAt, expiresAt, lastUsedAt: null }
}

async function assertScopes(
  context: AuthContext,
  scopes: string[] | null,
  roles: Parameters<AuthContext['permissions']['forRoles']>[0],
): Promise<void> {
  await context.permissions.refresh()
  const granted = context.permissions.forRoles(roles)
  for (const permission of scopes ?? []) {
    if (!context.permissions.isDeclared(permission)) {
      throw authErrors.AUTH_PERMISSION_UNKNOWN({ permission })
    }
    if (!granted.has(permission)) throw authErrors.AUTH_SCOPE_REFUSED({ permission })
  }
}

/** The keys of a user that were not revoked, newest first. */
export async function listApiKeys(context: AuthContext, userId: string): Promise<ApiKeyInfo[]> {
  const rows = await context.db
    .selectFrom('minato.api_keys')
    .selectAll()
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .orderBy('created_at', 'desc')
    .limit(500)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
  }))
}

/** Revokes a key. With `userId` only when it is theirs; false when there is no such live key. */
export async function revokeApiKey(
  context: AuthContext,
  id: string,
  userId: string | undefined,
  actor: Actor,
): Promise<boolean> {
  const revoked = await context.db.transaction().execute(async (tx) => {
    let query = tx
      .updateTable('minato.api_keys')
      .set({ revoked_at: new Date(context.clock()) })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
    if (userId !== undefined) query = query.where('user_id', '=', userId)
    const result = await query.executeTakeFirst()
    if (result.numUpdatedRows === 0n) return false
    await context.audit.record({ ...by(actor), action: 'key.revoke', target: `key:${id}` }, tx)
    return true
  })
  if (revoked) await context.invalidations.publish({ kind: 'key', id })
  return revoked
}
