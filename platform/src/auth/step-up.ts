import { by } from './audit-log.ts'
import type { AuthContext } from './context.ts'
import { authErrors } from './errors.ts'
import { checkOwnPassword } from './passwords.ts'
import { useSecondFactor } from './two-factor.ts'
import { actorOf, type Principal, type RequestMeta } from './types.ts'

/** How long dangerous acts stay open after proving oneself again. */
export const STEP_UP_MS = 10 * 60_000

/** Proves again who sits at the browser: what a stolen session alone cannot do. */
export async function stepUp(
  context: AuthContext,
  principal: Principal,
  proof: { password: string } | { code: string },
  meta: RequestMeta,
): Promise<Date> {
  if ('password' in proof) await checkOwnPassword(context, principal, proof.password)
  else if (!(await useSecondFactor(context, principal.userId, proof))) {
    throw authErrors.AUTH_CODE_WRONG()
  }
  const until = new Date(context.clock() + STEP_UP_MS)
  const sessionId = principal.sessionId ?? ''
  const result = await context.db
    .updateTable('minato.sessions')
    .set({ stepped_up_until: until })
    .where('id', '=', sessionId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows !== 1n) throw authErrors.AUTH_SESSION_CHANGED()
  const entry = { action: 'session.step-up', target: `session:${sessionId}` }
  await context.audit.record({ ...by(actorOf(principal, meta)), ...entry })
  await context.invalidations.publish({ kind: 'session', id: sessionId })
  return until
}
