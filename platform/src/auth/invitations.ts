import { transact } from '../data/index.ts'
import { by } from './audit-log.ts'
import { type AuthContext, foreign } from './context.ts'
import { emailKeyOf } from './email.ts'
import { authErrors } from './errors.ts'
import { completeSignIn, type SignedIn } from './sign-in.ts'
import type { Locale, Role } from './tables.ts'
import { hashToken, looksLikeToken, newToken } from './tokens.ts'
import type { Actor, RequestMeta } from './types.ts'
import { findUser, insertUser, lockAdmins, prepareUser } from './users.ts'

const DAY_MS = 86_400_000
const LIFETIME_DAYS = 7

export type Invitation = {
  id: string
  email: string
  role: Role
  invitedBy: string | null
  createdAt: Date
  expiresAt: Date
  state: 'open' | 'accepted' | 'revoked' | 'expired'
}

/** Mails somebody a link to sign up with. Inviting the same address again replaces the open invitation. */
export async function invite(
  context: AuthContext,
  input: { email: string; role: Role; locale?: Locale | undefined },
  actor: Actor,
): Promise<Invitation> {
  if (input.role === 'admin' && !actor.admin) throw authErrors.AUTH_ADMIN_ONLY()
  const email = input.email.trim()
  if ((await findUser(context, email)) !== undefined) throw authErrors.AUTH_USER_EXISTS()
  const { token, hash } = newToken(context.random)
  const now = context.clock()
  const { role, locale = 'ja' } = input
  const values = {
    email,
    email_key: emailKeyOf(email),
    role,
    locale,
    token_hash: hash,
    invited_by: /^[0-9a-f-]{36}$/.test(actor.id) ? actor.id : null,
    created_at: new Date(now),
    expires_at: new Date(now + LIFETIME_DAYS * DAY_MS),
    accepted_at: null,
    accepted_by: null,
    revoked_at: null,
  }
  return await transact(context.db, async (tx) => {
    await tx
      .updateTable('minato.invitations')
      .set({ revoked_at: new Date(now) })
      .where('email_key', '=', values.email_key)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .execute()
    const { id } = await tx
      .insertInto('minato.invitations')
      .values(values)
      .returning('id')
      .executeTakeFirstOrThrow()
    const url = `${context.publicUrl()}/sign-up#token=${token}`
    const inviter = (await findUser(context, actor.id, tx))?.name
    const data = {
      url,
      expiresAt: values.expires_at.toISOString(),
      ...(inviter === undefined ? {} : { inviter }),
    }
    await context.mail.send({ to: email, template: 'invite', data, locale }, foreign(tx))
    const entry = { action: 'user.invite', target: `invitation:${id}`, metadata: { email, role } }
    await context.audit.record({ ...by(actor), ...entry }, tx)
    const { invited_by: invitedBy, created_at: createdAt, expires_at: expiresAt } = values
    return { id, email, role, invitedBy, createdAt, expiresAt, state: 'open' as const }
  })
}

export async function listInvitations(
  context: AuthContext,
  page: { cursor?: string | undefined; limit?: number | undefined } = {},
): Promise<{ items: Invitation[]; nextCursor: string | null }> {
  const limit = Math.min(Math.max(page.limit ?? 50, 1), 200)
  let query = context.db
    .selectFrom('minato.invitations')
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  const [time, id] = (page.cursor ?? '').split('_')
  const createdAt = new Date(Number(time))
  if (id !== undefined && !Number.isNaN(createdAt.getTime())) {
    query = query.where((where) =>
      where.or([
        where('created_at', '<', createdAt),
        where.and([where('created_at', '=', createdAt), where('id', '<', id)]),
      ]),
    )
  }
  const rows = await query.execute()
  const items = rows.slice(0, limit).map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    state: stateOf(row, context.clock()),
  }))
  const last = rows.length > limit ? items.at(-1) : undefined
  return { items, nextCursor: last ? `${last.createdAt.getTime()}_${last.id}` : null }
}

type Dates = { accepted_at: Date | null; revoked_at: Date | null; expires_at: Date }

function stateOf(row: Dates, now: number): Invitation['state'] {
  if (row.accepted_at !== null) return 'accepted'
  if (row.revoked_at !== null) return 'revoked'
  return row.expires_at.getTime() <= now ? 'expired' : 'open'
}

export async function revokeInvitation(
  context: AuthContext,
  id: string,
  actor: Actor,
): Promise<void> {
  await transact(context.db, async (tx) => {
    const result = await tx
      .updateTable('minato.invitations')
      .set({ revoked_at: new Date(context.clock()) })
      .where('id', '=', id)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (result.numUpdatedRows !== 1n) throw authErrors.AUTH_UNKNOWN({ what: 'invitation' })
    const entry = { action: 'user.withdraw-invitation', target: `invitation:${id}` }
    await context.audit.record({ ...by(actor), ...entry }, tx)
  })
}

/** What an invitation is for; shown before signing up. */
export async function peekInvitation(context: AuthContext, token: string) {
  const row = looksLikeToken(token)
    ? await context.db
        .selectFrom('minato.invitations')
        .select(['email', 'role', 'locale'])
        .where('token_hash', '=', hashToken(token))
        .where('accepted_at', 'is', null)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', new Date(context.clock()))
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw authErrors.AUTH_INVITATION_INVALID()
  return row
}

/** The only way to sign up. The address is proved: the link came through it. */
export async function signUp(
  context: AuthContext,
  input: { token: string; name: string; password: string; locale?: Locale | undefined },
  meta: RequestMeta,
): Promise<SignedIn> {
  const { email, role, locale } = await peekInvitation(context, input.token)
  const { name, password } = input
  const person = { email, name, password, locale: input.locale ?? locale }
  const prepared = await prepareUser(context, { ...person, roles: [role], verified: true })
  const user = await transact(context.db, async (tx) => {
    if (role === 'admin') await lockAdmins(tx)
    const claimed = await tx
      .updateTable('minato.invitations')
      .set({ accepted_at: new Date(context.clock()) })
      .where('token_hash', '=', hashToken(input.token))
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', new Date(context.clock()))
      .returning('id')
      .executeTakeFirst()
    if (claimed === undefined) throw authErrors.AUTH_INVITATION_INVALID()
    const created = await insertUser(context, tx, prepared, undefined)
    await tx
      .updateTable('minato.invitations')
      .set({ accepted_by: created.id })
      .where('id', '=', claimed.id)
      .execute()
    return created
  })
  const provedAt = new Date(context.clock())
  return await completeSignIn(context, user, meta, { method: 'invitation', provedAt })
}
