import type { Kysely } from 'kysely'
import type { MinatoError } from '../errors/index.ts'
import type { AuthTables, Locale, Role } from './tables.ts'

export type AuthDatabase = Kysely<AuthTables>

/** Who a request is from, and what it may do. Shared between requests: never change one. */
export type Principal = {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly permissions: ReadonlySet<string>
  readonly locale: Locale
  readonly timeZone: string
  readonly via: 'session' | 'key' | 'jwt'
  readonly sessionId?: string
  readonly keyId?: string
  readonly scopes?: readonly string[]
  /** Until when dangerous acts are open (ms since the epoch); only browser sessions have it. */
  readonly steppedUpUntil?: number
  /** Set when the role demands two-factor and the account has none: only its setup is open. */
  readonly restriction?: () => MinatoError
}

/** What may carry a credential. Header names in lower case, as Node gives them. */
export type CredentialHeaders = {
  cookie?: string | undefined
  authorization?: string | string[] | undefined
  'x-api-key'?: string | string[] | undefined
}

/** Where a request came from, for the audit log and the session list. */
export type RequestMeta = { ip: string; userAgent?: string | undefined; requestId?: string }

/** Who acts: a principal, the command line, or the system itself. */
export type Actor = {
  id: string
  email?: string
  /** Only administrators (and the command line) act on administrators. */
  admin: boolean
  ip?: string | undefined
  requestId?: string | undefined
}

export const CLI_ACTOR: Actor = Object.freeze({ id: 'cli', admin: true })
export const SYSTEM_ACTOR: Actor = Object.freeze({ id: 'system', admin: true })

export function actorOf(principal: Principal, meta?: RequestMeta): Actor {
  return {
    id: principal.userId,
    email: principal.email,
    admin: principal.roles.includes('admin'),
    ip: meta?.ip,
    requestId: meta?.requestId,
  }
}

/** The person as other parts see them: no hash, no secret. */
export type User = {
  id: string
  email: string
  name: string
  roles: Role[]
  locale: Locale
  timeZone: string
  status: 'active' | 'disabled'
  emailVerified: boolean
  twoFactorEnabled: boolean
  createdAt: Date
  lastSignInAt: Date | null
}
