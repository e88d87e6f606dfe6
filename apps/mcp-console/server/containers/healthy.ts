import { setTimeout as delay } from 'node:timers/promises'
import { sanitize } from '@minato/platform/log'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { asking, docker } from './docker.ts'
import { containerErrors } from './errors.ts'
import { frameReader, lineReader } from './frames.ts'
import type { ServerSpec } from './spec.ts'
import { openTransport } from './transport.ts'

const LOOK_EVERY_MS = 150
const SHOWN_LINES = 20

export type Healthy = { server: string; version: string }

/**
 * Waits until the server answers the handshake of the protocol (and its image's own health check, where it has one).
 * @throws {MinatoError} MCP_CONSOLE_CONTAINER_UNHEALTHY; the abort's reason
 */
export async function waitUntilHealthy(
  services: ConsoleServices,
  dockerId: string,
  spec: ServerSpec,
  signal: AbortSignal,
): Promise<Healthy> {
  const { healthTimeoutMs } = services.appConfig
  const limit = AbortSignal.any([signal, AbortSignal.timeout(healthTimeoutMs)])
  let last = 'It gave no answer.'
  for (;;) {
    const info = await asking(services, () => docker(services).getContainer(dockerId).inspect())
    if (!info.State.Running) throw unhealthy(endOf(info))
    const state = info.State.Health?.Status
    if (state === 'unhealthy') throw unhealthy('The image’s own health check failed.')
    if (state === undefined || state === 'none' || state === 'healthy') {
      const answer = await tryHandshake(services, info, spec, limit)
      if (typeof answer !== 'string') return answer
      last = answer
    }
    try {
      await delay(LOOK_EVERY_MS, undefined, { signal: limit })
    } catch {
      signal.throwIfAborted()
      throw unhealthy(`It did not answer within ${healthTimeoutMs / 1000} s. ${last}`)
    }
  }
}

/** The server's name and version, or why there is none yet. */
async function tryHandshake(
  services: ConsoleServices,
  info: ContainerInspectInfo,
  spec: ServerSpec,
  signal: AbortSignal,
): Promise<Healthy | string> {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js')
  const client = new Client({ name: 'minato', version: services.version })
  try {
    const transport = await openTransport(services, info, spec, { fresh: true })
    const ended = new AbortController()
    client.onclose = () => ended.abort(new Error('It ended during the handshake.'))
    const options = { signal: AbortSignal.any([signal, ended.signal]), timeout: 3_600_000 }
    await client.connect(transport, options)
    const { name = '', version = '' } = client.getServerVersion() ?? {}
    return { server: name.slice(0, 200), version: version.slice(0, 100) }
  } catch (error) {
    return error instanceof Error ? sanitize(error.message).slice(0, 200) : ''
  } finally {
    client.onclose = () => undefined
    await client.close()
  }
}

function unhealthy(reason: string) {
  return containerErrors.MCP_CONSOLE_CONTAINER_UNHEALTHY({ reason })
}

function endOf({ State }: ContainerInspectInfo): string {
  if (State.OOMKilled) return 'It needed more memory than its limit.'
  return `It ended by itself with exit code ${State.ExitCode}.`
}

/** The end of what the server wrote to stderr, with secrets masked: it is often the only explanation. */
export async function lastWords(services: ConsoleServices, dockerId: string): Promise<string[]> {
  const output = await asking(services, () =>
    docker(services)
      .getContainer(dockerId)
      .logs({ stdout: false, stderr: true, tail: SHOWN_LINES, follow: false }),
  )
  const reader = lineReader(4096)
  const lines = frameReader()(output).flatMap(({ payload }) => reader.push(payload))
  const rest = reader.rest()
  if (rest !== undefined) lines.push(rest)
  return lines.slice(-SHOWN_LINES).map((line) => sanitize(line.toString('utf8')).slice(0, 500))
}
