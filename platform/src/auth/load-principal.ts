import type { AccessClaims } from './access-tokens.ts'
import type { AuthContext } from './context.ts'
import { authErrors } from './errors.ts'
import type { Entry } from './principal-cache.ts'
import type { Locale, Role } from './tables.ts'
import { hashToken } from './tokens.ts'
import type { Principal } from './types.ts'

/** Last activity and last use are written at most this often. */
const TOUCH_MS = 60_000

const USER = ['u.id as user_id', 'u.email', 'u.name', 'u.roles', 'u.locale', 'u.time_zone'] as const
const SESSION = [
  's.id as session_id',
  's.last_active_at',
  's.idle_timeout_ms',
  's.expires_at as session_end',
  's.stepped_up_until',
] as const

type UserPart = {
  user_id: string
  email: string
  name: string
  roles: Role[]
  locale: Locale
  time_zone: string
}
type SessionPart = {
  session_id: string
  last_active_at: Date
  idle_timeout_ms: number
  session_end: Date
  stepped_up_until: Date | null
}

/** Everything but setting two-factor up answers AUTH_TWO_FACTOR_REQUIRED. */
const RESTRICTED = { restriction: () => authErrors.AUTH_TWO_FACTOR_REQUIRED() }
const NOTHING: ReadonlySet<string> = new Set()

/** The session of a cookie, if it is neither over, idle nor revoked and its user is active. */
export async function loadSession(context: AuthContext, token: string): Promise<Entry | undefined> {
  const row = await context.db
    .selectFrom('minato.sessions as s')
    .innerJoin('minato.users as u', 'u.id', 's.user_id')
    .leftJoin('minato.two_factors as t', 't.user_id', 'u.id')
    .select([...USER, ...SESSION, 't.confirmed_at'])
    .where('s.token_hash', '=', hashToken(token))
    .where('s.revoked_at', 'is', null)
    .where('u.status', '=', 'active')
    .executeTakeFirst()
  if (row === undefined) return undefined
  const end = await sessionEnd(context, row)
  if (end === undefined) return undefined
  const principal = await sessionPrincipal(context, row, row.confirmed_at !== null, 'session')
  return { principal, freshUntil: end }
}

/** Until when the session lasts if nothing more happens; undefined when it is over. Notes the activity. */
async function sessionEnd(context: AuthContext, row: SessionPart): Promise<number | undefined> {
  const now = context.clock()
  const idleEnd = row.last_active_at.getTime() + row.idle_timeout_ms
  const end = Math.min(idleEnd, row.session_end.getTime())
  if (end <= now) return undefined
  const staleAt = new Date(now - TOUCH_MS)
  if (row.last_active_at > staleAt) return end
  // Conditional: of many requests at once one writes, and a session revoked meanwhile stays untouched.
  await context.db
    .updateTable('minato.sessions')
    .set({ last_active_at: new Date(now) })
    .where('id', '=', row.session_id)
    .where('revoked_at', 'is', null)
    .where('last_active_at', '<=', staleAt)
    .execute()
  return Math.min(now + row.idle_timeout_ms, row.session_end.getTime())
}

async function sessionPrincipal(
  context: AuthContext,
  row: UserPart & SessionPart,
  twoFactorEnabled: boolean,
  via: 'session' | 'jwt',
): Promise<Principal> {
  await context.permissions.refresh()
  const setupRequired = !twoFactorEnabled && context.twoFactorRequired(row.roles)
  const steppedUp = via === 'session' && row.stepped_up_until !== null
  return {
    ...identity(row),
    permissions: setupRequired ? NOTHING : context.permissions.forRoles(row.roles),
    via,
    sessionId: row.session_id,
    ...(steppedUp ? { steppedUpUntil: row.stepped_up_until?.getTime() ?? 0 } : {}),
    ...(setupRequired ? RESTRICTED : {}),
  }
}

function identity(row: UserPart) {
  return {
    userId: row.user_id,
    email: row.email,
    name: row.name,
    roles: row.roles,
    locale: row.locale,
    timeZone: row.time_zone,
  }
}

type KeyPart = {
  key_id: string
  scopes: string[] | null
  key_end: Date
  last_used_at: Date | null
}
const KEY = ['k.id as key_id', 'k.scopes', 'k.expires_at as key_end', 'k.last_used_at'] as const

/** The API key, if it is neither expired nor revoked and its user is active. */
export async function loadKey(context: AuthContext, key: string): Promise<Entry | undefined> {
  const row = await context.db
    .selectFrom('minato.api_keys as k')
    .innerJoin('minato.users as u', 'u.id', 'k.user_id')
    .select([...USER, ...KEY])
    .where('k.key_hash', '=', hashToken(key))
    .where('k.revoked_at', 'is', null)
    .where('u.status', '=', 'active')
    .executeTakeFirst()
  if (row === undefined || row.key_end.getTime() <= context.clock()) return undefined
  await touchKey(context, row)
  return { principal: await keyPrincipal(context, row, 'key'), freshUntil: row.key_end.getTime() }
}

async function touchKey(context: AuthContext, row: KeyPart): Promise<void> {
  const now = context.clock()
  const staleAt = new Date(now - TOUCH_MS)
  if (row.last_used_at !== null && row.last_used_at > staleAt) return
  await context.db
    .updateTable('minato.api_keys')
    .set({ last_used_at: new Date(now) })
    .where('id', '=', row.key_id)
    .where((where) =>
      where.or([where('last_used_at', 'is', null), where('last_used_at', '<=', staleAt)]),
    )
    .execute()
}

/**
 * What a key may: what its user may now, within its scopes. Two-factor is not asked for: a key was made by
 * somebody who had passed it, or on the command line of the machine itself.
 */
async function keyPrincipal(
  context: AuthContext,
  row: UserPart & KeyPart,
  via: 'key' | 'jwt',
): Promise<Principal> {
  await context.permissions.refresh()
  const granted = context.permissions.forRoles(row.roles)
  const { scopes } = row
  return {
    ...identity(row),
    permissions:
      scopes === null ? granted : new Set(scopes.filter((permission) => granted.has(permission))),
    via,
    keyId: row.key_id,
    ...(scopes === null ? {} : { scopes }),
  }
}

/** Whom an access token stands for, while its family and the session or key under it live. */
export async function loadFamily(
  context: AuthContext,
  claims: AccessClaims,
): Promise<Entry | undefined> {
  const family = await context.db
    .selectFrom('minato.token_families')
    .select(['session_id', 'key_id'])
    .where('id', '=', claims.familyId)
    .where('user_id', '=', claims.userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(context.clock()))
    .executeTakeFirst()
  if (family === undefined) return undefined
  const { session_id: sessionId, key_id: keyId } = family
  if (sessionId !== null) return await loadSessionToken(context, claims, sessionId)
  return keyId === null ? undefined : await loadKeyToken(context, claims, keyId)
}

async function loadSessionToken(
  context: AuthContext,
  claims: AccessClaims,
  sessionId: string,
): Promise<Entry | undefined> {
  const row = await context.db
    .selectFrom('minato.sessions as s')
    .innerJoin('minato.users as u', 'u.id', 's.user_id')
    .leftJoin('minato.two_factors as t', 't.user_id', 'u.id')
    .select([...USER, ...SESSION, 't.confirmed_at'])
    .where('s.id', '=', sessionId)
    .where('s.revoked_at', 'is', null)
    .where('u.status', '=', 'active')
    .executeTakeFirst()
  if (row === undefined) return undefined
  const end = await sessionEnd(context, row)
  if (end === undefined) return undefined
  const principal = await sessionPrincipal(context, row, row.confirmed_at !== null, 'jwt')
  const freshUntil = Math.min(end, claims.expiresAt)
  return { principal, freshUntil, familyId: claims.familyId }
}

async function loadKeyToken(
  context: AuthContext,
  claims: AccessClaims,
  keyId: string,
): Promise<Entry | undefined> {
  const row = await context.db
    .selectFrom('minato.api_keys as k')
    .innerJoin('minato.users as u', 'u.id', 'k.user_id')
    .select([...USER, ...KEY])
    .where('k.id', '=', keyId)
    .where('k.revoked_at', 'is', null)
    .where('u.status', '=', 'active')
    .executeTakeFirst()
  if (row === undefined || row.key_end.getTime() <= context.clock()) return undefined
  await touchKey(context, row)
  const principal = await keyPrincipal(context, row, 'jwt')
  const freshUntil = Math.min(row.key_end.getTime(), claims.expiresAt)
  return { principal, freshUntil, familyId: claims.familyId }
}
