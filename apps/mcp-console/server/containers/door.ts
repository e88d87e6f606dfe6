import { randomUUID, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { problemOf } from '@minato/platform/errors'
import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { LABEL_FILES } from './create.ts'
import { asking, docker, dockerStatus, LABEL, LABEL_ID, LABEL_INSTANCE } from './docker.ts'
import { DOOR_HEADER, DOOR_TTL_MS, doorToken } from './door-client.ts'
import { doorPort, passOn } from './door-port.ts'
import { type DoorCall, doorCall } from './door-rules.ts'
import { instanceOf } from './instance.ts'
import { maskedLines, valuesOf } from './logs.ts'
import { maskedMessages } from './mask-streams.ts'
import { type Mask, maskValues } from './mask-values.ts'
import { removeSecretFiles } from './secret-files.ts'
import { savedSpec } from './spec.ts'
import { containerTables, findContainer } from './store.ts'

const TELL_EVERY_MS = 10_000
const MAX_BODY_BYTES = 4096

/**
 * Lets web processes reach the Docker engine of this worker, for the few calls they make, on containers of ours, with a
 * token derived from the key ring. What would show a secret (environment, command line, unmasked logs) stays here.
 */
export async function openDoor(services: ConsoleServices): Promise<() => Promise<void>> {
  const token = Buffer.from(`Bearer ${doorToken(services)}`)
  const isLetIn = ({ headers }: IncomingMessage): boolean => {
    const own = headers[DOOR_HEADER]
    const given = Buffer.from(own === undefined ? (headers.authorization ?? '') : `Bearer ${own}`)
    return given.length === token.length && timingSafeEqual(given, token)
  }
  const server = createServer((incoming, response) => {
    if (!isLetIn(incoming)) {
      response.writeHead(401).end()
      return
    }
    answer(services, incoming, response).catch((error: unknown) =>
      refuse(services, response, error),
    )
  })
  server.on('upgrade', (incoming, socket, head) => {
    if (!isLetIn(incoming)) socket.destroy()
    else upgrade(services, incoming, socket, head).catch(() => socket.destroy())
  })
  const { hostname, port } = new URL(`tcp://${services.appConfig.dockerDoor}`)
  const host = hostname.replace(/^\[|\]$/g, '')
  server.listen(Number(port), host)
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  const stopTelling = await tellWhere(services, `http://${hostname}:${bound}`)
  return async () => {
    await stopTelling()
    server.closeAllConnections()
    server.close()
  }
}

async function tellWhere(services: ConsoleServices, url: string): Promise<() => Promise<void>> {
  const id = randomUUID()
  const db = containerTables(services.db)
  const tell = async () => {
    const now = new Date(services.clock())
    await db
      .insertInto('mcp_console.docker_doors')
      .values({ id, url, started_at: now, seen_at: now })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ seen_at: now }))
      .execute()
    const dead = new Date(now.getTime() - 10 * DOOR_TTL_MS)
    await db.deleteFrom('mcp_console.docker_doors').where('seen_at', '<', dead).execute()
  }
  await tell()
  const timer = setInterval(() => {
    tell().catch((error: unknown) => services.log.warn('mcp_console.door_failed', { err: error }))
  }, TELL_EVERY_MS).unref()
  return async () => {
    clearInterval(timer)
    await db.deleteFrom('mcp_console.docker_doors').where('id', '=', id).execute()
  }
}

async function answer(
  services: ConsoleServices,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = incoming.url ?? ''
  const target = doorPort(url)
  if (target !== undefined) {
    const info = await ours(services, target.id)
    const mask = info === undefined ? undefined : await maskOf(services, info)
    if (info === undefined || mask === undefined) response.writeHead(404).end()
    else await passOn(incoming, response, { ...target, info, mask })
    return
  }
  incoming.resume() // none of Docker's calls here needs its body
  const call = doorCall(incoming.method ?? '', url)
  if (call === undefined || call.kind === 'attach') {
    sendJson(response, 403, { message: 'This door does not lead there.' })
    return
  }
  if (call.kind === 'list') {
    sendJson(response, 200, await list(services, url))
    return
  }
  const info = await ours(services, call.id)
  if (info === undefined) {
    sendJson(response, 404, { message: 'No such container' })
    return
  }
  if (call.kind === 'inspect') {
    sendJson(response, 200, shown(info))
    return
  }
  const engine = await ask(services, incoming)
  response.writeHead(engine.statusCode ?? 502, {
    'content-type': engine.headers['content-type'] ?? 'application/json',
  })
  response.on('close', () => engine.destroy())
  if (call.kind === 'logs' && engine.statusCode === 200) {
    await sendLogs(services, info, engine, response)
  } else engine.pipe(response)
  if (engine.statusCode === 204) await afterwards(services, call, info)
}

/** Lines are put together and masked here, where the values are. */
async function sendLogs(
  services: ConsoleServices,
  info: ContainerInspectInfo,
  engine: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const row = await findContainer(services, info.Config.Labels[LABEL_ID] ?? '')
  if (row === undefined) return void response.end()
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { signal } = gone
  for await (const lines of maskedLines(services, savedSpec(row.config), info, engine)) {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    if (text !== '' && !response.write(text)) await once(response, 'drain', { signal })
  }
  response.end()
}

/** Secret files go with the stop; the web process cannot reach them. */
async function afterwards(
  services: ConsoleServices,
  { kind }: DoorCall,
  { Config }: ContainerInspectInfo,
): Promise<void> {
  if (kind === 'stop' || kind === 'remove') {
    await removeSecretFiles(services, Config.Labels[LABEL_FILES] ?? '')
  }
}

/** Of containers that are not ours only that a name is taken, and by whom. */
async function list(services: ConsoleServices, url: string) {
  const filters = JSON.parse(new URL(url, 'http://door').searchParams.get('filters') ?? '{}')
  const instance = await instanceOf(services)
  const found = await asking(services, () =>
    docker(services).listContainers({ all: true, filters }),
  )
  return found.flatMap(({ Id, Names, State, Status, Labels, Ports }) => {
    const isOurs = Labels[LABEL_INSTANCE] === instance
    if (!isOurs && filters.name === undefined) return []
    if (!isOurs) return [{ Id, Names, State, Status: '', Labels: {}, Ports: [] }]
    return [{ Id, Names, State, Status, Labels: ownLabels(Labels), Ports }]
  })
}

/** Masks what the container was given out of a vault; undefined for one that has no row to say what that was. */
async function maskOf(
  services: ConsoleServices,
  info: ContainerInspectInfo,
): Promise<Mask | undefined> {
  const row = await findContainer(services, info.Config.Labels[LABEL_ID] ?? '')
  if (row === undefined) return undefined
  return maskValues(await valuesOf(services, savedSpec(row.config), info))
}

async function ours(
  services: ConsoleServices,
  id: string,
): Promise<ContainerInspectInfo | undefined> {
  return await asking(services, async () => {
    try {
      const info = await docker(services).getContainer(id).inspect()
      return info.Config.Labels[LABEL_INSTANCE] === (await instanceOf(services)) ? info : undefined
    } catch (error) {
      if (dockerStatus(error) === 404) return undefined
      throw error
    }
  })
}

/** No environment, no command line, no mounts. */
function shown({ Id, Name, State, RestartCount, Config, NetworkSettings }: ContainerInspectInfo) {
  const { Ports } = NetworkSettings
  const labels = ownLabels(Config.Labels)
  return { Id, Name, State, RestartCount, Config: { Labels: labels }, NetworkSettings: { Ports } }
}

function ownLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name.startsWith(LABEL)))
}

/** The same request, to the engine. */
async function ask(services: ConsoleServices, incoming: IncomingMessage): Promise<IncomingMessage> {
  const { method, url } = incoming
  const socketPath = services.appConfig.dockerSocket
  return await asking(services, async () => {
    const outgoing = request({ socketPath, method, path: url, headers: { host: 'docker' } })
    outgoing.end()
    const [engine] = (await once(outgoing, 'response')) as [IncomingMessage]
    return engine
  })
}

/** Attach: after the engine has agreed, bytes go in as they are, and messages come out masked. */
async function upgrade(
  services: ConsoleServices,
  incoming: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const call = doorCall(incoming.method ?? '', incoming.url ?? '')
  const info = call?.kind === 'attach' ? await ours(services, call.id) : undefined
  const mask = info === undefined ? undefined : await maskOf(services, info)
  if (mask === undefined) {
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
    return
  }
  const rest = await afterBody(incoming, socket, head)
  const outgoing = request({
    socketPath: services.appConfig.dockerSocket,
    method: 'POST',
    path: incoming.url,
    headers: { host: 'docker', connection: 'Upgrade', upgrade: 'tcp' },
  })
  outgoing.end()
  const [, engine, first] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Duplex, Buffer]
  socket.write('HTTP/1.1 101 UPGRADED\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n')
  if (first.length > 0) engine.unshift(first)
  if (rest.length > 0) engine.write(rest)
  for (const [from, to] of [
    [socket, engine],
    [engine, socket],
  ] as const) {
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }
  socket.pipe(engine)
  pipeline(engine, maskedMessages(mask), socket).catch(() => socket.destroy())
}

/** dockerode sends its options as a body as well; what comes after it is for the server. */
async function afterBody(
  { headers }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<Buffer> {
  const length = Number(headers['content-length'] ?? 0)
  if (!(length <= MAX_BODY_BYTES)) throw new Error('The body of an attach call is too large.')
  let bytes = head
  while (bytes.length < length) {
    await once(socket, 'readable')
    bytes = Buffer.concat([bytes, (socket.read() as Buffer | null) ?? Buffer.alloc(0)])
    if (socket.readableEnded) throw new Error('The client has left.')
  }
  return bytes.subarray(length)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function refuse(services: ConsoleServices, response: ServerResponse, error: unknown): void {
  if (response.destroyed) return // the client has left
  services.log.warn('mcp_console.door_refused', { err: error })
  if (response.headersSent) response.destroy()
  else {
    const known = error instanceof Error && 'detail' in error
    const message = known ? problemOf(error as never, 'en', '').detail : 'The worker failed.'
    sendJson(response, 503, { message })
  }
}
