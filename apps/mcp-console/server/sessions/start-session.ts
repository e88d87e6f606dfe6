import { setTimeout as delay } from 'node:timers/promises'
import { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, pullImage, serverUser } from '../containers/index.ts'
import { resolveReferences, type VaultOwner } from '../secrets/index.ts'
import { createBundle } from './certificates.ts'
import { beginEnd, cleanSession } from './end-session.ts'
import { sessionErrors } from './errors.ts'
import { type SessionSpec, sessionSpec } from './schema.ts'
import {
  createSessionContainer,
  hostOf,
  inspectSession,
  removeByDockerId,
} from './session-container.ts'
import { findSession, type Session, sessionTables } from './store.ts'
import { fillTlsFolder, makeTlsFolder, removeTlsFolder } from './tls-folder.ts'

/** Certificates outlive every session: none lasts longer than this (see sweep.ts). */
export const MAX_LIFE_MS = 7 * 86_400_000
const SETTLE_MS = 400

/**
 * Starts a session: resolve, pull, create, certificates, start. What was half made is removed when a step fails.
 * @throws {MinatoError} why it did not start; the session is then `failed`
 */
export async function startSession(
  services: ConsoleServices,
  who: VaultOwner,
  sessionId: string,
  signal: AbortSignal,
): Promise<void> {
  const session = await findSession(services.db, sessionId)
  // Deleted before a worker came to it, or started by an earlier attempt.
  if (session?.state !== 'starting') return
  const spec = sessionSpec.parse(session.spec)
  try {
    const dockerId = await make(services, who, session, spec, signal)
    const started = await sessionTables(services.db)
      .updateTable('mcp_console.sessions')
      .set({ state: 'running', docker_id: dockerId })
      .where('id', '=', sessionId)
      .where('state', '=', 'starting')
      .executeTakeFirst()
    // Deleted meanwhile: whoever did that has not seen this container.
    if (started.numUpdatedRows === 0n)
      await cleanSession(services, { ...session, docker_id: dockerId })
  } catch (error) {
    const reason = error instanceof MinatoError ? error.code : 'INTERNAL'
    await beginEnd(services, sessionId, reason)
    await cleanSession(services, session)
    throw error
  }
}

async function make(
  services: ConsoleServices,
  who: VaultOwner,
  session: Session,
  spec: SessionSpec,
  signal: AbortSignal,
): Promise<string> {
  using resolved = await resolveReferences(services, who, spec.env, signal)
  await pullImage(services, spec.image, { signal, onPercent: async () => undefined })
  const { id } = session
  await removeTlsFolder(services, id)
  const tlsFolder = spec.network ? await makeTlsFolder(services, id) : undefined
  if (tlsFolder !== undefined) await noteTlsFolder(services, id, tlsFolder)
  const dockerId = await createSessionContainer(services, id, spec, resolved.reveal(), tlsFolder)
  try {
    if (tlsFolder !== undefined) {
      const info = await inspectSession(services, dockerId)
      const owner = await serverUser(services, dockerId, info?.Config.User ?? '')
      const bundle = await createBundle(services.clock(), MAX_LIFE_MS, [hostOf(id), id])
      await fillTlsFolder(services, id, bundle, owner)
    }
    signal.throwIfAborted()
    await asking(services, () => docker(services).getContainer(dockerId).start())
    await assertRunning(services, dockerId, spec.image)
    return dockerId
  } catch (error) {
    await removeByDockerId(services, dockerId)
    throw error
  }
}

async function noteTlsFolder(services: ConsoleServices, id: string, folder: string): Promise<void> {
  await sessionTables(services.db)
    .updateTable('mcp_console.sessions')
    .set({ tls_folder: folder })
    .where('id', '=', id)
    .execute()
}

/** A wrong command ends within moments: better said now than at the first run. */
async function assertRunning(
  services: ConsoleServices,
  dockerId: string,
  image: string,
): Promise<void> {
  await delay(SETTLE_MS)
  const info = await inspectSession(services, dockerId)
  if (info?.State.Running === true) return
  const exitCode = info?.State.ExitCode ?? 'unknown'
  throw sessionErrors.MCP_CONSOLE_SESSION_NOT_STARTED({ image, exitCode })
}
