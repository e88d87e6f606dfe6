import type { FastifyInstance } from 'fastify'
import { type AppRealtime, appRealtime } from './app-realtime.ts'
import { connectionsIn, createContext, type RealtimeContext, type RealtimeDeps } from './context.ts'
import type { RealtimeDefinition } from './definition.ts'
import { pruneEvents } from './event-log.ts'
import { mountHandshake } from './handshake.ts'
import type { LiveServer, SocketData } from './protocol.ts'
import { rounds } from './rounds.ts'
import { serveApp } from './serve-app.ts'
import { openSocketServer } from './socket-server.ts'
import { leaveSoon, socketsOf, watchConnections } from './watch.ts'

const PRUNE_MS = 10 * 60_000

export type Connection = SocketData & { id: string; app: string; rooms: string[] }

export type Realtime = {
  of(app: string): AppRealtime
  /** Makes an app's rooms and events known; before `mount`. */
  define<S>(app: string, definition: RealtimeDefinition<S>, services: S): void
  /** Takes live connections on the web server. */
  mount(server: FastifyInstance, originAllowed: (origin: string) => boolean): Promise<void>
  /** Every live connection of every process, for operators. */
  connections(): Promise<Connection[]>
  /** Sends clients to another process, spread over `withinMs`. */
  drain(withinMs: number): Promise<void>
  /** Deletes durable events past their keeping time. */
  prune(): Promise<void>
  /** Prunes now and again, in workers. Gives what stops it. */
  startPruning(): () => void
}

/**
 * Live connections over Socket.IO, a namespace an app. Nothing is loaded before the first
 * connection or, with Redis, the first event.
 *
 * @example
 * await services.realtime.of('gestaloka').publish('world:42', 'scene', { text: '港に霧がかかる' })
 */
export function createRealtime(deps: RealtimeDeps): Realtime {
  const context = createContext(deps)
  let opening: Promise<LiveServer> | undefined
  const open = () => {
    opening ??= openFor(context)
    return opening
  }
  // With no connection here and no way to the others there is nobody to tell.
  const prune = () => pruneEvents(context.db, new Date(context.clock() - context.config.keepMs))
  const line = { open, worthwhile: () => opening !== undefined || context.redis !== undefined }
  return {
    of: (app) => appRealtime(context, line, app),
    define(app, definition, services) {
      context.apps.set(app, { definition: definition as RealtimeDefinition<unknown>, services })
    },
    async mount(server, originAllowed) {
      const { longPolling } = context.config
      await mountHandshake(server, { open, callers: context.callers, longPolling, originAllowed })
    },
    async connections() {
      const io = await open()
      const lists = await Promise.all(
        [...context.apps.keys()].map((app) => connectionsOf(context, io, app)),
      )
      return lists.flat()
    },
    async drain(withinMs) {
      if (opening === undefined) return
      const sockets = socketsOf(await opening)
      await Promise.all(sockets.map((socket) => leaveSoon(socket, withinMs)))
    },
    prune,
    // Half a round of jitter: workers that started together do not look together.
    startPruning: () =>
      rounds(context.log, () => PRUNE_MS * (0.75 + Math.random() / 2), prune).stop,
  }
}

async function openFor(context: RealtimeContext): Promise<LiveServer> {
  const { io, close } = await openSocketServer(context)
  const closers = [...context.apps].map(([app, defined]) => serveApp(context, io, app, defined))
  const stopWatching = watchConnections(context, io)
  context.onClose('realtime', async () => {
    stopWatching()
    for (const closeApp of closers) closeApp()
    await close()
  })
  return io
}

async function connectionsOf(
  context: RealtimeContext,
  io: LiveServer,
  app: string,
): Promise<Connection[]> {
  const sockets = await connectionsIn(context, io, app)
  return sockets.map(({ id, data, rooms }) => ({
    ...data,
    id,
    app,
    rooms: [...rooms].filter((room) => room !== id),
  }))
}
