import { z } from 'zod'
import type { Principal } from '../auth/index.ts'
import { commonErrors, MinatoError } from '../errors/index.ts'
import { parseRoom, type RealtimeDefinition } from './definition.ts'
import { realtimeErrors } from './errors.ts'
import type { TakeEvent } from './event-limits.ts'
import { eventsAfter, headsOf, REPLAY_LIMIT, type RealtimeDatabase } from './event-log.ts'
import { type Answer, type Joined, type LiveSocket, refusal } from './protocol.ts'

const joinInput = z.object({ room: z.string(), after: z.number().int().min(0).optional() })
const roomInput = z.object({ room: z.string() })
const replayInput = z.object({ room: z.string(), after: z.number().int().min(0) })
const sendInput = z.object({ event: z.string().max(100), input: z.unknown() })

/** How many rooms one connection may be in. */
const MAX_ROOMS = 100

export type ConnectionDeps = {
  app: string
  definition: RealtimeDefinition<unknown>
  services: unknown
  db: RealtimeDatabase
  /** Who is behind the connection now. @throws when they are signed out */
  principal: (socket: LiveSocket) => Promise<Principal>
  takeAct: TakeEvent
  takeEvent: ReadonlyMap<string, TakeEvent>
  presenceChanged: (room: string) => void
  capture: (error: Error, where: { route: string; userId: string }) => void
}

type Handler<I> = (socket: LiveSocket, input: I, principal: Principal) => Promise<unknown>

/** What one client may do on its connection: join rooms, catch up, send events. */
export function acceptConnection(socket: LiveSocket, deps: ConnectionDeps): void {
  answering(socket, deps, 'join', joinInput, async (_, input, principal) =>
    join(socket, deps, input, principal),
  )
  answering(socket, deps, 'replay', replayInput, async (_, { room, after }) => {
    if (!socket.rooms.has(room)) throw realtimeErrors.REALTIME_ROOM_UNKNOWN()
    return await catchUp(deps, room, after)
  })
  answering(socket, deps, 'leave', roomInput, async (_, { room }) => {
    if (!socket.rooms.has(room)) return null
    await socket.leave(room)
    if (hasPresence(deps, room)) deps.presenceChanged(room)
    return null
  })
  answering(socket, deps, 'send', sendInput, async (_, { event, input }, principal) =>
    send(socket, deps, event, input, principal),
  )
  socket.on('disconnecting', () => {
    for (const room of socket.rooms) if (hasPresence(deps, room)) deps.presenceChanged(room)
  })
}

/** Every act is checked, permitted and counted; every failure is an answer. */
function answering<I>(
  socket: LiveSocket,
  deps: ConnectionDeps,
  act: 'join' | 'leave' | 'replay' | 'send',
  schema: z.ZodType<I>,
  handle: Handler<I>,
): void {
  socket.on(act, (input: unknown, ack: unknown) => {
    const reply = typeof ack === 'function' ? (ack as (answer: Answer) => void) : () => undefined
    void run(socket, deps, act, async (principal) => {
      const parsed = schema.safeParse(input)
      if (!parsed.success) throw commonErrors.VALIDATION_FAILED()
      return await handle(socket, parsed.data, principal)
    }).then(reply)
  })
}

async function run(
  socket: LiveSocket,
  deps: ConnectionDeps,
  act: string,
  work: (principal: Principal) => Promise<unknown>,
): Promise<Answer> {
  let principal: Principal
  try {
    principal = await deps.principal(socket)
  } catch {
    socket.emit('signed_out')
    socket.disconnect(true)
    return { ok: true, result: null }
  }
  try {
    await deps.takeAct(principal.userId)
    return { ok: true, result: (await work(principal)) ?? null }
  } catch (error) {
    if (error instanceof MinatoError) return refusal(error, principal, socket.id)
    deps.capture(error instanceof Error ? error : new Error(String(error)), {
      route: `realtime ${deps.app} ${act}`,
      userId: principal.userId,
    })
    return refusal(commonErrors.INTERNAL(), principal, socket.id)
  }
}

async function join(
  socket: LiveSocket,
  deps: ConnectionDeps,
  { room, after }: z.infer<typeof joinInput>,
  principal: Principal,
): Promise<Joined> {
  const name = parseRoom(room)
  const kind = name === undefined ? undefined : kindOf(deps, name.kind)
  if (name === undefined || kind === undefined || !permits(principal, kind.permission)) {
    throw realtimeErrors.REALTIME_ROOM_UNKNOWN()
  }
  const open = kind.join === undefined || (await kind.join(deps.services, principal, name.id))
  if (!open || socket.rooms.size > MAX_ROOMS) throw realtimeErrors.REALTIME_ROOM_UNKNOWN()
  // In the room first, then the past: what happens between the two arrives twice, never not at all.
  await socket.join(room)
  if (kind.presence) deps.presenceChanged(room)
  return await catchUp(deps, room, after)
}

async function catchUp(
  deps: ConnectionDeps,
  room: string,
  after: number | undefined,
): Promise<Joined> {
  // The number first: every event up to it is in what is read next, so it never names one that is not.
  const head = (await headsOf(deps.db, deps.app, [room])).get(room) ?? 0
  if (after === undefined) return { seq: head, events: [], more: false, missed: false }
  const events = await eventsAfter(deps.db, deps.app, room, after)
  const seq = Math.max(head, events.at(-1)?.seq ?? 0)
  const first = events[0]?.seq ?? seq + 1
  return {
    seq,
    events,
    more: events.length === REPLAY_LIMIT,
    missed: after < seq && first > after + 1,
  }
}

async function send(
  socket: LiveSocket,
  deps: ConnectionDeps,
  name: string,
  input: unknown,
  principal: Principal,
): Promise<unknown> {
  const events = deps.definition.events ?? {}
  const event = Object.hasOwn(events, name) ? events[name] : undefined
  if (event === undefined) throw realtimeErrors.REALTIME_EVENT_UNKNOWN()
  if (!permits(principal, event.permission)) {
    throw commonErrors.FORBIDDEN({ permission: event.permission })
  }
  await deps.takeEvent.get(name)?.(principal.userId)
  const parsed = event.input.safeParse(input)
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, code, message }) => ({
      path: `/${path.join('/')}`,
      code,
      message,
    }))
    throw commonErrors.VALIDATION_FAILED({}, { errors })
  }
  return await event.run(deps.services, parsed.data, { principal, socketId: socket.id })
}

function permits(principal: Principal, permission: string): boolean {
  if (principal.restriction !== undefined) return false
  return permission === 'signed-in' || principal.permissions.has(permission)
}

function kindOf({ definition }: ConnectionDeps, kind: string) {
  return Object.hasOwn(definition.rooms, kind) ? definition.rooms[kind] : undefined
}

function hasPresence(deps: ConnectionDeps, room: string): boolean {
  const name = parseRoom(room)
  return name !== undefined && kindOf(deps, name.kind)?.presence === true
}
