import type { Kysely, Transaction } from 'kysely'
import { connectionsIn, type RealtimeContext, reach } from './context.ts'
import { appendEvent, type RealtimeDatabase, type RoomEvent } from './event-log.ts'
import { membersOf } from './presence.ts'
import type { LiveServer, Member } from './protocol.ts'
import type { RealtimeTables } from './tables.ts'

/** One app's rooms. */
export type AppRealtime = {
  /** A durable event: kept, numbered, and sent to everyone in the room. Resolves to its number. */
  publish(room: string, event: string, data: unknown): Promise<number>
  /**
   * A durable event as part of the caller's transaction. Call `send` after the commit; should the
   * process die before it, clients learn of the event within seconds from the room's number.
   */
  record<T>(
    tx: Transaction<T>,
    room: string,
    event: string,
    data: unknown,
  ): Promise<{ seq: number; send(): void }>
  /** A fleeting event: only who is there now gets it. */
  emit(room: string, event: string, data: unknown): void
  members(room: string): Promise<Member[]>
  /** Takes a person out of a room, for example when they lose access to it. */
  expel(room: string, userId: string): Promise<void>
}

type Line = {
  /** Opens the socket server at the first use. */
  open(): Promise<LiveServer>
  /** Whether anybody could be listening, here or elsewhere. */
  worthwhile(): boolean
}

export function appRealtime(context: RealtimeContext, line: Line, app: string): AppRealtime {
  const { clock, log, counted } = context
  const deliver = (event: RoomEvent): void => {
    counted.events.inc({ app, kind: event.seq === null ? 'fleeting' : 'durable' })
    if (!line.worthwhile()) return
    line
      .open()
      .then((io) => reach(context, io, app).to(event.room).emit('event', event))
      .catch((error: unknown) => log.warn('realtime.send_failed', { app, err: error }))
  }
  const record = async (db: RealtimeDatabase, room: string, event: string, data: unknown) => {
    const at = new Date(clock())
    const seq = await appendEvent(db, { app, room, event, data, at })
    return { seq, send: () => deliver({ room, seq, event, data, at: at.toISOString() }) }
  }
  return {
    async publish(room, event, data) {
      const { seq, send } = await record(context.db, room, event, data)
      send()
      return seq
    },
    record: (tx, room, event, data) =>
      record(tx as unknown as Kysely<RealtimeTables>, room, event, data),
    emit: (room, event, data) =>
      deliver({ room, seq: null, event, data, at: new Date(clock()).toISOString() }),
    members: async (room) => await membersOf(context, await line.open(), app, room),
    async expel(room, userId) {
      const sockets = await connectionsIn(context, await line.open(), app, room)
      for (const socket of sockets) if (socket.data.userId === userId) socket.leave(room)
    },
  }
}
