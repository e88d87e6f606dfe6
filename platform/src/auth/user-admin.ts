import { sql } from 'kysely'
import type { AuthContext } from './context.ts'
import { authErrors } from './errors.ts'
import { noticeTwoFactor } from './notices.ts'
import { hashPassword } from './password-hash.ts'
import { assertStrongPassword } from './password-rules.ts'
import { ROLES, type Role } from './tables.ts'
import type { Actor, User } from './types.ts'
import { changeUser, findUser, selectUsers, toUser } from './users.ts'

export type UserFilter = {
  /** Part of the name or e-mail address. */
  query?: string | undefined
  role?: Role | undefined
  status?: 'active' | 'disabled' | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

const MAX_PAGE = 200
const never = (): boolean => false

/** Users, newest first. */
export async function listUsers(
  context: AuthContext,
  filter: UserFilter,
): Promise<{ items: User[]; nextCursor: string | null }> {
  const limit = Math.min(Math.max(filter.limit ?? 50, 1), MAX_PAGE)
  let query = selectUsers(context.db)
    .orderBy('u.created_at', 'desc')
    .orderBy('u.id', 'desc')
    .limit(limit + 1)
  if (filter.query) {
    const pattern = `%${filter.query
      .normalize('NFKC')
      .trim()
      .replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((where) =>
      where.or([where('u.email_key', 'ilike', pattern), where('u.name', 'ilike', pattern)]),
    )
  }
  if (filter.role) query = query.where(sql<boolean>`${filter.role} = any (u.roles)`)
  if (filter.status) query = query.where('u.status', '=', filter.status)
  if (filter.cursor) {
    const last = await findUser(context, filter.cursor)
    if (last === undefined) throw authErrors.AUTH_UNKNOWN({ what: 'cursor' })
    query = query.where(
      sql<boolean>`(u.created_at, u.id) < (select created_at, id from minato.users where id = ${last.id}::uuid)`,
    )
  }
  const rows = await query.execute()
  const items = rows.slice(0, limit).map(toUser)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** Changes what a person may do. Their sessions end, so that the new standing starts with a sign-in. */
export async function setRoles(
  context: AuthContext,
  id: string,
  wanted: readonly Role[],
  actor: Actor,
  keepSession?: string,
): Promise<User> {
  const roles = ROLES.filter((role) => wanted.includes(role))
  if (roles.length === 0) throw authErrors.AUTH_UNKNOWN({ what: 'role' })
  if (roles.includes('admin') && !actor.admin) throw authErrors.AUTH_ADMIN_ONLY()
  return await changeUser(context, id, actor, {
    action: 'user.set-roles',
    metadata: { roles },
    endSessions: true,
    keepSession,
    unmakesAdmin: (user) => user.roles.includes('admin') && !roles.includes('admin'),
    apply: (tx) => update(context, tx, id, { roles }),
  })
}

export async function disableUser(context: AuthContext, id: string, actor: Actor): Promise<User> {
  return await changeUser(context, id, actor, {
    action: 'user.disable',
    endSessions: true,
    unmakesAdmin: (user) => user.roles.includes('admin'),
    apply: (tx) => update(context, tx, id, { status: 'disabled' }),
  })
}

export async function enableUser(context: AuthContext, id: string, actor: Actor): Promise<User> {
  return await changeUser(context, id, actor, {
    action: 'user.enable',
    endSessions: false,
    unmakesAdmin: never,
    apply: (tx) => update(context, tx, id, { status: 'active' }),
  })
}

/** For somebody who lost phone and recovery codes. They set it up anew after signing in. */
export async function resetTwoFactor(
  context: AuthContext,
  id: string,
  actor: Actor,
): Promise<User> {
  return await changeUser(context, id, actor, {
    action: 'user.reset-two-factor',
    endSessions: true,
    unmakesAdmin: never,
    async apply(tx) {
      await tx.deleteFrom('minato.recovery_codes').where('user_id', '=', id).execute()
      await tx.deleteFrom('minato.two_factors').where('user_id', '=', id).execute()
      await noticeTwoFactor(context, tx, id, 'disabled')
    },
  })
}

/** Ends all sessions of a user, by an operator. */
export async function endSessionsOf(context: AuthContext, id: string, actor: Actor): Promise<void> {
  await changeUser(context, id, actor, {
    action: 'user.revoke-sessions',
    endSessions: true,
    unmakesAdmin: never,
    apply: async () => undefined,
  })
}

/** Sets a password by hand (command line only): for when no mail can reach the person. */
export async function setPassword(
  context: AuthContext,
  id: string,
  password: string,
  actor: Actor,
): Promise<User> {
  const user = await findUser(context, id)
  if (user === undefined) throw authErrors.AUTH_UNKNOWN({ what: 'user' })
  await assertStrongPassword(password, user, user.locale)
  const passwordHash = await hashPassword(password, context.passwordCost)
  return await changeUser(context, user.id, actor, {
    action: 'user.set-password',
    endSessions: true,
    unmakesAdmin: never,
    async apply(tx) {
      await tx
        .updateTable('minato.accounts')
        .set({ password_hash: passwordHash, changed_at: new Date(context.clock()) })
        .where('user_id', '=', user.id)
        .execute()
    },
  })
}

async function update(
  context: AuthContext,
  tx: AuthContext['db'],
  id: string,
  values: { roles: Role[] } | { status: 'active' | 'disabled' },
): Promise<void> {
  await tx
    .updateTable('minato.users')
    .set({ ...values, updated_at: new Date(context.clock()) })
    .where('id', '=', id)
    .execute()
}
