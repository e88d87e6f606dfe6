import type { AuthContext } from './context.ts'

const DAY_MS = 86_400_000
/** Ended sessions, keys' tokens and used links are kept this long for questions, then removed. */
const KEEP_MS = 30 * DAY_MS

/** Removes what has been over for a month. Safe to run in several processes at once. */
export async function sweep(context: AuthContext): Promise<void> {
  const { db } = context
  const now = context.clock()
  const old = new Date(now - KEEP_MS)
  const yesterday = new Date(now - DAY_MS)
  await db.deleteFrom('minato.sessions').where('expires_at', '<', old).execute()
  await db.deleteFrom('minato.token_families').where('expires_at', '<', old).execute()
  await db.deleteFrom('minato.sign_in_challenges').where('expires_at', '<', yesterday).execute()
  await db.deleteFrom('minato.verifications').where('expires_at', '<', old).execute()
  await db.deleteFrom('minato.auth_attempts').where('updated_at', '<', yesterday).execute()
  await db.deleteFrom('minato.jwks').where('expires_at', '<', yesterday).execute()
}
