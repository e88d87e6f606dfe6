import type { ConsoleServices } from '../config.ts'
import { resolveReferences, type VaultOwner } from '../secrets/index.ts'
import { LABEL_FILES, ownerOf, pick, secretNames } from './create.ts'
import { asking, docker, dockerStatus } from './docker.ts'
import { containerErrors } from './errors.ts'
import { inspectContainer } from './inspect.ts'
import { now, startContainer } from './install.ts'
import { LEASE_MS } from './reserve.ts'
import { fillSecretFolder, makeSecretFolder, removeSecretFiles } from './secret-files.ts'
import { savedSpec } from './spec.ts'
import { type ContainerRow, containerOf, containerTables } from './store.ts'
import type { ContainerState } from './tables.ts'
import { forgetContainer, removeContainersOf } from './undo.ts'

/** Docker kills a server that has not ended by itself after this. */
const STOP_SECONDS = 5

/**
 * Starts a stopped server. Where its secrets are files they were removed when it stopped: they are read from the vault again.
 * @throws {MinatoError} MCP_CONSOLE_CONTAINER_BUSY, _GONE, and those of the vault
 */
export async function startServer(
  services: ConsoleServices,
  who: VaultOwner,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const row = await readyContainer(services, id)
  const { State } = await inspectContainer(services, row.dockerId, row.name)
  if (State.Running) return
  await writeFilesAgain(services, who, row, signal)
  await startContainer(services, row.dockerId, row.name)
}

export async function stopServer(services: ConsoleServices, id: string): Promise<void> {
  const row = await readyContainer(services, id)
  const { Config } = await inspectContainer(services, row.dockerId, row.name)
  await stopContainer(services, row.dockerId)
  await removeSecretFiles(services, Config.Labels[LABEL_FILES] ?? '')
}

export async function restartServer(
  services: ConsoleServices,
  who: VaultOwner,
  id: string,
  signal?: AbortSignal,
): Promise<void> {
  const row = await readyContainer(services, id)
  const { State } = await inspectContainer(services, row.dockerId, row.name)
  if (State.Running) await stopContainer(services, row.dockerId)
  else await writeFilesAgain(services, who, row, signal)
  await startContainer(services, row.dockerId, row.name)
}

/** Removes the container with its files; named volumes, which hold what a server has learnt, stay. */
export async function deleteServer(services: ConsoleServices, id: string): Promise<void> {
  await takeContainer(services, id, 'removing')
  try {
    await removeContainersOf(services, id)
  } catch (error) {
    await giveBack(services, id)
    throw error
  }
  await forgetContainer(services, id)
}

/** True when Docker had to be told; one that has stopped already is no error. */
export async function stopContainer(services: ConsoleServices, dockerId: string): Promise<void> {
  await asking(services, async () => {
    try {
      await docker(services).getContainer(dockerId).stop({ t: STOP_SECONDS })
    } catch (error) {
      if (![304, 404].includes(dockerStatus(error) ?? 0)) throw error
    }
  })
}

async function writeFilesAgain(
  services: ConsoleServices,
  who: VaultOwner,
  row: ContainerRow & { dockerId: string },
  signal: AbortSignal | undefined,
): Promise<void> {
  const spec = savedSpec(row.config)
  const names = secretNames(spec)
  if (names.length === 0) return
  const { Config } = await inspectContainer(services, row.dockerId, row.name)
  const folder = Config.Labels[LABEL_FILES] ?? ''
  using resolved = await resolveReferences(services, who, pick(spec.env, names), signal)
  await removeSecretFiles(services, folder)
  // Docker looks into a container only when everything it mounts is there.
  await makeSecretFolder(services, folder)
  const owner = await ownerOf(services, row.dockerId)
  await fillSecretFolder(services, folder, resolved.reveal(), owner)
}

/** Nobody changes it any more: it is as it was. */
export async function giveBack(services: ConsoleServices, id: string): Promise<void> {
  await containerTables(services.db)
    .updateTable('mcp_console.containers')
    .set({ state: 'ready', lease_until: null })
    .where('id', '=', id)
    .where('docker_id', 'is not', null)
    .execute()
}

/** The row of a container nobody is changing. @throws {MinatoError} NOT_FOUND, MCP_CONSOLE_CONTAINER_BUSY */
export async function readyContainer(
  services: ConsoleServices,
  id: string,
): Promise<ContainerRow & { dockerId: string }> {
  const row = await containerOf(services, id)
  if (row.state !== 'ready' || row.docker_id === null) throw busy(row)
  return { ...row, dockerId: row.docker_id }
}

/**
 * Takes the row for a change: of two at once, one is told that the other runs.
 * @throws {MinatoError} NOT_FOUND, MCP_CONSOLE_CONTAINER_BUSY
 */
export async function takeContainer(
  services: ConsoleServices,
  id: string,
  state: Exclude<ContainerState, 'ready'>,
  jobId: string | null = null,
): Promise<ContainerRow> {
  const lease = new Date(services.clock() + LEASE_MS)
  const taken = await containerTables(services.db)
    .updateTable('mcp_console.containers')
    .set({ state, job_id: jobId, lease_until: lease, updated_at: now(services) })
    .where('id', '=', id)
    .where('state', '=', 'ready')
    .returningAll()
    .executeTakeFirst()
  if (taken === undefined) throw busy(await containerOf(services, id))
  return taken
}

function busy({ name, state, id, job_id: jobId }: ContainerRow) {
  return containerErrors.MCP_CONSOLE_CONTAINER_BUSY(
    { name, state },
    { members: { holderId: id, ...(jobId === null ? {} : { jobId }) } },
  )
}
