import type { Database } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Kysely, Selectable } from 'kysely'
import { sessionErrors } from './errors.ts'
import type { SessionTables } from './tables.ts'

export type Session = Selectable<SessionTables['mcp_console.sessions']>
export type SessionRun = Selectable<SessionTables['mcp_console.session_runs']>

/** The database with the tables of sessions. */
export function sessionTables(db: Database): Kysely<SessionTables> {
  return db.withTables<SessionTables>()
}

export async function findSession(db: Database, id: string): Promise<Session | undefined> {
  return await sessionTables(db)
    .selectFrom('mcp_console.sessions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
}

/**
 * The session of this owner.
 * @throws {MinatoError} NOT_FOUND, the same for one that never was and one of somebody else.
 */
export async function ownSession(db: Database, id: string, ownerId: string): Promise<Session> {
  const session = await findSession(db, id)
  if (session === undefined || session.owner_id !== ownerId) throw commonErrors.NOT_FOUND()
  return session
}

/**
 * Puts the idle deadline off: the session is in use. One that has passed its deadline is over, swept or not.
 * @throws {MinatoError} MCP_CONSOLE_SESSION_ENDED
 */
export async function touchSession(
  services: { db: Database; clock: () => number },
  id: string,
  runMs = 0,
): Promise<Session> {
  const now = services.clock()
  const session = await findSession(services.db, id)
  if (session === undefined) throw commonErrors.NOT_FOUND()
  const deadline = new Date(now + Math.max(session.idle_ms, runMs))
  const touched = await sessionTables(services.db)
    .updateTable('mcp_console.sessions')
    .set((is) => ({
      last_used_at: new Date(now),
      idle_deadline: is.fn<Date>('greatest', ['idle_deadline', is.val(deadline)]),
    }))
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('idle_deadline', '>', new Date(now))
    .returningAll()
    .executeTakeFirst()
  if (touched !== undefined) return touched
  const over = session.state === 'running' ? { state: 'ended', reason: 'idle' } : session
  throw sessionErrors.MCP_CONSOLE_SESSION_ENDED({
    state: over.state,
    reason: over.reason ?? over.state,
  })
}
