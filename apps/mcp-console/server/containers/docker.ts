import { createRequire } from 'node:module'
import { MinatoError } from '@minato/platform/errors'
import type Dockerode from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { doorOptions, NO_DOOR } from './door-client.ts'
import { containerErrors } from './errors.ts'

/** Every container, volume and file of ours carries it: nothing else is ever touched. */
export const LABEL = 'app.minato.mcp-console'
export const LABEL_ID = `${LABEL}.id`
export const LABEL_INSTANCE = `${LABEL}.instance`
export const LABEL_NAME = `${LABEL}.name`

/** Loaded at the first use: a process that asks no engine does not pay its 20 MB. */
const load = createRequire(import.meta.url)

/** One client a process and configuration; apps and tests of one process must not share by accident. */
const clients = new WeakMap<object, Dockerode>()

/**
 * The Docker engine: its socket, or, in a process that only serves the web, a worker's door to it. Connections
 * are made a call at a time: an engine that was away needs no restart.
 */
export function docker(services: ConsoleServices): Dockerode {
  const known = clients.get(services.db)
  if (known !== undefined) return known
  const Client: typeof Dockerode = load('dockerode')
  const made = new Client(
    services.role === 'web'
      ? doorOptions(services)
      : {
          socketPath: services.appConfig.dockerSocket,
          // Or dockerode would take the engine that DOCKER_HOST names.
          ...{ host: undefined },
        },
  )
  clients.set(services.db, made)
  return made
}

const AWAY = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'EACCES',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  NO_DOOR,
])

/**
 * Makes of what dockerode throws an error that says what to do.
 *
 * @example const info = await asking(services, () => docker(services).getContainer(id).inspect())
 * @throws {MinatoError} MCP_CONSOLE_DOCKER_UNAVAILABLE, MCP_CONSOLE_DOCKER_REFUSED
 */
export async function asking<T>(services: ConsoleServices, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw dockerError(services, error)
  }
}

/** HTTP status of the engine's answer, or undefined when there was none. */
export function dockerStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}

export function dockerError(services: ConsoleServices, error: unknown): unknown {
  if (error instanceof MinatoError || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  if (AWAY.has(code)) {
    const place = services.role === 'web' ? "a worker's door" : services.appConfig.dockerSocket
    return containerErrors.MCP_CONSOLE_DOCKER_UNAVAILABLE({ place, mend: mend(code) })
  }
  if (dockerStatus(error) === undefined) return error
  return containerErrors.MCP_CONSOLE_DOCKER_REFUSED({ message: messageOf(error) })
}

/**
 * The engine's own sentence, cut. The error itself, which holds the whole answer, is not kept as a cause: an answer
 * about an environment quotes it.
 */
export function messageOf(error: unknown): string {
  const json = error instanceof Error && 'json' in error ? error.json : undefined
  const text =
    typeof json === 'object' && json !== null && 'message' in json
      ? String(json.message)
      : textOf(error)
  // "invalid environment variable: X=…" and the like: what follows a `=` may be a value.
  return text.replace(/=.*/s, '=…').slice(0, 300)
}

/** dockerode's own sentence, "(HTTP code 500) server error - what the engine said", for calls that stream. */
function textOf(error: unknown): string {
  const said = error instanceof Error ? / - (.+)$/s.exec(error.message)?.[1]?.trim() : undefined
  return said === undefined || said === '' ? 'no reason was given' : said
}

function mend(code: string): string {
  if (code === 'EACCES') {
    return 'This process may not open it: add its user to the group that owns the socket.'
  }
  if (code === 'ENOENT') {
    return 'Install and start Docker, or set MCP_CONSOLE_DOCKER_SOCKET to its socket.'
  }
  if (code === NO_DOOR) {
    return 'No worker is running that reaches Docker: start one (minato start --role worker).'
  }
  return 'Start Docker (systemctl start docker), then try again.'
}
