import { by } from './audit-log.ts'
import type { AuthContext, Tx } from './context.ts'
import { authErrors } from './errors.ts'
import { lifetimesFor } from './session-limits.ts'
import type { Role } from './tables.ts'
import { hashToken, newToken } from './tokens.ts'
import type { Actor, RequestMeta } from './types.ts'

/** Recognisable to the log's sanitizer and to secret scanners. */
export const SESSION_PREFIX = 'mns_'

export type SessionInfo = {
  id: string
  createdAt: Date
  lastActiveAt: Date
  expiresAt: Date
  ip: string | null
  userAgent: string | null
}

const MAX_AGENT_LENGTH = 300

export function storedAgent(meta: RequestMeta): string | null {
  return meta.userAgent?.slice(0, MAX_AGENT_LENGTH) ?? null
}

/** Starts a session. Only the hash of the token is stored; the token goes into the cookie. */
export async function startSession(
  context: AuthContext,
  tx: Tx,
  user: { id: string; roles: readonly Role[] },
  meta: RequestMeta,
): Promise<{ token: string; sessionId: string }> {
  const now = context.clock()
  await context.permissions.refresh(tx)
  const { idleMs, absoluteMs } = lifetimesFor(
    { idleMs: context.config.sessionIdleMs, absoluteMs: context.config.sessionAbsoluteMs },
    context.config.sessionLimits,
    user.roles,
    context.permissions.forRoles(user.roles),
  )
  const { token, hash } = newToken(context.random, SESSION_PREFIX)
  const row = await tx
    .insertInto('minato.sessions')
    .values({
      user_id: user.id,
      token_hash: hash,
      created_at: new Date(now),
      last_active_at: new Date(now),
      idle_timeout_ms: idleMs,
      expires_at: new Date(now + absoluteMs),
      rotated_at: null,
      stepped_up_until: null,
      ip: meta.ip,
      user_agent: storedAgent(meta),
      revoked_at: null,
      revoke_reason: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await tx
    .updateTable('minato.users')
    .set({ last_sign_in_at: new Date(now) })
    .where('id', '=', user.id)
    .execute()
  return { token, sessionId: row.id }
}

/**
 * Gives a live session a new token; the old one stops working. Conditional on the old token: of two
 * rotations at once one wins, and a revoked session stays revoked.
 */
export async function rotateSession(
  context: AuthContext,
  tx: Tx,
  sessionId: string,
  oldToken: string,
): Promise<string> {
  const { token, hash } = newToken(context.random, SESSION_PREFIX)
  const result = await tx
    .updateTable('minato.sessions')
    .set({ token_hash: hash, rotated_at: new Date(context.clock()) })
    .where('id', '=', sessionId)
    .where('token_hash', '=', hashToken(oldToken))
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw authErrors.AUTH_SESSION_CHANGED()
  return token
}

/** Ends one session of a user. False when it is not theirs or has ended already. */
export async function revokeSession(
  context: AuthContext,
  id: string,
  userId: string,
  reason: string,
  actor?: Actor,
): Promise<boolean> {
  const revoked = await context.db.transaction().execute(async (tx) => {
    const result = await tx
      .updateTable('minato.sessions')
      .set({ revoked_at: new Date(context.clock()), revoke_reason: reason })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows === 0n) return false
    if (actor !== undefined) {
      const entry = { action: 'session.revoke', target: `session:${id}`, metadata: { userId } }
      await context.audit.record({ ...by(actor), ...entry }, tx)
    }
    return true
  })
  if (revoked) await context.invalidations.publish({ kind: 'session', id })
  return revoked
}

/**
 * Ends every session of a user but one, and with them their access and refresh tokens. Publish
 * `{ kind: 'user' }` after the commit.
 */
export async function revokeSessions(
  context: AuthContext,
  tx: Tx,
  userId: string,
  reason: string,
  exceptId?: string,
): Promise<number> {
  let query = tx
    .updateTable('minato.sessions')
    .set({ revoked_at: new Date(context.clock()), revoke_reason: reason })
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
  if (exceptId !== undefined) query = query.where('id', '!=', exceptId)
  return Number((await query.executeTakeFirst()).numUpdatedRows)
}

/** The sessions of a user that still work, newest first. */
export async function listSessions(context: AuthContext, userId: string): Promise<SessionInfo[]> {
  const now = context.clock()
  const rows = await context.db
    .selectFrom('minato.sessions')
    .select(['id', 'created_at', 'last_active_at', 'idle_timeout_ms', 'expires_at'])
    .select(['ip', 'user_agent'])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(now))
    .orderBy('created_at', 'desc')
    .limit(200)
    .execute()
  return rows
    .filter((row) => row.last_active_at.getTime() + row.idle_timeout_ms > now)
    .map((row) => ({
      id: row.id,
      createdAt: row.created_at,
      lastActiveAt: row.last_active_at,
      expiresAt: row.expires_at,
      ip: row.ip,
      userAgent: row.user_agent,
    }))
}
