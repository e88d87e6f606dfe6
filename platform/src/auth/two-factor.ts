import { transact } from '../data/index.ts'
import { beginAttempt, CODE_POLICY, clearAttempts } from './attempts.ts'
import { by } from './audit-log.ts'
import { base32Encode } from './base32.ts'
import type { AuthContext, Tx } from './context.ts'
import { authErrors } from './errors.ts'
import { noticeTwoFactor } from './notices.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { matchingStep, newTotpSecret, otpauthUrl, qrSvg } from './totp.ts'
import type { Actor } from './types.ts'

/** A code of the authenticator, or one of the recovery codes. */
export type SecondFactor = { code: string } | { recoveryCode: string }

function place(userId: string) {
  return { table: 'minato.two_factors', column: 'secret', row: userId }
}

/** A new secret that counts only after `confirmTwoFactor`; starting again replaces it. */
export async function startTwoFactor(context: AuthContext, user: { id: string; email: string }) {
  const secret = newTotpSecret(context.random)
  const encrypted = context.keys.encrypt(secret, place(user.id))
  const result = await context.db
    .insertInto('minato.two_factors')
    .values({
      user_id: user.id,
      secret: encrypted,
      confirmed_at: null,
      last_used_step: null,
      created_at: new Date(context.clock()),
    })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ secret: encrypted, last_used_step: null })
        // A secret in use is never replaced by a request that only started a setup.
        .where('minato.two_factors.confirmed_at', 'is', null),
    )
    .executeTakeFirst()
  if (result.numInsertedOrUpdatedRows === 0n) throw authErrors.AUTH_TWO_FACTOR_ACTIVE()
  const url = otpauthUrl(secret, user.email)
  return { secret: base32Encode(secret), otpauthUrl: url, qrSvg: await qrSvg(url) }
}

/** Turns two-factor on, in the caller's transaction. Returns the recovery codes, shown this once. */
export async function confirmTwoFactor(
  context: AuthContext,
  tx: Tx,
  userId: string,
  actor: Actor,
): Promise<string[]> {
  const result = await tx
    .updateTable('minato.two_factors')
    .set({ confirmed_at: new Date(context.clock()) })
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw authErrors.AUTH_TWO_FACTOR_ACTIVE()
  const entry = { action: 'two-factor.enable', target: `user:${userId}` }
  await context.audit.record({ ...by(actor), ...entry }, tx)
  await noticeTwoFactor(context, tx, userId, 'enabled')
  return await replaceRecoveryCodes(context, tx, userId)
}

export async function disableTwoFactor(
  context: AuthContext,
  tx: Tx,
  userId: string,
  actor: Actor,
): Promise<void> {
  await tx.deleteFrom('minato.recovery_codes').where('user_id', '=', userId).execute()
  await tx.deleteFrom('minato.two_factors').where('user_id', '=', userId).execute()
  const entry = { action: 'two-factor.disable', target: `user:${userId}` }
  await context.audit.record({ ...by(actor), ...entry }, tx)
  await noticeTwoFactor(context, tx, userId, 'disabled')
}

/** Ten new codes; the old ones stop working. */
export async function renewRecoveryCodes(
  context: AuthContext,
  userId: string,
  actor: Actor,
): Promise<string[]> {
  return await transact(context.db, async (tx) => {
    const enabled = await tx
      .selectFrom('minato.two_factors')
      .select('user_id')
      .where('user_id', '=', userId)
      .where('confirmed_at', 'is not', null)
      .executeTakeFirst()
    if (enabled === undefined) throw authErrors.AUTH_TWO_FACTOR_INACTIVE()
    const entry = { action: 'two-factor.renew-recovery-codes', target: `user:${userId}` }
    await context.audit.record({ ...by(actor), ...entry }, tx)
    await noticeTwoFactor(context, tx, userId, 'recovery-codes')
    return await replaceRecoveryCodes(context, tx, userId)
  })
}

async function replaceRecoveryCodes(
  context: AuthContext,
  tx: Tx,
  userId: string,
): Promise<string[]> {
  const codes = newRecoveryCodes(context.random)
  await tx.deleteFrom('minato.recovery_codes').where('user_id', '=', userId).execute()
  await tx
    .insertInto('minato.recovery_codes')
    .values(codes.map(({ hash }) => ({ user_id: userId, code_hash: hash, used_at: null })))
    .execute()
  return codes.map(({ code }) => code)
}

/**
 * Checks a second factor and uses it up: a time step is accepted once, a recovery code is accepted once,
 * and failures of one account are counted across sign-ins, sessions and processes.
 */
export async function useSecondFactor(
  context: AuthContext,
  userId: string,
  factor: SecondFactor,
  options: { unconfirmed?: boolean } = {},
): Promise<boolean> {
  const key = `two-factor:${userId}`
  const attempt = await beginAttempt(context, key, CODE_POLICY)
  const accepted =
    attempt.allowed &&
    ('code' in factor
      ? await useCode(context, userId, factor.code, options.unconfirmed ?? false)
      : await useRecoveryCode(context, userId, factor.recoveryCode))
  if (accepted) await clearAttempts(context, key)
  return accepted
}

async function useCode(
  context: AuthContext,
  userId: string,
  code: string,
  unconfirmed: boolean,
): Promise<boolean> {
  const row = await context.db
    .selectFrom('minato.two_factors')
    .select(['secret', 'confirmed_at'])
    .where('user_id', '=', userId)
    .executeTakeFirst()
  if (row === undefined || (row.confirmed_at === null) !== unconfirmed) return false
  const secret = context.keys.decrypt(row.secret, place(userId))
  const typed = code.normalize('NFKC').replace(/\s/g, '')
  const step = matchingStep(secret, typed, context.clock())
  if (step === undefined) return false
  // The condition makes the step a one-time thing, also between processes.
  const result = await context.db
    .updateTable('minato.two_factors')
    .set({ last_used_step: step })
    .where('user_id', '=', userId)
    .where('secret', '=', row.secret)
    .where((where) =>
      where.or([where('last_used_step', 'is', null), where('last_used_step', '<', step)]),
    )
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

async function useRecoveryCode(
  context: AuthContext,
  userId: string,
  code: string,
): Promise<boolean> {
  const result = await context.db
    .updateTable('minato.recovery_codes')
    .set({ used_at: new Date(context.clock()) })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hashRecoveryCode(code))
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
