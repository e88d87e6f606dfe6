import { type AuthContext, foreign, type Tx } from './context.ts'
import { storedAgent } from './sessions.ts'
import type { RequestMeta, User } from './types.ts'
import { userOrUnknown } from './users.ts'

/** Tells the owner that the second factor changed, so that a stranger's change does not go unseen. */
export async function noticeTwoFactor(
  context: AuthContext,
  tx: Tx,
  userId: string,
  change: 'enabled' | 'disabled' | 'recovery-codes',
): Promise<void> {
  const { email: to, name, locale, timeZone } = await userOrUnknown(context, userId, tx)
  const at = new Date(context.clock()).toISOString()
  const data = { change, name, at, timeZone, url: `${context.publicUrl()}/profile/security` }
  await context.mail.send({ to, template: 'two-factor', data, locale }, foreign(tx))
}

/** Tells the owner of a sign-in from a browser that none of their earlier sessions came from. */
export async function noticeNewDevice(
  context: AuthContext,
  tx: Tx,
  user: User,
  meta: RequestMeta,
): Promise<void> {
  const agent = storedAgent(meta) ?? ''
  const earlier = await tx
    .selectFrom('minato.sessions')
    .select('user_agent')
    .distinct()
    .where('user_id', '=', user.id)
    .limit(100)
    .execute()
  // The first session of all is no news to whoever has just opened the account.
  if (earlier.length === 0 || earlier.some((row) => (row.user_agent ?? '') === agent)) return
  const { email: to, name, locale, timeZone } = user
  const data = {
    name,
    at: new Date(context.clock()).toISOString(),
    timeZone,
    ip: meta.ip,
    url: `${context.publicUrl()}/profile/sessions`,
    ...(agent === '' ? {} : { device: printable(agent) }),
  }
  await context.mail.send({ to, template: 'new-sign-in', data, locale }, foreign(tx))
}

/** A header is anybody's text: one line, no control characters, not endless. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 150)
}
