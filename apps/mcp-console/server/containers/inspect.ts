import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, dockerStatus, LABEL_ID } from './docker.ts'
import { containerErrors } from './errors.ts'

/**
 * What Docker knows of a container of ours. It holds the environment with its values: it never leaves this folder.
 * @throws {MinatoError} MCP_CONSOLE_CONTAINER_GONE, also for one that is not ours
 */
export async function inspectContainer(
  services: ConsoleServices,
  dockerId: string,
  name: string,
): Promise<ContainerInspectInfo> {
  const info = await asking(services, async () => {
    try {
      return await docker(services).getContainer(dockerId).inspect()
    } catch (error) {
      if (dockerStatus(error) === 404) return undefined
      throw error
    }
  })
  if (info?.Config.Labels?.[LABEL_ID] === undefined) {
    throw containerErrors.MCP_CONSOLE_CONTAINER_GONE({ name })
  }
  return info
}
