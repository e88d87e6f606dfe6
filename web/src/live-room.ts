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
/** How long a missing event may still be on its way. */
const GAP_MS = 100
const MOST_EARLY = 1_000
const PASSING = new Set(['RATE_LIMITED', 'INTERNAL', 'DATABASE_UNAVAILABLE'])

/** Durable events in their turn: what came too early waits, what came twice is dropped. */
function eventsInTurn(onEvent: (event: RoomEvent) => void, after: number | undefined) {
  let last = after
  /** The highest number heard of. */
  let known = after ?? 0
  const early = new Map<number, RoomEvent>()
  const heardOf = (seq: number) => {
    known = Math.max(known, seq)
  }
  const take = (seq: number, event: RoomEvent) => {
    if (last !== undefined && seq <= last) return
    last = seq
    onEvent(event)
  }
  const drain = () => {
    if (last === undefined) return
    for (const seq of early.keys()) if (seq <= last) early.delete(seq)
    for (let event = early.get(last + 1); event !== undefined; event = early.get(last + 1)) {
      early.delete(last + 1)
      take(last + 1, event)
    }
  }
  return {
    last: () => last,
    heardOf,
    missing: () => last !== undefined && last < known,
    /** One that has just arrived. */
    arrived(seq: number, event: RoomEvent) {
      heardOf(seq)
      // The log has those that find no room here.
      if (early.size < MOST_EARLY) early.set(seq, event)
      drain()
    },
    /** A part of the log, with nothing missing in it; `upTo` when it is known to be all. */
    read(events: readonly RoomEvent[], upTo: number | undefined) {
      for (const event of events) if (event.seq !== null) take(event.seq, event)
      if (upTo !== undefined) last = Math.max(last ?? 0, upTo)
      drain()
    },
    giveUp() {
      early.clear()
      known = last ?? 0
    },
  }
}

/** Joins, catches up, and asks for what was missed. */
function roomOrder(
  socket: Socket,
  room: string,
  handlers: RoomHandlers,
  after: number | undefined,
) {
  const turn = eventsInTurn(handlers.onEvent, after)
  let catching = false
  let behind = false
  let left = false
  let waiting: ReturnType<typeof setTimeout> | undefined

  const ask = async (act: 'join' | 'replay'): Promise<boolean> => {
    const last = turn.last()
    const input = { room, ...(last === undefined ? {} : { after: last }) }
    const answer: Answer<CatchUp> = await socket.timeout(ANSWER_MS).emitWithAck(act, input)
    if (left) return false
    if (!answer.ok) {
      // What passes is no refusal: it is asked again, each client at a moment of its own.
      if (PASSING.has(answer.error.code)) throw new Error(answer.error.code)
      turn.giveUp()
      handlers.onRefused?.(answer.error)
      return false
    }
    const { seq, events, more, missed } = answer.result
    if (missed) handlers.onMissed?.()
    turn.read(events, more ? undefined : seq)
    return more
  }
  /** One at a time; whatever is asked for meanwhile is asked after it. */
  const catchUp = async (first: 'join' | 'replay') => {
    behind = true
    if (catching) return
    catching = true
    try {
      for (let act = first; behind && socket.connected && !left; act = 'replay') {
        behind = false
        if (await ask(act)) behind = true
      }
      if (turn.missing()) askSoon()
    } catch {
      // The answer was lost. A lost connection joins anew by itself; on a live one it is asked again.
      if (socket.connected) setTimeout(() => void catchUp(first), AGAIN_MS * (1 + Math.random()))
    } finally {
      catching = false
    }
  }
  /** Most gaps close by themselves in a moment: a thousand clients must not all ask at once. */
  const askSoon = () => {
    const look = () => {
      waiting = undefined
      if (turn.missing()) void catchUp('replay')
    }
    if (!left) waiting ??= setTimeout(look, GAP_MS * (1 + Math.random()))
  }
  return {
    seq: turn.last,
    join: () => {
      catching = false
      void catchUp('join')
    },
    onEvent(event: RoomEvent) {
      if (event.seq === null) return handlers.onEvent(event)
      turn.arrived(event.seq, event)
      if (turn.missing() && !catching) askSoon()
    },
    onHead(seq: number) {
      turn.heardOf(seq)
      if (turn.missing() && !catching) askSoon()
    },
    leave() {
      left = true
      clearTimeout(waiting)
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
      order.leave()
      for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener)
      if (socket.connected) socket.emit('leave', { room })
    },
  }
}
