import type { AuthContext, Tx } from './context.ts'
import { hashToken, looksLikeToken, newToken } from './tokens.ts'

type Purpose = 'setup' | 'verify-email' | 'reset-password'

/** Stores the hash of a new one-time token and returns the token. */
export async function issueVerification(
  context: AuthContext,
  tx: Tx,
  purpose: Purpose,
  userId: string | null,
  lifetimeMs: number | null,
): Promise<string> {
  const { token, hash } = newToken(context.random)
  const now = context.clock()
  await tx
    .insertInto('minato.verifications')
    .values({
      purpose,
      user_id: userId,
      token_hash: hash,
      created_at: new Date(now),
      expires_at: lifetimeMs === null ? null : new Date(now + lifetimeMs),
      used_at: null,
    })
    .execute()
  return token
}

/**
 * Uses a one-time token up. Undefined when it is unknown, used or expired. Conditional, so that of two
 * requests with one token only one gets through; the row lock holds the other until this one commits.
 */
export async function claimVerification(
  context: AuthContext,
  tx: Tx,
  purpose: Purpose,
  token: string,
): Promise<{ userId: string | null } | undefined> {
  if (!looksLikeToken(token)) return undefined
  const now = new Date(context.clock())
  return await tx
    .updateTable('minato.verifications')
    .set({ used_at: now })
    .where('purpose', '=', purpose)
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .returning('user_id as userId')
    .executeTakeFirst()
}

/** Whether a token would be accepted, without using it. */
export async function isOpenVerification(
  context: AuthContext,
  purpose: Purpose,
  token: string,
): Promise<boolean> {
  if (!looksLikeToken(token)) return false
  const now = new Date(context.clock())
  const row = await context.db
    .selectFrom('minato.verifications')
    .select('id')
    .where('purpose', '=', purpose)
    .where('token_hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
    .executeTakeFirst()
  return row !== undefined
}

/** Makes all open tokens of a user for a purpose useless. */
export async function voidVerifications(
  context: AuthContext,
  tx: Tx,
  purpose: Purpose,
  userId: string,
): Promise<void> {
  await tx
    .updateTable('minato.verifications')
    .set({ used_at: new Date(context.clock()) })
    .where('purpose', '=', purpose)
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .execute()
}
