import { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { LABEL_FILES } from './create.ts'
import { asking, docker, LABEL_ID, LABEL_INSTANCE } from './docker.ts'
import { instanceOf } from './instance.ts'
import { bringBack } from './recreate.ts'
import { LEASE_MS } from './reserve.ts'
import { listSecretFolders, removeSecretFiles } from './secret-files.ts'
import { type ContainerRow, containerTables, listContainers } from './store.ts'
import { forgetContainer, removeContainer, removeContainersOf } from './undo.ts'

const EVERY_MS = 30_000
/** Files are written shortly before their server is started. */
const FOLDER_AGE_MS = 20_000

/** Looks at once and then every half minute; returns how to stop. */
export function startCleanUp(services: ConsoleServices): () => Promise<void> {
  let away = false
  let running: Promise<void> = Promise.resolve()
  const look = () => {
    running = running
      .then(() => cleanUp(services))
      .then(
        () => {
          away = false
        },
        (error: unknown) => {
          // Docker may be away for days, and a laptop may have none: that is worth one line.
          const isAway = error instanceof MinatoError && error.status === 503
          const level = isAway ? 'info' : 'warn'
          if (!away) services.log[level]('mcp_console.clean_up_failed', { err: error })
          away = true
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

/**
 * Ends what processes that died have left: rows under work that nobody works on, containers and secret files of no row,
 * secret files of servers that have ended by themselves.
 */
export async function cleanUp(services: ConsoleServices): Promise<void> {
  for (const row of await abandoned(services)) await settle(services, row)
  // In this order: what has a row or a container by the time these are read had it before it had the rest.
  const folders = await listSecretFolders(services, services.clock() - FOLDER_AGE_MS)
  const label = [`${LABEL_INSTANCE}=${await instanceOf(services)}`]
  const made = await asking(services, () =>
    docker(services).listContainers({ all: true, filters: { label } }),
  )
  const rows = new Map((await listContainers(services)).map((row) => [row.id, row]))
  const filesInUse = new Set<string>()
  for (const { Id, Labels, State } of made) {
    const row = rows.get(Labels[LABEL_ID] ?? '')
    const isMeant = row !== undefined && (row.state !== 'ready' || row.docker_id === Id)
    if (!isMeant) await removeContainer(services, Id)
    else if (State === 'running') filesInUse.add(Labels[LABEL_FILES] ?? '')
  }
  for (const folder of folders) {
    const isWorkedOn = (rows.get(folder.slice(0, 36))?.state ?? 'ready') !== 'ready'
    if (!filesInUse.has(folder) && !isWorkedOn) await removeSecretFiles(services, folder)
  }
}

async function abandoned(services: ConsoleServices): Promise<ContainerRow[]> {
  const now = new Date(services.clock())
  const rows = await containerTables(services.db)
    .selectFrom('mcp_console.containers')
    .selectAll()
    .where('state', '<>', 'ready')
    .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', now)]))
    .execute()
  const found: ContainerRow[] = []
  for (const row of rows) {
    if (await hasJob(services, row)) continue
    // Of several workers one takes it.
    const taken = await containerTables(services.db)
      .updateTable('mcp_console.containers')
      .set({ lease_until: new Date(services.clock() + LEASE_MS) })
      .where('id', '=', row.id)
      .where('lease_until', 'is not distinct from', row.lease_until)
      .executeTakeFirst()
    if (taken.numUpdatedRows > 0n) found.push(row)
  }
  return found
}

/** A job that waits or runs will look after its row itself. */
async function hasJob(services: ConsoleServices, row: ContainerRow): Promise<boolean> {
  if (row.job_id === null) return false
  const state = (await services.jobs.get(row.job_id))?.state
  return state === 'queued' || state === 'running'
}

async function settle(services: ConsoleServices, row: ContainerRow): Promise<void> {
  services.log.warn('mcp_console.container_abandoned', { containerId: row.id, state: row.state })
  if (row.state === 'installing' && row.docker_id !== null) {
    await bringBack(services, row, true)
    return
  }
  await removeContainersOf(services, row.id)
  await forgetContainer(services, row.id)
}
