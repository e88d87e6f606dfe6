import type { RealtimeContext } from './context.ts'
import { headsOf } from './event-log.ts'
import type { Caller } from './handshake.ts'
import type { LiveServer, LiveSocket } from './protocol.ts'
import { rounds } from './rounds.ts'

const CHECK_MS = 10_000
/** Without Redis the log is how events of other processes arrive. */
const HEADS_MS = { shared: 10_000, alone: 2_000 }
const RIGHTS_CHANGED_WITHIN_MS = 2_000

/** Keeps what is open true: ends connections whose sign-in is over, and lets clients see what they missed. */
export function watchConnections(context: RealtimeContext, io: LiveServer): () => void {
  const { auth, log } = context
  const check = rounds(
    log,
    () => CHECK_MS,
    async () => {
      for (const socket of await signedOut(context, io)) {
        socket.emit('signed_out')
        socket.disconnect(true)
      }
    },
  )
  auth.onChange(({ kind }) => {
    if (kind !== 'permissions') check.now()
    // Everybody comes back and is asked anew, each at a moment of their own.
    else for (const socket of socketsOf(io)) void leaveSoon(socket, RIGHTS_CHANGED_WITHIN_MS)
  })
  const heads = rounds(
    log,
    () => (context.shared() ? HEADS_MS.shared : HEADS_MS.alone),
    () => tellHeads(context, io),
  )
  return () => {
    check.stop()
    heads.stop()
  }
}

export function socketsOf(io: LiveServer): LiveSocket[] {
  return [...io._nsps.values()].flatMap(({ sockets }) => [...sockets.values()])
}

/** Closes the transport, not the client: it comes back by itself, to whichever process is there. */
export function leaveSoon(socket: LiveSocket, withinMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.once('disconnect', () => resolve())
  if (socket.disconnected) resolve()
  setTimeout(() => socket.conn.close(), Math.random() * withinMs)
  return promise
}

/** A client that missed a message of another process sees it by the number, and asks. */
async function tellHeads({ db }: RealtimeContext, io: LiveServer): Promise<void> {
  for (const [name, namespace] of io._nsps) {
    const rooms = [...namespace.adapter.rooms.keys()].filter((room) => room.includes(':'))
    const heads = await headsOf(db, name.slice(1), rooms)
    for (const [room, seq] of heads) namespace.local.to(room).emit('head', { room, seq })
  }
}

type Connected = { socket: LiveSocket; caller: Caller }

/** The connections whose sign-in is over: revoked, idle, expired, or their user disabled. */
async function signedOut(context: RealtimeContext, io: LiveServer): Promise<LiveSocket[]> {
  const connected = socketsOf(io).flatMap((socket): Connected[] => {
    const caller = context.callers.get(socket.request)
    return caller === undefined ? [] : [{ socket, caller }]
  })
  const live = await context.auth.live({
    sessionIds: connected.flatMap(({ caller }) => caller.principal.sessionId ?? []),
    keyIds: connected.flatMap(({ caller }) => caller.principal.keyId ?? []),
  })
  const gone: LiveSocket[] = []
  for (const one of connected) if (!(await stands(context, live, one))) gone.push(one.socket)
  return gone
}

async function stands(
  { auth }: RealtimeContext,
  live: ReadonlySet<string>,
  { socket, caller: { principal } }: Connected,
): Promise<boolean> {
  if (!live.has(principal.sessionId ?? principal.keyId ?? '')) return false
  if (principal.via !== 'jwt') return true
  try {
    // A token carries an end of its own: it is read again.
    return (await auth.authenticate(socket.request.headers))?.userId === principal.userId
  } catch {
    return false
  }
}
