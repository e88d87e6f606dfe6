import type { ConsoleServices } from '../config.ts'
import { resolveReferences, type VaultOwner } from '../secrets/index.ts'
import { createContainer, secretNames } from './create.ts'
import { asking, docker, dockerStatus, messageOf } from './docker.ts'
import { containerErrors } from './errors.ts'
import { type Healthy, lastWords, waitUntilHealthy } from './healthy.ts'
import { keepLease } from './lease.ts'
import { dockerName } from './names.ts'
import { pullImage } from './pull.ts'
import { type ServerSpec, savedSpec } from './spec.ts'
import { type ContainerRow, containerOf, containerTables } from './store.ts'
import { undoInstall } from './undo.ts'

type Bilingual = { en: string; ja: string }

/** How whoever runs the work hears of it and stops it. */
export type Work = {
  signal: AbortSignal
  progress(percent: number, message: Bilingual, data?: unknown): Promise<void>
}

export type Installed = { id: string; name: string; server: string; version: string }

/**
 * Makes the container of a reserved row and waits until it answers. What was half made is removed when a step fails or
 * the signal aborts, and the name is free again.
 *
 * @throws {MinatoError} what to correct; MCP_CONSOLE_INSTALL_CANCELLED
 */
export async function installServer(
  services: ConsoleServices,
  who: VaultOwner,
  id: string,
  work: Work,
): Promise<Installed> {
  const row = await containerOf(services, id)
  if (row.state === 'ready') return { id, name: row.name, server: '', version: '' }
  const lease = keepLease(services, id, work.signal)
  try {
    // A worker that was killed may have come as far as this before.
    await undoInstall(services, id, { keepRow: true })
    const spec = savedSpec(row.config)
    const { dockerId, healthy } = await makeContainer(
      services,
      who,
      { ...row, dockerName: dockerName(row.name) },
      spec,
      { ...work, signal: lease.signal },
    )
    await containerTables(services.db)
      .updateTable('mcp_console.containers')
      .set({ state: 'ready', docker_id: dockerId, lease_until: null, updated_at: now(services) })
      .where('id', '=', id)
      .execute()
    await work.progress(100, { en: 'The server answers', ja: 'サーバーが応答しました' })
    return { id, name: row.name, ...healthy }
  } catch (error) {
    await undoAfter(services, id, work.signal)
    throw work.signal.aborted ? cancelled() : error
  } finally {
    lease.end()
  }
}

/**
 * A job that was handed on must find its row again; one that another worker has taken over already must find its
 * containers, too.
 */
async function undoAfter(services: ConsoleServices, id: string, signal: AbortSignal) {
  const why = stoppedBy(signal)
  if (why === 'lost') return
  await undoInstall(services, id, { keepRow: why === 'shutdown' })
}

/** Why a job was stopped, as the platform's jobs say it: cancelled, timeout, lost or shutdown. */
export function stoppedBy(signal: AbortSignal): unknown {
  const reason: unknown = signal.aborted ? signal.reason : undefined
  return reason instanceof Error && 'why' in reason ? reason.why : undefined
}

type Made = { dockerId: string; healthy: Healthy }

/** Resolve, pull, create, start, healthy: nothing is created before every reference is filled in. */
export async function makeContainer(
  services: ConsoleServices,
  who: VaultOwner,
  row: Pick<ContainerRow, 'id' | 'original_name' | 'name'> & { dockerName: string },
  spec: ServerSpec,
  { signal, progress }: Work,
  beforeStart: () => Promise<void> = async () => undefined,
): Promise<Made> {
  await progress(0, { en: 'Reading the vault', ja: '保管庫を読み取り中' })
  const { env, command } = spec
  using resolved = await resolveReferences(services, who, { env, command }, signal)
  await progress(15, { en: 'Fetching the image', ja: 'イメージを取得中' })
  const fetched = await pullImage(services, spec.image, {
    signal,
    onPercent: (percent) =>
      progress(15 + Math.round(percent * 0.5), {
        en: `Fetching the image: ${percent} %`,
        ja: `イメージを取得中: ${percent} %`,
      }),
  })
  await progress(65, fetched ? PULLED : PRESENT)
  signal.throwIfAborted()
  await progress(70, { en: 'Creating the container', ja: 'コンテナを作成中' })
  const dockerId = await createContainer(services, row, spec, resolved.reveal())
  signal.throwIfAborted()
  await beforeStart()
  await progress(80, { en: 'Starting the server', ja: 'サーバーを起動中' })
  await startContainer(services, dockerId, row.name)
  await progress(85, { en: 'Waiting for its answer', ja: '応答を待っています' })
  try {
    const healthy = await waitUntilHealthy(services, dockerId, spec, signal)
    await restartAfterFailure(services, dockerId, spec)
    return { dockerId, healthy }
  } catch (error) {
    if (!signal.aborted) {
      const lines = await lastWords(services, dockerId)
      const message = { en: 'Its last lines', ja: '最後の出力' }
      if (lines.length > 0) await progress(90, message, { lines })
    }
    throw error
  }
}

/**
 * Only from now on: one that has never answered would be started over and over. Where secrets are files a person starts
 * it, because they are gone after a restart of the machine.
 */
async function restartAfterFailure(
  services: ConsoleServices,
  dockerId: string,
  spec: ServerSpec,
): Promise<void> {
  if (secretNames(spec).length > 0) return
  const RestartPolicy = { Name: 'on-failure', MaximumRetryCount: 5 }
  await asking(services, () => docker(services).getContainer(dockerId).update({ RestartPolicy }))
}

const PULLED = { en: 'The image is here', ja: 'イメージを取得しました' }
const PRESENT = { en: 'The image was already here', ja: 'イメージは取得済みです' }

/** @throws {MinatoError} MCP_CONSOLE_PORT_TAKEN */
export async function startContainer(
  services: ConsoleServices,
  dockerId: string,
  name: string,
): Promise<void> {
  await asking(services, async () => {
    try {
      await docker(services).getContainer(dockerId).start()
    } catch (error) {
      const status = dockerStatus(error)
      if (status === 304) return // it runs already
      if (/already allocated|address already in use/i.test(messageOf(error))) {
        throw containerErrors.MCP_CONSOLE_PORT_TAKEN({ name })
      }
      if (status === 404) throw containerErrors.MCP_CONSOLE_CONTAINER_GONE({ name })
      throw error
    }
  })
}

/** What a person who waits for the work is told when it was stopped. */
export function cancelled(): unknown {
  return containerErrors.MCP_CONSOLE_INSTALL_CANCELLED()
}

export const now = (services: Pick<ConsoleServices, 'clock'>): Date => new Date(services.clock())
