import { commonErrors } from '../errors/index.ts'
import { acceptConnection } from './connection.ts'
import type { DefinedApp, RealtimeContext } from './context.ts'
import { realtimeErrors } from './errors.ts'
import { eventLimit } from './event-limits.ts'
import { presenceNews } from './presence.ts'
import type { LiveServer, LiveSocket } from './protocol.ts'

/** Joins, replays and sends of one user together. */
const ACTS = { limit: 600, windowMs: 60_000 }

/** Opens an app's namespace. Returns what closes it. */
export function serveApp(
  context: RealtimeContext,
  io: LiveServer,
  app: string,
  { definition, services }: DefinedApp,
): () => void {
  const { redis, errors, counted } = context
  const namespace = io.of(`/${app}`)
  const news = presenceNews(context, io, app)
  const limits = Object.entries(definition.events ?? {}).map(
    ([name, { rate }]) => [name, eventLimit(redis, `${app}:${name}`, rate)] as const,
  )
  const connection = {
    app,
    definition,
    services,
    db: context.db,
    principal: (socket: LiveSocket) => principalNow(context, socket),
    takeAct: eventLimit(redis, `${app}:acts`, ACTS),
    takeEvent: new Map(limits),
    presenceChanged: news.changed,
    capture: (error: Error, where: { route: string; userId: string }) =>
      errors.capture(error, where),
  }
  namespace.use((socket, next) => next(admit(context, socket)))
  namespace.on('connection', (socket) => {
    counted.connections.inc({ app })
    socket.on('disconnect', () => counted.connections.dec({ app }))
    acceptConnection(socket, connection)
  })
  return news.close
}

/** Gives the connection its person. An error refuses it, in their language. */
function admit({ callers, config, clock }: RealtimeContext, socket: LiveSocket) {
  const caller = callers.get(socket.request)
  if (caller === undefined) return new Error('Not signed in')
  const { userId, name, email, locale } = caller.principal
  let held = 0
  for (const { data } of socket.nsp.sockets.values()) if (data.userId === userId) held += 1
  if (held >= config.maxPerUser) {
    const { code, detail } = realtimeErrors.REALTIME_TOO_MANY()
    return Object.assign(new Error(detail[locale]), { data: { code } })
  }
  const connectedAt = new Date(clock()).toISOString()
  socket.data = { userId, name, email, connectedAt, address: caller.address }
  return undefined
}

/** Who is behind the connection now; asked at each act, which so counts as activity. */
async function principalNow({ auth }: RealtimeContext, socket: LiveSocket) {
  const found = await auth.authenticate(socket.request.headers)
  if (found === null || found.userId !== socket.data.userId) {
    throw commonErrors.FORBIDDEN({ permission: 'signed-in' })
  }
  return found
}
