import type { ContainerCreateOptions, MountSettings } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { referencesIn } from '../secrets/index.ts'
import {
  asking,
  docker,
  dockerStatus,
  LABEL,
  LABEL_ID,
  LABEL_INSTANCE,
  LABEL_NAME,
} from './docker.ts'
import { instanceOf } from './instance.ts'
import { nameTakenBy } from './reserve.ts'
import {
  type FileOwner,
  fillSecretFolder,
  makeSecretFolder,
  removeSecretFiles,
  SECRETS_TARGET,
} from './secret-files.ts'
import { serverUser } from './server-user.ts'
import { bytesOf, type ServerSpec } from './spec.ts'
import type { ContainerRow } from './store.ts'
import { mountsOf } from './volumes.ts'

/** Folder of the container's secret files, as a label: the clean-up finds it by the container. */
export const LABEL_FILES = `${LABEL}.files`

/** What references stand for, filled in. */
export type Filled = { env: Record<string, string>; command: string[] }

/**
 * Creates the container, not started. With delivery by file, the values are in files by then and not in Docker's state.
 * @returns Docker's id
 * @throws {MinatoError} MCP_CONSOLE_CONTAINER_NAME_TAKEN and others that say what to correct
 */
export async function createContainer(
  services: ConsoleServices,
  row: Pick<ContainerRow, 'id' | 'original_name'> & { dockerName: string },
  spec: ServerSpec,
  filled: Filled,
): Promise<string> {
  const byFile = secretNames(spec)
  const folder = byFile.length === 0 ? undefined : `${row.id}.${nonce(services)}`
  const mounts = await mountsOf(services, spec.volumes)
  if (folder !== undefined) {
    const Source = await makeSecretFolder(services, folder)
    mounts.push({ Type: 'bind', Source, Target: SECRETS_TARGET, ReadOnly: true })
  }
  const options = createOptions(spec, filled, {
    name: row.dockerName,
    mounts,
    labels: {
      [LABEL]: 'server',
      [LABEL_ID]: row.id,
      [LABEL_INSTANCE]: await instanceOf(services),
      [LABEL_NAME]: row.original_name,
      ...(folder === undefined ? {} : { [LABEL_FILES]: folder }),
    },
  })
  try {
    const dockerId = await create(services, row.dockerName, options)
    if (folder !== undefined) {
      const owner = await ownerOf(services, dockerId)
      await fillSecretFolder(services, folder, pick(filled.env, byFile), owner)
    }
    return dockerId
  } catch (error) {
    if (folder !== undefined) await removeSecretFiles(services, folder)
    throw error
  }
}

/** Who must be able to read the files of this container. */
export async function ownerOf(services: ConsoleServices, dockerId: string): Promise<FileOwner> {
  const { Config } = await asking(services, () => docker(services).getContainer(dockerId).inspect())
  return await serverUser(services, dockerId, Config.User)
}

/** Variables whose values go into files: those that are references, when files were asked for. */
export function secretNames(spec: Pick<ServerSpec, 'delivery' | 'env'>): string[] {
  if (spec.delivery !== 'file') return []
  return Object.keys(spec.env).filter((name) => referencesIn(spec.env[name]).length > 0)
}

export function pick(env: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, env[name] ?? '']))
}

type Fixed = { name: string; mounts: MountSettings[]; labels: Record<string, string> }

function createOptions(
  spec: ServerSpec,
  { env, command }: Filled,
  { name, mounts, labels }: Fixed,
): ContainerCreateOptions {
  const byFile = new Set(secretNames(spec))
  const ports = [...spec.ports]
  if (spec.transport !== 'stdio' && !ports.some(({ container }) => container === spec.port)) {
    ports.push({ container: spec.port ?? 0 })
  }
  const { memoryMb, cpus, pids } = spec.limits
  return {
    name,
    Image: spec.image,
    ...(command.length === 0 ? {} : { Cmd: command }),
    // The convention of Docker's own images: NAME_FILE says where the value of NAME is.
    Env: Object.entries(env).map(([key, value]) =>
      byFile.has(key) ? `${key}_FILE=${SECRETS_TARGET}/${key}` : `${key}=${value}`,
    ),
    Labels: labels,
    OpenStdin: spec.transport === 'stdio',
    StdinOnce: false,
    Tty: false,
    ExposedPorts: Object.fromEntries(ports.map(({ container }) => [`${container}/tcp`, {}])),
    HostConfig: {
      // As process 1 most servers would not hear SIGTERM, and every stop would take its whole time.
      Init: true,
      Memory: bytesOf(memoryMb),
      MemorySwap: bytesOf(memoryMb), // none beside the memory: secrets are not swapped out
      NanoCpus: Math.round(cpus * 1e9),
      PidsLimit: pids,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      NetworkMode: spec.network,
      PortBindings: Object.fromEntries(
        ports.map(({ container, host }) => [
          `${container}/tcp`,
          [{ HostIp: '127.0.0.1', HostPort: host === undefined ? '' : String(host) }],
        ]),
      ),
      Mounts: mounts,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '20m', 'max-file': '3' } },
    },
  }
}

async function create(
  services: ConsoleServices,
  name: string,
  options: ContainerCreateOptions,
): Promise<string> {
  return await asking(services, async () => {
    try {
      return (await docker(services).createContainer(options)).id
    } catch (error) {
      if (dockerStatus(error) !== 409) throw error
      const holder = await docker(services).getContainer(name).inspect()
      throw nameTakenBy(name, holder.Config.Labels[LABEL_ID] ?? holder.Id, holder.State.Status)
    }
  })
}

function nonce(services: ConsoleServices): string {
  return services.random(6).toString('base64url')
}
