import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Principal, principalOf } from '../http/index.ts'
import { realtimeErrors } from './errors.ts'
import type { LiveServer } from './protocol.ts'

export const REALTIME_PATH = '/api/realtime'

const BODY_LIMIT = 1024 * 1024

export type Caller = { principal: Principal; address: string }
/** Who opened a connection: known from its first request, which passed every check of the server. */
export type Callers = WeakMap<IncomingMessage, Caller>

type Upgrade = { socket: Duplex; head: Buffer }

type Options = {
  open: () => Promise<LiveServer>
  callers: Callers
  longPolling: boolean
  originAllowed: (origin: string) => boolean
}

/**
 * Leads WebSocket upgrades through the server's own checks (addresses, load, sign-in, limits) as a
 * request to an ordinary route, and hands what passes to Socket.IO.
 */
export async function mountHandshake(server: FastifyInstance, options: Options): Promise<void> {
  const upgrades = new WeakMap<IncomingMessage, Upgrade>()
  server.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy())
    upgrades.set(request, { socket, head })
    server.unusedSockets.delete(socket as Socket)
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    // A refusal is an ordinary HTTP answer on this connection, which then ends.
    response.assignSocket(socket as Socket)
    response.on('finish', () => socket.end())
    server.routing(request, response)
  })
  await server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // The engine reads the body itself.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.route({
      method: options.longPolling ? ['GET', 'POST'] : ['GET'],
      url: `${REALTIME_PATH}/`,
      config: { permission: 'signed-in', rate: 'read' },
      bodyLimit: BODY_LIMIT,
      schema: { hide: true },
      handler: async (request, reply) => {
        admit(request, options)
        const io = await options.open()
        const upgrade = upgrades.get(request.raw)
        reply.hijack()
        if (upgrade === undefined) {
          io.engine.handleRequest(request.raw, reply.raw)
          return
        }
        reply.raw.detachSocket(upgrade.socket as Socket)
        io.engine.handleUpgrade(request.raw, upgrade.socket, upgrade.head)
      },
    })
  })
}

/** Refuses other sites' pages (CWE-1385), and plain requests where only WebSockets are taken. */
function admit(request: FastifyRequest, { callers, longPolling, originAllowed }: Options): void {
  const { origin, upgrade } = request.headers
  if (origin !== undefined && !originAllowed(origin)) {
    throw realtimeErrors.REALTIME_ORIGIN_REFUSED()
  }
  if (upgrade === undefined && !longPolling) {
    throw realtimeErrors.REALTIME_UPGRADE_REQUIRED({}, { headers: { upgrade: 'websocket' } })
  }
  callers.set(request.raw, { principal: principalOf(request), address: request.ip })
}
