import { by } from './audit-log.ts'
import type { AuthContext } from './context.ts'
import { revokeSessions } from './sessions.ts'
import type { Actor } from './types.ts'

/** Ends all of one's own sessions, or all but the one in use. */
export async function endSessionsOfSelf(
  context: AuthContext,
  actor: Actor,
  exceptId?: string,
): Promise<void> {
  await context.db.transaction().execute(async (tx) => {
    await revokeSessions(context, tx, actor.id, 'sign-out-everywhere', exceptId)
    const entry = { action: 'session.revoke-all', target: `user:${actor.id}` }
    await context.audit.record({ ...by(actor), ...entry }, tx)
  })
  await context.invalidations.publish({ kind: 'user', id: actor.id })
}
