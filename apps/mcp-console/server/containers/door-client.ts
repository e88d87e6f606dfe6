import { once } from 'node:events'
import { Agent, type ClientRequestArgs } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { DockerOptions } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { containerTables } from './store.ts'

/** Error code: no worker has told where its door is. */
export const NO_DOOR = 'NO_DOOR'
/** Workers tell every ten seconds. */
export const DOOR_TTL_MS = 35_000
const KNOCK_MS = 2000

/** Carries the token where a call has an authorization of its own. */
export const DOOR_HEADER = 'x-minato-door'

/** What opens a door: derived, so that nothing needs to be configured or kept. */
export function doorToken(services: Pick<ConsoleServices, 'keys'>): string {
  return services.keys.derive('mcp-console.docker-door').toString('base64url')
}

/** dockerode by way of whichever worker has been there longest: all web processes take the same. */
export function doorOptions(services: ConsoleServices): DockerOptions {
  return {
    protocol: 'http',
    host: 'docker-door',
    port: 80,
    headers: { authorization: `Bearer ${doorToken(services)}` },
    agent: new DoorAgent(services),
  } as DockerOptions
}

class DoorAgent extends Agent {
  readonly #services: ConsoleServices

  constructor(services: ConsoleServices) {
    super({ keepAlive: false })
    this.#services = services
  }

  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    knock(this.#services).then(
      ({ socket }) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    )
    return undefined
  }
}

/** Where a worker's door is that answers now. */
export async function findDoor(services: ConsoleServices): Promise<URL> {
  const { url, socket } = await knock(services)
  socket.destroy()
  return url
}

/** A worker that was killed is known for a while longer: whoever does not open is passed over. */
async function knock(services: ConsoleServices): Promise<{ url: URL; socket: Socket }> {
  const doors = await containerTables(services.db)
    .selectFrom('mcp_console.docker_doors')
    .select('url')
    .where('seen_at', '>', new Date(services.clock() - DOOR_TTL_MS))
    .orderBy('started_at')
    .orderBy('id')
    .execute()
  for (const door of doors) {
    const url = new URL(door.url)
    const socket = connect(Number(url.port), url.hostname.replace(/^\[|\]$/g, ''))
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(KNOCK_MS) })
      return { url, socket }
    } catch (error) {
      socket.destroy()
      services.log.debug('mcp_console.door_closed', { err: error, url: door.url })
    }
  }
  throw Object.assign(new Error('No worker with a Docker engine is running.'), { code: NO_DOOR })
}
