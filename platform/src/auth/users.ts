import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import { sqlState, transact } from '../data/index.ts'
import { clearAttempts } from './attempts.ts'
import { type AuditEntry, by } from './audit-log.ts'
import type { AuthContext, Tx } from './context.ts'
import { accountKey, emailKeyOf } from './email.ts'
import { authErrors } from './errors.ts'
import { hashPassword } from './password-hash.ts'
import { assertStrongPassword } from './password-rules.ts'
import { revokeSessions } from './sessions.ts'
import { type AuthTables, type Locale, ROLES, type Role } from './tables.ts'
import { type Actor, CLI_ACTOR, type User } from './types.ts'

export type NewUser = {
  email: string
  name?: string | undefined
  password: string
  roles: readonly Role[]
  verified?: boolean | undefined
  locale?: Locale | undefined
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const UNIQUE_VIOLATION = '23505'
/** Held while the first administrator is being made, so that two setups cannot both win. */
const ADMIN_LOCK = 0x6d_69_6e_61

const COLUMNS = [
  'u.id',
  'u.email',
  'u.name',
  'u.roles',
  'u.locale',
  'u.time_zone',
  'u.status',
  'u.email_verified_at',
  'u.created_at',
  'u.last_sign_in_at',
  't.confirmed_at',
] as const

export function selectUsers(db: Kysely<AuthTables>) {
  return db
    .selectFrom('minato.users as u')
    .leftJoin('minato.two_factors as t', 't.user_id', 'u.id')
    .select(COLUMNS)
}

type UserRow =
  ReturnType<typeof selectUsers> extends SelectQueryBuilder<infer _D, infer _T, infer R> ? R : never

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    roles: row.roles,
    locale: row.locale,
    timeZone: row.time_zone,
    status: row.status,
    emailVerified: row.email_verified_at !== null,
    twoFactorEnabled: row.confirmed_at !== null,
    createdAt: row.created_at,
    lastSignInAt: row.last_sign_in_at,
  }
}

/** A user by id or e-mail address. */
export async function findUser(
  context: AuthContext,
  idOrEmail: string,
  tx: Tx = context.db,
): Promise<User | undefined> {
  const query = selectUsers(tx)
  const found = UUID.test(idOrEmail)
    ? query.where('u.id', '=', idOrEmail)
    : query.where('u.email_key', '=', emailKeyOf(idOrEmail))
  const row = await found.executeTakeFirst()
  return row === undefined ? undefined : toUser(row)
}

export async function userOrUnknown(context: AuthContext, id: string, tx?: Tx): Promise<User> {
  const user = await findUser(context, id, tx)
  if (user === undefined) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
  return user
}

/** Adds a user: rules of the password checked, everything in one transaction. */
export async function createUser(
  context: AuthContext,
  input: NewUser,
  actor: Actor,
): Promise<User> {
  const prepared = await prepareUser(context, input, actor.id === CLI_ACTOR.id ? 'en' : undefined)
  return await transact(context.db, async (tx) => {
    if (prepared.roles.includes('admin')) await lockAdmins(tx)
    const user = await insertUser(context, tx, prepared, actor)
    // An administrator exists now, however made: the setup link has done its duty.
    if (user.roles.includes('admin')) await voidSetupLinks(context, tx)
    return user
  })
}

export type PreparedUser = Omit<NewUser, 'password'> & { name: string; passwordHash: string }

/** The slow and refusing part, outside any transaction: rules and hashing. */
export async function prepareUser(
  context: AuthContext,
  input: NewUser,
  /** Language of a refusal; without it the new user's own. */
  language: Locale = input.locale ?? 'ja',
): Promise<PreparedUser> {
  const email = input.email.trim()
  const name = input.name?.trim() || (email.split('@')[0] ?? email)
  const { password, ...rest } = input
  await assertStrongPassword(password, { email, name: input.name ?? '' }, language)
  return { ...rest, email, name, passwordHash: await hashPassword(password, context.passwordCost) }
}

/** @throws AUTH_USER_EXISTS */
export async function insertUser(
  context: AuthContext,
  tx: Tx,
  input: PreparedUser,
  actor: Actor | undefined,
): Promise<User> {
  const now = new Date(context.clock())
  // Asked first: a failed INSERT would end the caller's transaction. The unique key still has the last word.
  if ((await findUser(context, input.email, tx)) !== undefined) throw authErrors.AUTH_USER_EXISTS()
  try {
    const { id } = await tx
      .insertInto('minato.users')
      .values({
        email: input.email,
        email_key: emailKeyOf(input.email),
        name: input.name,
        roles: ROLES.filter((role) => input.roles.includes(role)),
        locale: input.locale ?? 'ja',
        time_zone: 'Asia/Tokyo',
        status: 'active',
        email_verified_at: input.verified ? now : null,
        last_sign_in_at: null,
        created_at: now,
        updated_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await tx
      .insertInto('minato.accounts')
      .values({
        user_id: id,
        provider: 'password',
        password_hash: input.passwordHash,
        changed_at: now,
      })
      .execute()
    const who = actor ?? { id, email: input.email, admin: false }
    const entry = { action: 'user.create', target: `user:${id}`, metadata: { roles: input.roles } }
    await context.audit.record({ ...by(who), ...entry }, tx)
    return await userOrUnknown(context, id, tx)
  } catch (error) {
    if (sqlState(error) === UNIQUE_VIOLATION) throw authErrors.AUTH_USER_EXISTS()
    throw error
  }
}

/** Serialises everything that makes or unmakes administrators. */
export async function lockAdmins(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADMIN_LOCK}::bigint)`.execute(tx)
}

export async function adminExists(db: Tx): Promise<boolean> {
  const row = await db
    .selectFrom('minato.users')
    .select('id')
    .where(sql<boolean>`'admin' = any (roles) and status = 'active'`)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

export async function voidSetupLinks(context: AuthContext, tx: Tx): Promise<void> {
  await tx
    .updateTable('minato.verifications')
    .set({ used_at: new Date(context.clock()) })
    .where('purpose', '=', 'setup')
    .where('used_at', 'is', null)
    .execute()
}

type Change = {
  action: string
  metadata?: AuditEntry['metadata']
  /** Ends the user's sessions (all but `keepSession`): a changed standing needs a new sign-in. */
  endSessions: boolean
  keepSession?: string | undefined
  /** The user would no longer be an active administrator. */
  unmakesAdmin(user: User): boolean
  apply(tx: Tx, user: User): Promise<void>
}

/**
 * One change of somebody's standing: only administrators touch administrators, the last one stays, the act
 * is in the audit log, and what was cached about the user is dropped everywhere.
 */
export async function changeUser(
  context: AuthContext,
  id: string,
  actor: Actor,
  change: Change,
): Promise<User> {
  const user = await transact(context.db, async (tx) => {
    await lockAdmins(tx)
    const before = await userOrUnknown(context, id, tx)
    if (before.roles.includes('admin') && !actor.admin) throw authErrors.AUTH_ADMIN_ONLY()
    await change.apply(tx, before)
    if (change.unmakesAdmin(before) && !(await adminExists(tx))) {
      throw authErrors.AUTH_LAST_ADMIN()
    }
    if (change.endSessions) {
      await revokeSessions(context, tx, id, change.action, change.keepSession)
    }
    const { action, metadata } = change
    await context.audit.record({ ...by(actor), action, target: `user:${id}`, metadata }, tx)
    return await userOrUnknown(context, id, tx)
  })
  await context.invalidations.publish({ kind: 'user', id })
  return user
}

/** Forgets failed attempts, so that a locked-out person can sign in at once. */
export async function unlockUser(context: AuthContext, id: string, actor: Actor): Promise<void> {
  const user = await userOrUnknown(context, id)
  if (user.roles.includes('admin') && !actor.admin) throw authErrors.AUTH_ADMIN_ONLY()
  await clearAttempts(context, accountKey(user.email))
  await clearAttempts(context, `two-factor:${id}`)
  await clearAttempts(context, `password:${id}`)
  await context.audit.record({ ...by(actor), action: 'user.unlock', target: `user:${id}` })
}
