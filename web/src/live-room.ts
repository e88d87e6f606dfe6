import type { Socket } from 'socket.io-client'

/** An event of a room. `seq` numbers the durable ones from 1; a fleeting one has null. */
export type RoomEvent<T = unknown> = {
  room: string
  seq: number | null
  event: string
  data: T
  at: string
}

export type Member = { userId: string; name: string }

type Refusal = { code: string; detail: string }
type Answer<T> = { ok: true; result: T } | { ok: false; error: Refusal }
type CatchUp = { seq: number; events: RoomEvent[]; more: boolean; missed: boolean }

export type RoomHandlers = {
  /** Each durable event once and in order, also over reconnects; fleeting ones as they come. */
  onEvent: (event: RoomEvent) => void
  onMembers?: (members: Member[]) => void
  /** Some events are older than what the server keeps: load the whole state anew. */
  onMissed?: () => void
  onRefused?: (error: Refusal) => void
}

const ANSWER_MS = 10_000
const AGAIN_MS = 1_000
const PASSING = new Set(['RATE_LIMITED', 'INTERNAL', 'DATABASE_UNAVAILABLE'])

/** The order of a room's events: what has been seen, and the way to what was missed. */
function roomOrder(
  socket: Socket,
  room: string,
  handlers: RoomHandlers,
  after: number | undefined,
) {
  let last = after
  let catching = false
  let behind = false

  const take = (event: RoomEvent) => {
    if (event.seq !== null) {
      if (last !== undefined && event.seq <= last) return
      last = event.seq
    }
    handlers.onEvent(event)
  }
  const ask = async (act: 'join' | 'replay'): Promise<boolean> => {
    const input = { room, ...(last === undefined ? {} : { after: last }) }
    const answer: Answer<CatchUp> = await socket.timeout(ANSWER_MS).emitWithAck(act, input)
    if (!answer.ok) {
      // What passes is no refusal: it is asked again, each client at a moment of its own.
      if (PASSING.has(answer.error.code)) throw new Error(answer.error.code)
      handlers.onRefused?.(answer.error)
      return false
    }
    const { seq, events, more, missed } = answer.result
    if (missed) handlers.onMissed?.()
    for (const event of events) take(event)
    last = more ? (last ?? seq) : Math.max(last ?? 0, seq)
    return more
  }
  /** One at a time; whatever shows up meanwhile is read after it. */
  const catchUp = async (first: 'join' | 'replay') => {
    behind = true
    if (catching) return
    catching = true
    try {
      for (let act = first; behind && socket.connected; act = 'replay') {
        behind = false
        if (await ask(act)) behind = true
      }
    } catch {
      // The answer was lost. A lost connection joins anew by itself; on a live one it is asked again.
      if (socket.connected) setTimeout(() => void catchUp(first), AGAIN_MS * (1 + Math.random()))
    } finally {
      catching = false
    }
  }
  return {
    seq: () => last,
    join: () => {
      catching = false
      void catchUp('join')
    },
    onEvent(event: RoomEvent) {
      const next = last === undefined || event.seq === null || event.seq <= last + 1
      if (event.seq === null || (next && !catching)) take(event)
      else void catchUp('replay')
    },
    onHead(seq: number) {
      if (last !== undefined && seq > last) void catchUp('replay')
    },
  }
}

/**
 * A room over one connection, joined again after every reconnect with the number of the last event it has seen.
 *
 * @example
 * const room = joinRoom(socket, 'world:42', { onEvent: apply })
 * room.leave()
 */
export function joinRoom(
  socket: Socket,
  room: string,
  handlers: RoomHandlers,
  after?: number,
): { leave(): void; seq(): number | undefined } {
  const order = roomOrder(socket, room, handlers, after)
  const listeners = {
    connect: order.join,
    event: (event: RoomEvent) => event.room === room && order.onEvent(event),
    head: (head: { room: string; seq: number }) => head.room === room && order.onHead(head.seq),
    presence: (change: { room: string; members: Member[] }) =>
      change.room === room && handlers.onMembers?.(change.members),
  }
  for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener)
  if (socket.connected) order.join()
  return {
    seq: order.seq,
    leave() {
      for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener)
      if (socket.connected) socket.emit('leave', { room })
    },
  }
}
