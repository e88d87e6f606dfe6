import type { ConsoleServices } from '../config.ts'
import { listSessionContainers, removeByDockerId } from './session-container.ts'
import { type Session, sessionTables } from './store.ts'
import { removeTlsFolder } from './tls-folder.ts'

const FIRST_RETRY_MS = 30_000
const LAST_RETRY_MS = 60 * 60_000

/** Closes a session to all use at once; the clean-up follows. False when somebody has closed it already. */
export async function beginEnd(
  services: ConsoleServices,
  sessionId: string,
  reason: string,
): Promise<boolean> {
  const ended = await sessionTables(services.db)
    .updateTable('mcp_console.sessions')
    .set({ state: 'ending', reason, cleanup_after: new Date(services.clock()) })
    .where('id', '=', sessionId)
    .where('state', 'in', ['starting', 'running'])
    .executeTakeFirst()
  return ended.numUpdatedRows > 0n
}

/**
 * Removes a session's containers and certificates. A failure is logged and tried again later, at longer and longer
 * intervals, by whichever worker sweeps then.
 */
export async function cleanSession(services: ConsoleServices, session: Session): Promise<void> {
  const { id } = session
  try {
    const made = await listSessionContainers(services)
    for (const { dockerId } of made.filter(({ sessionId }) => sessionId === id)) {
      await removeByDockerId(services, dockerId)
    }
    await removeTlsFolder(services, id)
  } catch (error) {
    await tryLater(services, session, error)
    return
  }
  const now = new Date(services.clock())
  await sessionTables(services.db)
    .updateTable('mcp_console.sessions')
    .set((is) => ({
      // What never ran has failed; the reason says why.
      state: is
        .case()
        .when('docker_id', 'is', null)
        .then('failed' as const)
        .else('ended' as const)
        .end(),
      ended_at: now,
      cleanup_after: null,
      tls_folder: null,
    }))
    .where('id', '=', id)
    .where('state', '=', 'ending')
    .execute()
}

async function tryLater(
  services: ConsoleServices,
  session: Session,
  error: unknown,
): Promise<void> {
  const attempts = session.cleanup_attempts + 1
  const waitMs = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS)
  services.log.warn('mcp_console.session_clean_up_failed', {
    sessionId: session.id,
    attempts,
    retryInMs: waitMs,
    err: error,
  })
  await sessionTables(services.db)
    .updateTable('mcp_console.sessions')
    .set({ cleanup_attempts: attempts, cleanup_after: new Date(services.clock() + waitMs) })
    .where('id', '=', session.id)
    .where('state', '=', 'ending')
    .execute()
}
