import type { Duplex } from 'node:stream'
import type { FetchLike, Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { createHttpTransport } from '../gateway/http-transport.ts'
import { asking, docker } from './docker.ts'
import { addressThroughDoor, fetchThroughDoor } from './door-port.ts'
import { containerErrors } from './errors.ts'
import { inspectContainer } from './inspect.ts'
import { maskAnswersOf } from './mask-answers.ts'
import { type ServerSpec, savedSpec } from './spec.ts'
import { createHub, type Hub, type HubClient } from './stdio-hub.ts'
import { containerOf } from './store.ts'

/**
 * A connection to the server in a container: over its standard input and output, or over HTTP to the port it publishes
 * on 127.0.0.1. Several may be open at once.
 *
 * @example
 * const client = new Client({ name: 'inspector', version: '1' })
 * await client.connect(await openContainerTransport(services, id))
 * @throws {MinatoError} NOT_FOUND, MCP_CONSOLE_CONTAINER_NOT_RUNNING, _GONE, MCP_CONSOLE_DOCKER_UNAVAILABLE
 */
export async function openContainerTransport(
  services: ConsoleServices,
  id: string,
): Promise<Transport> {
  const row = await containerOf(services, id)
  if (row.docker_id === null || row.state !== 'ready') {
    throw containerErrors.MCP_CONSOLE_CONTAINER_NOT_RUNNING({ name: row.name, state: row.state })
  }
  const info = await inspectContainer(services, row.docker_id, row.name)
  const spec = savedSpec(row.config)
  await maskAnswersOf(services, spec, info)
  return await openTransport(services, info, spec)
}

/**
 * The same for a container that has no finished row yet. A `fresh` one does its own handshake: what was agreed with a
 * client that only looks whether the server answers must not bind those that come to work.
 */
export async function openTransport(
  services: ConsoleServices,
  info: ContainerInspectInfo,
  spec: Pick<ServerSpec, 'transport' | 'port' | 'path' | 'name'>,
  { fresh = false } = {},
): Promise<Transport> {
  if (!info.State.Running) {
    const state = info.State.Status
    throw containerErrors.MCP_CONSOLE_CONTAINER_NOT_RUNNING({ name: spec.name, state })
  }
  if (spec.transport === 'stdio') {
    const key = fresh ? services.random(9).toString('base64url') : startOf(info)
    return new StdioTransport(() => hubOf(services, info.Id, key))
  }
  return await httpTransport(services, info, spec)
}

async function httpTransport(
  services: ConsoleServices,
  info: ContainerInspectInfo,
  { transport, port, path, name }: Pick<ServerSpec, 'transport' | 'port' | 'path' | 'name'>,
): Promise<Transport> {
  const published = info.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort
  if (published === undefined) {
    throw containerErrors.MCP_CONSOLE_CONTAINER_NOT_RUNNING({ name, state: 'without a port' })
  }
  // A call may take as long as the tool takes, and the stream of notifications stays silent: who calls sets the limit.
  const limits = { timeoutMs: 0, headersTimeoutMs: 0, idleTimeoutMs: 0, retries: 0 }
  const direct: FetchLike = (url, init) =>
    services.outbound.fetch(url, {
      ...(init as object),
      ...limits,
      trust: 'config',
      service: 'mcp-server',
    })
  // A web process may be on another machine, and what it hears is masked at the door.
  const behind = services.role === 'web' && port !== undefined ? { dockerId: info.Id, port } : null
  if (transport === 'sse') {
    const url = new URL(path ?? '/sse', `http://127.0.0.1:${published}`)
    const { SSEClientTransport } = await import('@modelcontextprotocol/sdk/client/sse.js')
    const fetch = behind === null ? direct : fetchThroughDoor(services, behind, direct)
    return new SSEClientTransport(url, { fetch })
  }
  const { href, pathname, search } = new URL(path ?? '/mcp', `http://127.0.0.1:${published}`)
  // Every call through the gateway passes here: this transport costs it a fraction of the SDK's.
  const dispatcher = services.outbound.agent('config')
  if (behind === null) return createHttpTransport({ url: href, dispatcher })
  const { url, headers } = await addressThroughDoor(services, behind, pathname + search)
  return createHttpTransport({ url, dispatcher, headers: () => headers })
}

/** Hubs of this process, by the container's id and the moment it was started. */
type Hubs = { open: Map<string, Promise<Hub>>; handshakes: Map<string, unknown>; tag: string }
const hubsOf = new WeakMap<object, Hubs>()
const MOST_HANDSHAKES = 500

const startOf = (info: ContainerInspectInfo): string => `${info.Id}@${info.State.StartedAt}`

function hubOf(services: ConsoleServices, dockerId: string, key: string): Promise<Hub> {
  let hubs = hubsOf.get(services.db)
  if (hubs === undefined) {
    const tag = `${services.random(6).toString('base64url')}-`
    hubs = { open: new Map(), handshakes: new Map(), tag }
    hubsOf.set(services.db, hubs)
  }
  const known = hubs.open.get(key)
  if (known !== undefined) return known
  const made = openHub(services, dockerId, key, hubs)
  hubs.open.set(key, made)
  made.catch(() => hubs.open.delete(key))
  return made
}

async function openHub(
  services: ConsoleServices,
  dockerId: string,
  key: string,
  { open, handshakes, tag }: Hubs,
): Promise<Hub> {
  const stream = await asking(services, () =>
    docker(services)
      .getContainer(dockerId)
      .attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: false }),
  )
  return createHub(stream as Duplex, {
    tag,
    handshake: handshakes.get(key),
    shaken(result) {
      const [oldest] = handshakes.keys()
      if (handshakes.size >= MOST_HANDSHAKES && oldest !== undefined) handshakes.delete(oldest)
      handshakes.set(key, result)
    },
    ended: () => open.delete(key),
  })
}

/** One client's end of a hub, as the MCP SDK wants it. */
class StdioTransport implements Transport, HubClient {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: Transport['onmessage']
  #open: () => Promise<Hub>
  #hub: Hub | undefined

  constructor(open: () => Promise<Hub>) {
    this.#open = open
  }

  async start(): Promise<void> {
    this.#hub = await this.#open()
    this.#hub.join(this)
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#hub === undefined) throw new Error('The connection to the server is closed.')
    await this.#hub.send(this, message)
  }

  async close(): Promise<void> {
    const hub = this.#hub
    this.closed()
    hub?.leave(this)
  }

  receive(message: JSONRPCMessage): void {
    this.onmessage?.(message)
  }

  failed(error: Error): void {
    this.onerror?.(error)
  }

  closed(): void {
    if (this.#hub === undefined) return
    this.#hub = undefined
    this.onclose?.()
  }
}
