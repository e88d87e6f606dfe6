import type { Redis } from 'ioredis'
import type { Profile } from '../config/index.ts'
import type { Database } from '../data/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import { createAccessTokens } from './access-tokens.ts'
import { type AuditLog, createAuditLog } from './audit-log.ts'
import { type Auth, buildAuth } from './auth.ts'
import type { AuthConfig } from './config.ts'
import { type AuthContext, type MailSender, SIGN_IN_OUTCOMES } from './context.ts'
import { cookieNames } from './credentials.ts'
import { createInvalidations } from './invalidations.ts'
import { PASSWORD_COST, type PasswordCost } from './password-hash.ts'
import { createPermissions } from './permissions.ts'
import { createReader } from './reader.ts'
import { createSetup } from './setup.ts'
import { createSigningKeys } from './signing-keys.ts'
import type { AuthTables } from './tables.ts'
import type { RandomBytes } from './tokens.ts'

export type AuthDeps = {
  profile: Profile
  config: { readonly auth: AuthConfig }
  publicUrl: string
  db: Database
  keys: KeyRing
  redis?: Redis | undefined
  mail: MailSender
  log: Logger
  clock: () => number
  random: RandomBytes
  metrics?: Pick<Metrics, 'counter'>
  /** Tests make hashing cheap; everywhere else the default holds. */
  passwordCost?: PasswordCost
  onClose(name: string, close: () => Promise<void> | void): void
}

/**
 * Accounts, sessions, keys, tokens, permissions, and the audit log. Nothing is read or written before
 * the first call.
 *
 * @example
 * const { auth, audit } = createAuth({ profile, config, publicUrl, db, keys, redis, mail, log, clock, random, onClose })
 */
export function createAuth(deps: AuthDeps): { auth: Auth; audit: AuditLog } {
  const { clock, config, keys, log, mail, profile, random, redis } = deps
  const db = deps.db.withTables<AuthTables>()
  const audit = createAuditLog(deps)
  const invalidations = createInvalidations({ redis, log })
  const permissions = createPermissions({ db, clock, audit, invalidations })
  const background = createBackground(log)
  const strict = profile === 'production' || profile === 'staging'
  const context: AuthContext = {
    ...{ db, clock, random, keys, log, mail, audit, permissions, invalidations, profile },
    config: config.auth,
    passwordCost: deps.passwordCost ?? PASSWORD_COST,
    publicUrl: () => deps.publicUrl,
    twoFactorRequired: (roles) =>
      roles.some(
        (role) => (strict && role === 'admin') || config.auth.twoFactorRoles.includes(role),
      ),
    inBackground: background.start,
    countSignIn: signInCounter(deps.metrics),
  }
  const cookies = cookieNames(deps.publicUrl)
  const signingKeys = createSigningKeys(context)
  const access = createAccessTokens(context, signingKeys)
  const reader = createReader(context, access, cookies)
  const setup = createSetup(context)
  deps.onClose('auth', async () => {
    await background.settle()
    await invalidations.close()
  })
  const auth = buildAuth({ context, signingKeys, access, reader, setup, cookies }, deps.onClose)
  return { auth, audit }
}

function signInCounter(metrics: AuthDeps['metrics']): AuthContext['countSignIn'] {
  const counter = metrics?.counter({
    name: 'auth_sign_ins_total',
    help: 'Sign-ins: succeeded, failed, second_factor_failed, or locked after too many failures.',
    labelNames: ['outcome'],
  })
  for (const outcome of SIGN_IN_OUTCOMES) counter?.inc({ outcome }, 0)
  return (outcome) => counter?.inc({ outcome })
}

/** Work that goes on after the answer was sent. */
function createBackground(log: Logger) {
  const running = new Set<Promise<void>>()
  return {
    start(name: string, work: Promise<void>): void {
      const watched = work
        .catch((error: unknown) => log.error('auth.background_failed', { name, err: error }))
        .finally(() => running.delete(watched))
      running.add(watched)
    },
    async settle(): Promise<void> {
      await Promise.all(running)
    },
  }
}
