import { randomBytes, randomUUID } from 'node:crypto'
import type { Services } from '../../app/services.ts'
import { SYSTEM_ACTOR } from '../../auth/index.ts'

/** An account that lives for one audit. `.invalid` never reaches anybody (RFC 6761 §6.4). */
export type Account = { id: string; email: string; password: string }

const DOMAIN = 'minato-audit.invalid'
const LEFT_BEHIND_MS = 3_600_000

export async function createAccount(services: Services): Promise<Account> {
  const email = `audit-${randomUUID()}@${DOMAIN}`
  const password = randomBytes(24).toString('base64url')
  const user = await services.auth.users.create(
    { email, name: 'Minato audit', password, roles: ['user'], verified: true, locale: 'en' },
    SYSTEM_ACTOR,
  )
  return { id: user.id, email, password }
}

type Tables = {
  'minato.users': { id: string; email_key: string; created_at: Date }
  'minato.mail_outbox': { recipient: string }
}

/** Removes accounts of audits: those named, and what a killed audit left behind an hour ago. */
export async function removeAccounts(services: Services, ids: readonly string[]): Promise<number> {
  for (const id of ids) await services.auth.sessions.revokeAll(id)
  const db = services.db.withTables<Tables>()
  const old = new Date(services.clock() - LEFT_BEHIND_MS)
  const gone = await db
    .deleteFrom('minato.users')
    .where('email_key', 'like', `audit-%@${DOMAIN}`)
    .where((where) =>
      where.or([
        where('created_at', '<', old),
        ...(ids.length === 0 ? [] : [where('id', 'in', ids)]),
      ]),
    )
    .returning('id')
    .execute()
  await db.deleteFrom('minato.mail_outbox').where('recipient', 'like', `%@${DOMAIN}`).execute()
  return gone.length
}
