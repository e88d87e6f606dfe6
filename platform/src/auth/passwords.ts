import { transact } from '../data/index.ts'
import { accountPolicy, beginAttempt, clearAttempts } from './attempts.ts'
import { by } from './audit-log.ts'
import { type AuthContext, foreign, type Tx } from './context.ts'
import { accountKey } from './email.ts'
import { authErrors } from './errors.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { assertStrongPassword } from './password-rules.ts'
import { revokeSessions, rotateSession } from './sessions.ts'
import type { Locale } from './tables.ts'
import { hashToken } from './tokens.ts'
import { type Actor, actorOf, type Principal, type RequestMeta } from './types.ts'
import { findUser, userOrUnknown } from './users.ts'
import {
  claimVerification,
  isOpenVerification,
  issueVerification,
  voidVerifications,
} from './verifications.ts'

const RESET_MS = 3_600_000
/** Reset mails to one person in an hour: enough for anybody, too few to fill a mailbox. */
const RESETS_AN_HOUR = 5

/**
 * Sends a reset link if there is such an account. The caller answers before this has run, so that neither
 * the answer nor its time tells whether there is.
 */
export async function forgotPassword(
  context: AuthContext,
  email: string,
  meta: RequestMeta,
): Promise<void> {
  const user = await findUser(context, email)
  // An id is not an address: `find` takes both.
  if (user === undefined || user.status !== 'active' || !email.includes('@')) return
  await transact(context.db, async (tx) => {
    const recent = await tx
      .selectFrom('minato.verifications')
      .select('id')
      .where('purpose', '=', 'reset-password')
      .where('user_id', '=', user.id)
      .where('created_at', '>', new Date(context.clock() - RESET_MS))
      .limit(RESETS_AN_HOUR)
      .execute()
    if (recent.length >= RESETS_AN_HOUR) return
    await voidVerifications(context, tx, 'reset-password', user.id)
    const token = await issueVerification(context, tx, 'reset-password', user.id, RESET_MS)
    const url = `${context.publicUrl()}/reset-password#token=${token}`
    const { email: to, name, locale, timeZone } = user
    const expiresAt = new Date(context.clock() + RESET_MS).toISOString()
    const data = { name, url, expiresAt, timeZone }
    await context.mail.send({ to, template: 'reset', data, locale }, foreign(tx))
    await context.audit.record(
      { actorId: null, action: 'password.forget', target: `user:${user.id}`, ip: meta.ip },
      tx,
    )
  })
}

/** Sets a new password by a mailed link. Every session, access token and refresh token of the user ends. */
export async function resetPassword(
  context: AuthContext,
  input: { token: string; password: string },
  locale: Locale,
  meta: RequestMeta,
): Promise<void> {
  if (!(await isOpenVerification(context, 'reset-password', input.token))) {
    throw authErrors.AUTH_LINK_INVALID()
  }
  const owner = await ownerOf(context, input.token)
  await assertStrongPassword(input.password, owner, locale)
  const passwordHash = await hashPassword(input.password, context.passwordCost)
  await transact(context.db, async (tx) => {
    const claimed = await claimVerification(context, tx, 'reset-password', input.token)
    if (!claimed?.userId) throw authErrors.AUTH_LINK_INVALID()
    await storePassword(context, tx, owner.id, passwordHash)
    await tx
      .updateTable('minato.users')
      // The link reached the address: that proves it as well.
      .set((update) => ({
        email_verified_at: update.fn.coalesce(
          'email_verified_at',
          update.val(new Date(context.clock())),
        ),
      }))
      .where('id', '=', owner.id)
      .execute()
    await revokeSessions(context, tx, owner.id, 'password.reset')
    const actor: Actor = { id: owner.id, email: owner.email, admin: false, ip: meta.ip }
    const entry = { action: 'password.reset', target: `user:${owner.id}` }
    await context.audit.record({ ...by(actor), requestId: meta.requestId, ...entry }, tx)
  })
  await clearAttempts(context, accountKey(owner.email))
  await context.invalidations.publish({ kind: 'user', id: owner.id })
}

async function ownerOf(context: AuthContext, token: string) {
  const row = await context.db
    .selectFrom('minato.verifications')
    .select('user_id')
    .where('token_hash', '=', hashToken(token))
    .executeTakeFirstOrThrow()
  return await userOrUnknown(context, row.user_id ?? '')
}

/** Open challenges die with the old password. */
async function storePassword(
  context: AuthContext,
  tx: Tx,
  userId: string,
  passwordHash: string,
): Promise<void> {
  await tx
    .updateTable('minato.accounts')
    .set({ password_hash: passwordHash, changed_at: new Date(context.clock()) })
    .where('user_id', '=', userId)
    .where('provider', '=', 'password')
    .execute()
  await tx.deleteFrom('minato.sign_in_challenges').where('user_id', '=', userId).execute()
  await voidVerifications(context, tx, 'reset-password', userId)
}

/**
 * Whether this is the password of somebody who is signed in. Guesses count as failed sign-ins do: a stolen
 * session is not a place to try passwords at leisure.
 */
export async function checkOwnPassword(
  context: AuthContext,
  principal: Principal,
  password: string,
): Promise<void> {
  const key = `password:${principal.userId}`
  const attempt = await beginAttempt(context, key, accountPolicy(context))
  const row = await context.db
    .selectFrom('minato.accounts')
    .select('password_hash')
    .where('user_id', '=', principal.userId)
    .executeTakeFirst()
  const { valid } = await verifyPassword(password, row?.password_hash, context.passwordCost)
  if (!valid || !attempt.allowed) throw authErrors.AUTH_PASSWORD_WRONG()
  await clearAttempts(context, key)
}

/** Changes one's own password: other sessions end, this one gets a new token. */
export async function changePassword(
  context: AuthContext,
  principal: Principal,
  input: { currentPassword: string; newPassword: string; sessionToken: string },
  meta: RequestMeta,
): Promise<string> {
  await checkOwnPassword(context, principal, input.currentPassword)
  const { locale } = principal
  await assertStrongPassword(input.newPassword, principal, locale, 'newPassword')
  const passwordHash = await hashPassword(input.newPassword, context.passwordCost)
  const sessionId = principal.sessionId ?? ''
  const token = await transact(context.db, async (tx) => {
    await storePassword(context, tx, principal.userId, passwordHash)
    await revokeSessions(context, tx, principal.userId, 'password.change', sessionId)
    const entry = { action: 'password.change', target: `user:${principal.userId}` }
    await context.audit.record({ ...by(actorOf(principal, meta)), ...entry }, tx)
    return await rotateSession(context, tx, sessionId, input.sessionToken)
  })
  await context.invalidations.publish({ kind: 'user', id: principal.userId })
  return token
}
