import type { ConsoleServices } from '../config.ts'
import { sweepAuthorizations } from '../remote/index.ts'
import { beginEnd, cleanSession } from './end-session.ts'
import { listSessionContainers, removeByDockerId } from './session-container.ts'
import { MAX_LIFE_MS } from './start-session.ts'
import { findSession, sessionTables } from './store.ts'
import { listTlsFolders, removeTlsFolder } from './tls-folder.ts'

const EVERY_MS = 15_000
const DAY_MS = 86_400_000
/** What is remembered of sessions that are over. */
const KEEP_MS = 30 * DAY_MS
const START_MS = 15 * 60_000
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/
/** Of many expired ones, so many a round. */
const BATCH = 50

/** Looks at once and then every quarter minute, in every worker; returns how to stop. */
export function startSessionSweep(services: ConsoleServices): () => Promise<void> {
  let failing = false
  let running: Promise<void> = Promise.resolve()
  const look = () => {
    running = running
      .then(() => sweepSessions(services))
      .then(
        () => {
          failing = false
        },
        (error: unknown) => {
          if (!failing) services.log.warn('mcp_console.session_sweep_failed', { err: error })
          failing = true
        },
      )
  }
  look()
  const timer = setInterval(look, EVERY_MS).unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** Ends what has passed its deadline, cleans up what was ended, and what no session knows of. */
export async function sweepSessions(services: ConsoleServices): Promise<void> {
  await sweepAuthorizations(services)
  await expire(services)
  await cleanEnded(services)
  await removeOrphans(services)
  await forgetOld(services)
}

async function expire(services: ConsoleServices): Promise<void> {
  const now = services.clock()
  const due = await sessionTables(services.db)
    .selectFrom('mcp_console.sessions')
    .select(['id', 'state'])
    .where('state', 'in', ['starting', 'running'])
    .where((is) =>
      is.or([
        is('idle_deadline', '<=', new Date(now)),
        is('created_at', '<=', new Date(now - MAX_LIFE_MS + DAY_MS)),
        is.and([is('state', '=', 'starting'), is('created_at', '<=', new Date(now - START_MS))]),
      ]),
    )
    .limit(BATCH)
    .execute()
  for (const { id, state } of due) {
    const ended = await beginEnd(services, id, state === 'starting' ? 'start-abandoned' : 'idle')
    if (ended) services.log.info('mcp_console.session_expired', { sessionId: id })
  }
}

async function cleanEnded(services: ConsoleServices): Promise<void> {
  const now = new Date(services.clock())
  const due = await sessionTables(services.db)
    .selectFrom('mcp_console.sessions')
    .selectAll()
    .where('state', '=', 'ending')
    .where((is) => is.or([is('cleanup_after', 'is', null), is('cleanup_after', '<=', now)]))
    .limit(BATCH)
    .execute()
  for (const session of due) await cleanSession(services, session)
}

/** Left by a process that died between Docker and the database. */
async function removeOrphans(services: ConsoleServices): Promise<void> {
  const isOver = async (id: string) => {
    if (!UUID.test(id)) return true
    const state = (await findSession(services.db, id))?.state
    return state === undefined || state === 'ended' || state === 'failed'
  }
  for (const id of await listTlsFolders(services)) {
    if (await isOver(id)) await removeTlsFolder(services, id)
  }
  for (const { dockerId, sessionId } of await listSessionContainers(services)) {
    if (await isOver(sessionId)) await removeByDockerId(services, dockerId)
  }
}

async function forgetOld(services: ConsoleServices): Promise<void> {
  await sessionTables(services.db)
    .deleteFrom('mcp_console.sessions')
    .where('state', 'in', ['ended', 'failed'])
    .where('ended_at', '<=', new Date(services.clock() - KEEP_MS))
    .execute()
}
