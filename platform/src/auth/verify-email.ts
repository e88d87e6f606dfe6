import { transact } from '../data/index.ts'
import { type AuthContext, foreign, type Tx } from './context.ts'
import { authErrors } from './errors.ts'
import type { User } from './types.ts'
import { userOrUnknown } from './users.ts'
import { claimVerification, issueVerification, voidVerifications } from './verifications.ts'

const LIFETIME_MS = 24 * 3_600_000

/** Puts the mail that proves an address into the outbox; an older link stops working. */
export async function sendVerifyMail(context: AuthContext, tx: Tx, user: User): Promise<void> {
  await voidVerifications(context, tx, 'verify-email', user.id)
  const token = await issueVerification(context, tx, 'verify-email', user.id, LIFETIME_MS)
  // In the fragment: it reaches no server log and no Referer.
  const url = `${context.publicUrl()}/verify-email#token=${token}`
  const expiresAt = new Date(context.clock() + LIFETIME_MS).toISOString()
  const { email: to, name, locale, timeZone } = user
  const data = { name, url, expiresAt, timeZone }
  await context.mail.send({ to, template: 'verify', data, locale }, foreign(tx))
}

export async function resendVerifyMail(context: AuthContext, userId: string): Promise<void> {
  const user = await userOrUnknown(context, userId)
  if (user.emailVerified) return
  await transact(context.db, (tx) => sendVerifyMail(context, tx, user))
}

export async function verifyEmail(context: AuthContext, token: string): Promise<void> {
  await transact(context.db, async (tx) => {
    const claimed = await claimVerification(context, tx, 'verify-email', token)
    if (!claimed?.userId) throw authErrors.AUTH_LINK_INVALID()
    await tx
      .updateTable('minato.users')
      .set({ email_verified_at: new Date(context.clock()) })
      .where('id', '=', claimed.userId)
      .execute()
    const target = `user:${claimed.userId}`
    await context.audit.record({ actorId: claimed.userId, action: 'user.verify-email', target }, tx)
  })
}
