import { type RealtimeContext, reach } from './context.ts'
import type { LiveServer, Member } from './protocol.ts'

const QUIET_MS = 250

/** Whoever is in the room, once each, over all processes; only this one's while Redis is away. */
export async function membersOf(
  context: RealtimeContext,
  io: LiveServer,
  app: string,
  room: string,
): Promise<Member[]> {
  const sockets = await reach(context, io, app)
    .in(room)
    .fetchSockets()
    .catch(() => io.of(`/${app}`).local.in(room).fetchSockets())
  const members = new Map(sockets.map(({ data }) => [data.userId, data.name]))
  return [...members]
    .map(([userId, name]) => ({ userId, name }))
    .sort((a, b) => a.name.localeCompare(b.name) || a.userId.localeCompare(b.userId))
}

/** Tells a room who is in it, a moment after it changed: many who come together are one message. */
export function presenceNews(context: RealtimeContext, io: LiveServer, app: string) {
  const waiting = new Map<string, NodeJS.Timeout>()
  const tell = async (room: string) => {
    waiting.delete(room)
    const members = await membersOf(context, io, app, room)
    reach(context, io, app).to(room).emit('presence', { room, members })
  }
  return {
    changed(room: string): void {
      if (waiting.has(room)) return
      waiting.set(room, setTimeout(() => void tell(room), QUIET_MS).unref())
    },
    close(): void {
      for (const timer of waiting.values()) clearTimeout(timer)
    },
  }
}
