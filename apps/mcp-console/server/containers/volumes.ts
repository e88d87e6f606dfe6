import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import type { MountSettings } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, dockerStatus, LABEL } from './docker.ts'
import { containerErrors } from './errors.ts'
import type { ServerSpec } from './spec.ts'

type Volume = ServerSpec['volumes'][number]

/**
 * Only folders under MCP_CONSOLE_VOLUMES may be given to a container.
 * @throws {MinatoError} MCP_CONSOLE_VOLUME_NOT_ALLOWED
 */
export async function assertVolumes(services: ConsoleServices, spec: ServerSpec): Promise<void> {
  for (const volume of spec.volumes) {
    if (isFolder(volume)) await allowedFolder(services, volume.source)
  }
}

/** What Docker is to mount, the named volumes made where they are missing. */
export async function mountsOf(
  services: ConsoleServices,
  volumes: readonly Volume[],
): Promise<MountSettings[]> {
  const mounts: MountSettings[] = []
  for (const volume of volumes) {
    const { target, readOnly } = volume
    if (isFolder(volume)) {
      // The folder that was checked is the one that is mounted: a link changed since leads nowhere else.
      const source = await allowedFolder(services, volume.source)
      mounts.push({ Type: 'bind', Source: source, Target: target, ReadOnly: readOnly })
    } else {
      await ensureVolume(services, volume.source)
      mounts.push({ Type: 'volume', Source: volume.source, Target: target, ReadOnly: readOnly })
    }
  }
  return mounts
}

const isFolder = ({ source }: Volume): boolean => source.startsWith('/')

async function allowedFolder(services: ConsoleServices, source: string): Promise<string> {
  const { volumes, dockerSocket, secretFilesDir } = services.appConfig
  const refused = () => containerErrors.MCP_CONSOLE_VOLUME_NOT_ALLOWED({ source })
  const real = await realpath(source).catch(() => undefined)
  if (real === undefined) throw refused()
  const allowed = await Promise.all(
    volumes.map(async (folder) => await realpath(folder).catch(() => undefined)),
  )
  if (!allowed.some((folder) => folder !== undefined && isWithin(real, folder))) throw refused()
  // Whoever has Docker's socket, our own data or other servers' secrets has everything.
  const never = [dockerSocket, secretFilesDir, services.config.core.dataDir].map((path) =>
    resolve(path),
  )
  if (never.some((path) => isWithin(path, real) || isWithin(real, path))) throw refused()
  return real
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/** A volume that another program made holds another program's data: it is never mounted. */
async function ensureVolume(services: ConsoleServices, name: string): Promise<void> {
  const found = await asking(services, async () => {
    try {
      return await docker(services).getVolume(name).inspect()
    } catch (error) {
      if (dockerStatus(error) === 404) return undefined
      throw error
    }
  })
  if (found !== undefined) {
    if (found.Labels?.[LABEL] !== undefined) return
    throw containerErrors.MCP_CONSOLE_VOLUME_TAKEN({ source: name })
  }
  await asking(services, () =>
    docker(services).createVolume({ Name: name, Labels: { [LABEL]: 'volume' } }),
  )
}
