import type { ConsoleServices } from '../config.ts'
import type { VaultOwner } from '../secrets/index.ts'
import { giveBack, stopContainer } from './acts.ts'
import { asking, docker, dockerStatus } from './docker.ts'
import {
  cancelled,
  type Installed,
  makeContainer,
  now,
  startContainer,
  stoppedBy,
  type Work,
} from './install.ts'
import { keepLease } from './lease.ts'
import { containerName, dockerName } from './names.ts'
import { columnsOf, withFreeName } from './reserve.ts'
import type { ServerSpec } from './spec.ts'
import { type ContainerRow, containerOf, containerTables } from './store.ts'
import { undoInstall } from './undo.ts'

/**
 * Puts a new container, made from this specification with the vault's present values, in the place of the old one. The
 * old one is stopped only when the new one is there, and started again when the new one does not answer. The row must
 * have been taken (`takeContainer`).
 */
export async function recreateServer(
  services: ConsoleServices,
  who: VaultOwner,
  id: string,
  spec: ServerSpec,
  work: Work,
): Promise<Installed> {
  const row = await containerOf(services, id)
  const old = row.docker_id
  const wasRunning = old !== null && (await isRunning(services, old))
  const lease = keepLease(services, id, work.signal)
  try {
    await undoInstall(services, id, { keepRow: true, except: old })
    const { dockerId, healthy } = await makeContainer(
      services,
      who,
      { ...row, original_name: spec.name, dockerName: `${row.id}.next` },
      spec,
      { ...work, signal: lease.signal },
      async () => (old === null ? undefined : await stopContainer(services, old)),
    )
    const name = containerName(spec.name)
    const update = containerTables(services.db)
      .updateTable('mcp_console.containers')
      .set({
        ...{ state: 'ready', docker_id: dockerId, lease_until: null, updated_at: now(services) },
        ...{ name, original_name: spec.name },
        ...columnsOf(spec),
      })
      .where('id', '=', id)
    await withFreeName(services, spec, () => update.execute())
    await tidyUp(services, { ...row, name, docker_id: dockerId })
    await work.progress(100, { en: 'The server answers', ja: 'サーバーが応答しました' })
    return { id, name, ...healthy }
  } catch (error) {
    const why = stoppedBy(work.signal)
    if (why !== 'lost') await bringBack(services, row, wasRunning)
    throw work.signal.aborted ? cancelled() : error
  } finally {
    lease.end()
  }
}

/** Everything as it was: the new container goes, the old one runs if it ran. */
export async function bringBack(
  services: ConsoleServices,
  row: ContainerRow,
  start: boolean,
): Promise<void> {
  await undoInstall(services, row.id, { keepRow: true, except: row.docker_id })
  if (start && row.docker_id !== null) {
    await startContainer(services, row.docker_id, row.name).catch((error: unknown) =>
      services.log.warn('mcp_console.bring_back_failed', { err: error, containerId: row.id }),
    )
  }
  await giveBack(services, row.id)
}

/** Removes every container of the row but its own, which takes the name. */
export async function tidyUp(services: ConsoleServices, row: ContainerRow): Promise<void> {
  await undoInstall(services, row.id, { keepRow: true, except: row.docker_id })
  await asking(services, async () => {
    const container = docker(services).getContainer(row.docker_id ?? '')
    const { Name } = await container.inspect()
    const wanted = dockerName(row.name)
    if (Name !== `/${wanted}`) await container.rename({ name: wanted })
  })
}

async function isRunning(services: ConsoleServices, dockerId: string): Promise<boolean> {
  return await asking(services, async () => {
    try {
      return (await docker(services).getContainer(dockerId).inspect()).State.Running
    } catch (error) {
      if (dockerStatus(error) === 404) return false
      throw error
    }
  })
}
