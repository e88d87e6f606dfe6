import { type Kysely, sql } from 'kysely'
import type { RealtimeTables } from './tables.ts'

export type RealtimeDatabase = Kysely<RealtimeTables>

/** An event as clients get it; `seq` numbers a room's durable events from 1, null marks a fleeting one. */
export type RoomEvent = {
  room: string
  seq: number | null
  event: string
  data: unknown
  at: string
}

/** How many events one answer holds; a client that missed more asks again. */
export const REPLAY_LIMIT = 500

type NewEvent = { app: string; room: string; event: string; data: unknown; at: Date }

/** Numbers and keeps one event, in the caller's transaction if it is one. Resolves to its number. */
export async function appendEvent(db: RealtimeDatabase, event: NewEvent): Promise<number> {
  const { app, room, at } = event
  const { rows } = await sql<{ seq: string | number }>`
    with numbered as (
      insert into minato.realtime_rooms as r (app, room, seq) values (${app}, ${room}, 1)
      on conflict (app, room) do update set seq = r.seq + 1
      returning seq
    )
    insert into minato.realtime_events (app, room, seq, event, data, at)
    select ${app}, ${room}, seq, ${event.event}, ${JSON.stringify(event.data ?? null)}::jsonb, ${at}
    from numbered returning seq`.execute(db)
  return Number(rows[0]?.seq)
}

/** The room's durable events after a number, oldest first, at most {@link REPLAY_LIMIT}. */
export async function eventsAfter(
  db: RealtimeDatabase,
  app: string,
  room: string,
  after: number,
): Promise<RoomEvent[]> {
  const rows = await db
    .selectFrom('minato.realtime_events')
    .select(['seq', 'event', 'data', 'at'])
    .where('app', '=', app)
    .where('room', '=', room)
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(REPLAY_LIMIT)
    .execute()
  return rows.map(({ seq, event, data, at }) => ({
    room,
    seq: Number(seq),
    event,
    data,
    at: at.toISOString(),
  }))
}

/** The newest number of each room; rooms without durable events are left out. */
export async function headsOf(
  db: RealtimeDatabase,
  app: string,
  rooms: readonly string[],
): Promise<Map<string, number>> {
  if (rooms.length === 0) return new Map()
  const rows = await db
    .selectFrom('minato.realtime_rooms')
    .select(['room', 'seq'])
    .where('app', '=', app)
    .where('room', 'in', rooms)
    .execute()
  return new Map(rows.map(({ room, seq }) => [room, Number(seq)]))
}

/** One statement deletes at most this many: none of them holds its locks for long. */
const PRUNE_PART = 5000

/** Deletes what is older than the keeping time, in parts; the numbering goes on. */
export async function pruneEvents(db: RealtimeDatabase, before: Date): Promise<void> {
  for (let deleted = PRUNE_PART; deleted === PRUNE_PART; ) {
    const { rows } = await sql<{ count: string | number }>`
      with gone as (
        delete from minato.realtime_events where (app, room, seq) in (
          select app, room, seq from minato.realtime_events where at < ${before}
          order by at limit ${PRUNE_PART} for update skip locked)
        returning 1
      )
      select count(*) as count from gone`.execute(db)
    deleted = Number(rows[0]?.count ?? 0)
  }
}
