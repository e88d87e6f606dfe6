import { connectionsIn, type RealtimeContext, reach } from './context.ts'
import type { LiveServer, Member } from './protocol.ts'

const QUIET_MS = 250

/** Whoever is in the room, once each, over all processes; only this one's while Redis is away. */
export async function membersOf(
  context: RealtimeContext,
  io: LiveServer,
  app: string,
  room: string,
): Promise<Member[]> {
  const sockets = await connectionsIn(context, io, app, room)
  const members = new Map(sockets.map(({ data }) => [data.userId, data.name]))
  return [...members]
    .map(([userId, name]) => ({ userId, name }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.userId.localeCompare(b.userId))
}

/** Tells a room who is in it, a moment after it changed: many who come together are one message. */
export function presenceNews(context: RealtimeContext, io: LiveServer, app: string) {
  const waiting = new Map<string, NodeJS.Timeout>()
  let closed = false
  const tell = async (room: string) => {
    waiting.delete(room)
    const members = await membersOf(context, io, app, room)
    reach(context, io, app).to(room).emit('presence', { room, members })
  }
  const tellOrLog = (room: string) =>
    void tell(room).catch((error: unknown) =>
      context.log.warn('realtime.presence_failed', { app, err: error }),
    )
  return {
    changed(room: string): void {
      // Whoever is sent away while the process ends is counted by the next one.
      if (closed || waiting.has(room)) return
      waiting.set(room, setTimeout(tellOrLog, QUIET_MS, room).unref())
    },
    close(): void {
      closed = true
      for (const timer of waiting.values()) clearTimeout(timer)
    },
  }
}
