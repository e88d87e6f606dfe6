import { sql } from 'kysely'
import { transact } from '../data/index.ts'
import {
  accountPolicy,
  addressPolicy,
  beginAttempt,
  clearAttempts,
  creditAttempt,
} from './attempts.ts'
import type { AuthContext, Tx } from './context.ts'
import { accountKey, addressAttemptKey, emailKeyOf } from './email.ts'
import { authErrors } from './errors.ts'
import { noticeNewDevice } from './notices.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { startSession } from './sessions.ts'
import { hashToken, looksLikeToken, newToken } from './tokens.ts'
import { type SecondFactor, useSecondFactor } from './two-factor.ts'
import type { RequestMeta, User } from './types.ts'
import { selectUsers, toUser, userOrUnknown } from './users.ts'

/** How long the second factor may take after the password. */
export const CHALLENGE_MS = 5 * 60_000
const CHALLENGE_ATTEMPTS = 5

export type SignedIn = { user: User; token: string; sessionId: string }
export type SignInResult = SignedIn | { challenge: string }

/**
 * E-mail and password. An unknown address, a wrong password, a locked and a disabled account are all
 * answered alike and after the same work (CWE-203, CWE-208): two counters, one read, one scrypt, one
 * audit row.
 */
export async function signIn(
  context: AuthContext,
  input: { email: string; password: string },
  meta: RequestMeta,
): Promise<SignInResult> {
  const began = new Date(context.clock())
  const addressKey = addressAttemptKey(meta.ip)
  const address = await beginAttempt(context, addressKey, addressPolicy(context))
  if (!address.allowed) {
    context.countSignIn('locked')
    throw tooMany(address.retryAfterMs)
  }
  const key = accountKey(input.email)
  const account = await beginAttempt(context, key, accountPolicy(context))
  const row = await selectUsers(context.db)
    .leftJoin('minato.accounts as a', 'a.user_id', 'u.id')
    .select('a.password_hash')
    .where('u.email_key', '=', emailKeyOf(input.email))
    .executeTakeFirst()
  const check = await verifyPassword(
    input.password,
    row?.password_hash ?? undefined,
    context.passwordCost,
  )
  if (row === undefined || !check.valid || !account.allowed || row.status !== 'active') {
    await recordFailure(context, key, row?.id, meta)
    throw authErrors.AUTH_CREDENTIALS_INVALID()
  }
  await clearAttempts(context, key)
  await creditAttempt(context, addressKey, addressPolicy(context))
  if (check.outdated) await rehash(context, row.id, row.password_hash ?? '', input.password)
  const user = toUser(row)
  if (user.twoFactorEnabled) return { challenge: await newChallenge(context, user.id) }
  return await completeSignIn(context, user, meta, { method: 'password', provedAt: began })
}

function tooMany(retryAfterMs: number) {
  return authErrors.AUTH_TOO_MANY_ATTEMPTS({ seconds: Math.max(1, Math.ceil(retryAfterMs / 1000)) })
}

async function recordFailure(
  context: AuthContext,
  accountKeyText: string,
  userId: string | undefined,
  meta: RequestMeta,
): Promise<void> {
  context.countSignIn('failed')
  await context.audit.record({
    actorId: null,
    action: 'sign-in.fail',
    // An unknown address is not written down: people type passwords into the wrong field.
    target: userId === undefined ? accountKeyText : `user:${userId}`,
    ip: meta.ip,
    requestId: meta.requestId,
  })
}

async function rehash(
  context: AuthContext,
  userId: string,
  oldHash: string,
  password: string,
): Promise<void> {
  await context.db
    .updateTable('minato.accounts')
    .set({ password_hash: await hashPassword(password, context.passwordCost) })
    .where('user_id', '=', userId)
    .where('password_hash', '=', oldHash)
    .execute()
}

async function newChallenge(context: AuthContext, userId: string): Promise<string> {
  const { token, hash } = newToken(context.random)
  const now = context.clock()
  await context.db
    .insertInto('minato.sign_in_challenges')
    .values({
      user_id: userId,
      token_hash: hash,
      created_at: new Date(now),
      expires_at: new Date(now + CHALLENGE_MS),
      consumed_at: null,
    })
    .execute()
  return token
}

/** The second half of a sign-in: a challenge takes five tries and one success. */
export async function completeChallenge(
  context: AuthContext,
  challenge: string | undefined,
  factor: SecondFactor,
  meta: RequestMeta,
): Promise<SignedIn> {
  if (challenge === undefined || !looksLikeToken(challenge)) {
    throw authErrors.AUTH_CHALLENGE_EXPIRED()
  }
  const hash = hashToken(challenge)
  const now = new Date(context.clock())
  // Counted before it is checked, in the row itself: parallel tries cannot exceed the cap.
  const open = await context.db
    .updateTable('minato.sign_in_challenges')
    .set({ attempts: sql`attempts + 1` })
    .where('token_hash', '=', hash)
    .where('attempts', '<', CHALLENGE_ATTEMPTS)
    .where('expires_at', '>', now)
    .where('consumed_at', 'is', null)
    .returning(['user_id', 'created_at'])
    .executeTakeFirst()
  if (open === undefined) throw authErrors.AUTH_CHALLENGE_EXPIRED()
  if (!(await useSecondFactor(context, open.user_id, factor))) {
    context.countSignIn('second_factor_failed')
    await context.audit.record({
      actorId: open.user_id,
      action: 'two-factor.fail',
      target: `user:${open.user_id}`,
      ip: meta.ip,
      requestId: meta.requestId,
    })
    throw authErrors.AUTH_TWO_FACTOR_FAILED()
  }
  const consumed = await context.db
    .updateTable('minato.sign_in_challenges')
    .set({ consumed_at: now })
    .where('token_hash', '=', hash)
    .where('consumed_at', 'is', null)
    .executeTakeFirst()
  if (consumed.numUpdatedRows !== 1n) throw authErrors.AUTH_CHALLENGE_EXPIRED()
  const user = await userOrUnknown(context, open.user_id)
  if (user.status !== 'active') throw authErrors.AUTH_CHALLENGE_EXPIRED()
  const method = 'code' in factor ? 'totp' : 'recovery-code'
  return await completeSignIn(context, user, meta, { method, provedAt: open.created_at })
}

type Proof = { method: string; provedAt: Date }

/** Starts the session of somebody who has proved everything. */
export async function completeSignIn(
  context: AuthContext,
  user: User,
  meta: RequestMeta,
  { method, provedAt }: Proof,
): Promise<SignedIn> {
  const signedIn = await transact(context.db, async (tx) => {
    await assertStillGood(tx, user.id, provedAt)
    await noticeNewDevice(context, tx, user, meta)
    const started = await startSession(context, tx, user, meta)
    await context.audit.record(
      {
        actorId: user.id,
        actorEmail: user.email,
        action: 'sign-in',
        target: `user:${user.id}`,
        ip: meta.ip,
        requestId: meta.requestId,
        metadata: { method, userAgent: meta.userAgent },
      },
      tx,
    )
    return { user, ...started }
  })
  context.countSignIn('succeeded')
  return signedIn
}

/**
 * A password change or a disabling that commits while somebody signs in with the old standing must win: the
 * row locks make one wait for the other, and whoever comes second sees the first.
 */
async function assertStillGood(tx: Tx, userId: string, provedAt: Date): Promise<void> {
  const row = await tx
    .selectFrom('minato.accounts as a')
    .innerJoin('minato.users as u', 'u.id', 'a.user_id')
    .select(['a.changed_at', 'u.status'])
    .where('u.id', '=', userId)
    .forShare()
    .executeTakeFirst()
  if (row === undefined || row.status !== 'active' || row.changed_at > provedAt) {
    throw authErrors.AUTH_CREDENTIALS_INVALID()
  }
}
