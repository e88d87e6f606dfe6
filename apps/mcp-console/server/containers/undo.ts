import type { ConsoleServices } from '../config.ts'
import { LABEL_FILES } from './create.ts'
import { asking, docker, dockerStatus, LABEL_ID, LABEL_INSTANCE } from './docker.ts'
import { instanceOf } from './instance.ts'
import { removeSecretFiles } from './secret-files.ts'
import { containerTables } from './store.ts'

/**
 * Removes whatever an installation has made so far. A part that cannot be removed now (Docker is away) stays with its
 * row, and the clean-up tries again.
 */
export async function undoInstall(
  services: ConsoleServices,
  id: string,
  { keepRow, except }: { keepRow: boolean; except?: string | null },
): Promise<void> {
  try {
    await removeContainersOf(services, id, except)
    if (!keepRow) await forgetContainer(services, id)
  } catch (error) {
    services.log.warn('mcp_console.undo_failed', { err: error, containerId: id })
  }
}

/** The name is free again. */
export async function forgetContainer(services: ConsoleServices, id: string): Promise<void> {
  await containerTables(services.db)
    .deleteFrom('mcp_console.containers')
    .where('id', '=', id)
    .execute()
}

export async function removeContainersOf(
  services: ConsoleServices,
  id: string,
  except?: string | null,
): Promise<void> {
  for (const { Id } of await containersOf(services, id)) {
    if (Id !== except) await removeContainer(services, Id)
  }
}

/** Every container that was made for this row, of whatever attempt. */
export async function containersOf(services: ConsoleServices, id: string) {
  const label = [`${LABEL_ID}=${id}`, `${LABEL_INSTANCE}=${await instanceOf(services)}`]
  return await asking(services, () =>
    docker(services).listContainers({ all: true, filters: { label } }),
  )
}

/** Removes a container of ours with its nameless volumes and its secret files; one that is gone is no error. */
export async function removeContainer(services: ConsoleServices, dockerId: string): Promise<void> {
  const container = docker(services).getContainer(dockerId)
  await asking(services, async () => {
    try {
      const { Config } = await container.inspect()
      if (Config.Labels[LABEL_ID] === undefined) return
      await container.remove({ force: true, v: true })
      await removeSecretFiles(services, Config.Labels[LABEL_FILES] ?? '')
    } catch (error) {
      // 409: its removal is in progress already.
      if (![404, 409].includes(dockerStatus(error) ?? 0)) throw error
    }
  })
}
