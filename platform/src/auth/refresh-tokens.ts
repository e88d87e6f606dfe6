import { transact } from '../data/index.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { AuthContext, Tx } from './context.ts'
import { authErrors } from './errors.ts'
import { hashToken, looksLikeToken, newToken } from './tokens.ts'
import type { Principal, RequestMeta } from './types.ts'

export const REFRESH_PREFIX = 'mnr_'
/** Families that rest on an API key live this long at most; those of a session as long as it. */
const KEY_FAMILY_MS = 30 * 86_400_000

export type TokenPair = {
  accessToken: string
  refreshToken: string
  tokenType: 'Bearer'
  expiresIn: number
}

/** Access and refresh token for whoever holds a session or an API key. */
export async function grantTokens(
  context: AuthContext,
  access: AccessTokens,
  principal: Principal,
  meta: RequestMeta,
): Promise<TokenPair> {
  const now = new Date(context.clock())
  const { familyId, refreshToken } = await transact(context.db, async (tx) => {
    const family = await tx
      .insertInto('minato.token_families')
      .values({
        user_id: principal.userId,
        session_id: principal.keyId === undefined ? (principal.sessionId ?? null) : null,
        key_id: principal.keyId ?? null,
        created_at: now,
        expires_at: await familyEnd(context, tx, principal),
        revoked_at: null,
        revoke_reason: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await context.audit.record(
      {
        actorId: principal.userId,
        actorEmail: principal.email,
        action: 'token.issue',
        target: `token-family:${family.id}`,
        ip: meta.ip,
        requestId: meta.requestId,
        metadata: { via: principal.via },
      },
      tx,
    )
    return { familyId: family.id, refreshToken: await addToken(context, tx, family.id) }
  })
  return await pair(access, principal.userId, familyId, refreshToken)
}

async function familyEnd(context: AuthContext, tx: Tx, principal: Principal): Promise<Date> {
  if (principal.keyId === undefined) {
    const session = await tx
      .selectFrom('minato.sessions')
      .select('expires_at')
      .where('id', '=', principal.sessionId ?? '')
      .executeTakeFirstOrThrow()
    return session.expires_at
  }
  const key = await tx
    .selectFrom('minato.api_keys')
    .select('expires_at')
    .where('id', '=', principal.keyId)
    .executeTakeFirstOrThrow()
  return new Date(Math.min(key.expires_at.getTime(), context.clock() + KEY_FAMILY_MS))
}

async function addToken(context: AuthContext, tx: Tx, familyId: string): Promise<string> {
  const { token, hash } = newToken(context.random, REFRESH_PREFIX)
  await tx
    .insertInto('minato.refresh_tokens')
    .values({
      token_hash: hash,
      family_id: familyId,
      created_at: new Date(context.clock()),
      used_at: null,
    })
    .execute()
  return token
}

async function pair(
  access: AccessTokens,
  userId: string,
  familyId: string,
  refreshToken: string,
): Promise<TokenPair> {
  const { token, expiresIn } = await access.issue({ userId, familyId })
  return { accessToken: token, refreshToken, tokenType: 'Bearer', expiresIn }
}

/**
 * Exchanges a refresh token, once. A token that comes back a second time was copied: the whole family is
 * revoked, because nobody can tell the thief from the owner (RFC 9700, 4.14.2).
 */
export async function refreshTokens(
  context: AuthContext,
  access: AccessTokens,
  refreshToken: string,
  meta: RequestMeta,
): Promise<TokenPair> {
  if (!looksLikeToken(refreshToken, REFRESH_PREFIX)) throw authErrors.AUTH_REFRESH_INVALID()
  const hash = hashToken(refreshToken)
  const family = await familyOf(context, hash)
  if (family === undefined) throw authErrors.AUTH_REFRESH_INVALID()
  const next = await transact(context.db, async (tx) => {
    const claimed = await tx
      .updateTable('minato.refresh_tokens')
      .set({ used_at: new Date(context.clock()) })
      .where('token_hash', '=', hash)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return claimed.numUpdatedRows === 1n ? await addToken(context, tx, family.id) : undefined
  })
  if (next === undefined) {
    await revokeFamily(context, family, 'reuse', meta)
    throw authErrors.AUTH_REFRESH_INVALID()
  }
  if (!(await familyAlive(context, family.id))) throw authErrors.AUTH_REFRESH_INVALID()
  return await pair(access, family.userId, family.id, next)
}

/** Ends the family of a refresh token. Says nothing of whether there was one (RFC 7009, 2.2). */
export async function revokeRefreshToken(
  context: AuthContext,
  refreshToken: string,
  meta: RequestMeta,
): Promise<void> {
  const family = await familyOf(context, hashToken(refreshToken))
  if (family !== undefined) await revokeFamily(context, family, 'signed-out', meta)
}

type Family = { id: string; userId: string }

async function familyOf(context: AuthContext, tokenHash: string): Promise<Family | undefined> {
  return await context.db
    .selectFrom('minato.refresh_tokens as t')
    .innerJoin('minato.token_families as f', 'f.id', 't.family_id')
    .select(['f.id', 'f.user_id as userId'])
    .where('t.token_hash', '=', tokenHash)
    .executeTakeFirst()
}

/** A family lives no longer than the session or key it rests on, and no longer than its user is active. */
async function familyAlive(context: AuthContext, familyId: string): Promise<boolean> {
  const now = context.clock()
  const row = await context.db
    .selectFrom('minato.token_families as f')
    .innerJoin('minato.users as u', 'u.id', 'f.user_id')
    .leftJoin('minato.sessions as s', 's.id', 'f.session_id')
    .leftJoin('minato.api_keys as k', 'k.id', 'f.key_id')
    .select(['s.last_active_at', 's.idle_timeout_ms', 's.expires_at as session_end'])
    .select(['k.expires_at as key_end'])
    .where('f.id', '=', familyId)
    .where('f.revoked_at', 'is', null)
    .where('f.expires_at', '>', new Date(now))
    .where('u.status', '=', 'active')
    .where('s.revoked_at', 'is', null)
    .where('k.revoked_at', 'is', null)
    .executeTakeFirst()
  if (row === undefined) return false
  if (row.last_active_at !== null) {
    const idleEnd = row.last_active_at.getTime() + (row.idle_timeout_ms ?? 0)
    return Math.min(idleEnd, row.session_end?.getTime() ?? 0) > now
  }
  return (row.key_end?.getTime() ?? 0) > now
}

async function revokeFamily(
  context: AuthContext,
  family: Family,
  reason: string,
  meta: RequestMeta,
): Promise<void> {
  await context.db.transaction().execute(async (tx) => {
    const result = await tx
      .updateTable('minato.token_families')
      .set({ revoked_at: new Date(context.clock()), revoke_reason: reason })
      .where('id', '=', family.id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows === 0n) return
    await context.audit.record(
      {
        actorId: family.userId,
        action: reason === 'reuse' ? 'token.reuse-detected' : 'token.revoke',
        target: `token-family:${family.id}`,
        ip: meta.ip,
        requestId: meta.requestId,
      },
      tx,
    )
  })
  await context.invalidations.publish({ kind: 'family', id: family.id })
}
