import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { DOOR_HEADER, doorToken, findDoor } from './door-client.ts'
import { maskedLines, maskedWhole } from './mask-streams.ts'
import type { Mask } from './mask-values.ts'

const PATH = /^\/containers\/([0-9a-f]{64})\/port\/(\d{1,5})(\/.*)$/

/** The container, its port and the path behind it, when that is what a request is for. */
export function doorPort(url: string): { id: string; port: number; path: string } | undefined {
  const [, id, port, path] = PATH.exec(url) ?? []
  if (id === undefined || port === undefined || path === undefined) return undefined
  return { id, port: Number(port), path }
}

/** Of a server's answer, the headers that mean something to an MCP client. */
const PASSED_HEADERS = [
  'content-type',
  'mcp-session-id',
  'retry-after',
  'www-authenticate',
  'allow',
]

type Target = { info: ContainerInspectInfo; port: number; path: string; mask: Mask }

/**
 * Hands a request on to a port that a container of ours publishes on this machine's loopback, which a web process on
 * another machine cannot reach. What comes back has the container's vault values masked.
 */
export async function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  { info, port, path, mask }: Target,
): Promise<void> {
  const published = info.NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort
  if (published === undefined) {
    response.writeHead(404).end()
    return
  }
  const {
    [DOOR_HEADER]: _token,
    host: _host,
    connection: _connection,
    'accept-encoding': _encoding,
    ...headers
  } = incoming.headers
  const outgoing = request({
    ...{ host: '127.0.0.1', port: Number(published), method: incoming.method, path },
    // What is compressed cannot be looked through.
    headers: { ...headers, host: `127.0.0.1:${published}`, 'accept-encoding': 'identity' },
  })
  response.on('close', () => outgoing.destroy())
  const [[answer]] = (await Promise.all([
    once(outgoing, 'response'),
    pipeline(incoming, outgoing),
  ])) as [[IncomingMessage], unknown]
  if ((answer.headers['content-encoding'] ?? 'identity') !== 'identity') {
    outgoing.destroy()
    response.writeHead(502).end('The server compressed an answer that was to come plain.')
    return
  }
  response.writeHead(answer.statusCode ?? 502, passedHeaders(answer, mask))
  response.flushHeaders()
  const isEvents = answer.headers['content-type']?.startsWith('text/event-stream') === true
  await pipeline(answer, isEvents ? maskedLines(mask) : maskedWhole(mask), response)
}

function passedHeaders({ headers }: IncomingMessage, mask: Mask): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of PASSED_HEADERS) {
    const value = headers[name]
    if (value !== undefined) passed[name] = mask(String(value))
  }
  return passed
}

/** A fetch that reaches the container's port by way of a worker's door, whatever host its URL names. */
export function fetchThroughDoor(
  services: ConsoleServices,
  { dockerId, port }: { dockerId: string; port: number },
  fetch: FetchLike,
): FetchLike {
  return async (url, init) => {
    const { pathname, search } = new URL(url)
    const door = await findDoor(services)
    const headers = new Headers(init?.headers)
    headers.set(DOOR_HEADER, doorToken(services))
    const target = new URL(`/containers/${dockerId}/port/${port}${pathname}${search}`, door)
    return await fetch(target, { ...init, headers })
  }
}

/** The same for a transport that needs a URL: where the door is now. A lost one is found again at the next opening. */
export async function addressThroughDoor(
  services: ConsoleServices,
  { dockerId, port }: { dockerId: string; port: number },
  path: string,
): Promise<{ url: string; headers: Record<string, string> }> {
  const { href } = new URL(`/containers/${dockerId}/port/${port}${path}`, await findDoor(services))
  return { url: href, headers: { [DOOR_HEADER]: doorToken(services) } }
}
