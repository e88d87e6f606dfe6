import type { ConsoleServices } from '../config.ts'
import { startCleanUp } from './clean-up.ts'
import { openDoor } from './door.ts'

/** What a worker does for containers beside jobs: clean up after crashes, and let web processes reach Docker. */
export async function startContainers(services: ConsoleServices): Promise<() => Promise<void>> {
  const stopCleanUp = startCleanUp(services)
  const closeDoor = services.role === 'worker' ? await openDoor(services) : undefined
  return async () => {
    await closeDoor?.()
    await stopCleanUp()
  }
}
