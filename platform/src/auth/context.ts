import type { Kysely } from 'kysely'
import type { Profile } from '../config/index.ts'
import type { Database } from '../data/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { AuditLog } from './audit-log.ts'
import type { AuthConfig } from './config.ts'
import type { Invalidations } from './invalidations.ts'
import type { PasswordCost } from './password-hash.ts'
import type { Permissions } from './permissions.ts'
import type { AuthTables, Locale, Role } from './tables.ts'
import type { RandomBytes } from './tokens.ts'
import type { AuthDatabase } from './types.ts'

/** The part of the mail concern that accounts need: a row in the outbox, in the caller's transaction. */
export type MailSender = {
  send(
    message: {
      to: string
      template: 'invite' | 'verify' | 'reset' | 'two-factor' | 'new-sign-in'
      data: Record<string, string>
      locale: Locale
      idempotencyKey?: string
    },
    tx?: Database,
  ): Promise<unknown>
}

export const SIGN_IN_OUTCOMES = ['succeeded', 'failed', 'second_factor_failed', 'locked'] as const

/** What the functions of this concern share. Made once by `createAuth`. */
export type AuthContext = {
  db: AuthDatabase
  clock: () => number
  random: RandomBytes
  keys: KeyRing
  log: Logger
  mail: MailSender
  audit: AuditLog
  permissions: Permissions
  invalidations: Invalidations
  config: AuthConfig
  profile: Profile
  passwordCost: PasswordCost
  publicUrl: () => string
  /** Whether somebody with these roles must use two-factor. */
  twoFactorRequired(roles: readonly Role[]): boolean
  /** Lets work go on after the answer; shutdown waits for it. */
  inBackground(name: string, work: Promise<void>): void
  /** For alerts: somebody who guesses shows up here first. */
  countSignIn(outcome: (typeof SIGN_IN_OUTCOMES)[number]): void
}

export type Tx = Kysely<AuthTables>

/** A transaction as other concerns take it: they name their own tables. */
export function foreign(tx: Tx): Database {
  return tx as unknown as Database
}
