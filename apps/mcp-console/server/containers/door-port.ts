import { once } from 'node:events'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { DOOR_HEADER, doorToken, findDoor } from './door-client.ts'

const PATH = /^\/containers\/([0-9a-f]{64})\/port\/(\d{1,5})(\/.*)$/

/** The container, its port and the path behind it, when that is what a request is for. */
export function doorPort(url: string): { id: string; port: number; path: string } | undefined {
  const [, id, port, path] = PATH.exec(url) ?? []
  if (id === undefined || port === undefined || path === undefined) return undefined
  return { id, port: Number(port), path }
}

/**
 * Hands a request on to a port that a container of ours publishes on this machine's loopback, which a web process on
 * another machine cannot reach. Both bodies are streams.
 */
export async function passOn(
  incoming: IncomingMessage,
  response: ServerResponse,
  { info, port, path }: { info: ContainerInspectInfo; port: number; path: string },
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
    ...headers
  } = incoming.headers
  const outgoing = request({
    ...{ host: '127.0.0.1', port: Number(published), method: incoming.method, path },
    headers: { ...headers, host: `127.0.0.1:${published}` },
  })
  response.on('close', () => outgoing.destroy())
  const [[answer]] = (await Promise.all([
    once(outgoing, 'response'),
    pipeline(incoming, outgoing),
  ])) as [[IncomingMessage], unknown]
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  response.flushHeaders()
  await pipeline(answer, response)
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
