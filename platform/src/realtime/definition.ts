import type { z } from 'zod'
import type { Principal } from '../auth/index.ts'

/** A kind of room; the rooms themselves are `<kind>:<id>`, such as `world:42`. */
export type RoomKind<S> = {
  /** Who may join at all; `signed-in` for everybody. */
  permission: string
  /** Whether this person may join this room; without it the permission is enough. */
  join?(services: S, caller: Principal, id: string): boolean | Promise<boolean>
  /** Members are told who comes and goes. */
  presence?: boolean
}

export type EventCaller = { principal: Principal; socketId: string }

/** What clients may send: checked, permitted and counted before it runs. */
export type ClientEvent<S, Input = unknown> = {
  permission: string
  /** At most this many of one user's in the window, over all of their connections. */
  rate: { limit: number; windowMs: number }
  input: z.ZodType<Input>
  /** Its result answers the client. What it throws does too: a MinatoError in words, all else as INTERNAL. */
  run(services: S, input: Input, caller: EventCaller): unknown
}

/** An app's part in live connections: `defineApp({ realtime: { rooms, events } })`. */
export type RealtimeDefinition<S> = {
  rooms: Readonly<Record<string, RoomKind<S>>>
  events?: Readonly<Record<string, ClientEvent<S>>>
}

/**
 * One event with its input's type.
 *
 * @example
 * const say = defineEvent({ permission: 'notes.use', rate: { limit: 30, windowMs: 60_000 },
 *   input: z.object({ text: z.string().max(500) }),
 *   run: (services, { text }, { principal }) => … })
 */
export function defineEvent<Input, S = never>(event: ClientEvent<S, Input>): ClientEvent<S> {
  return event as ClientEvent<S>
}

export type RoomName = { kind: string; id: string }

/** `world:42` → its kind and id; undefined for anything else. */
export function parseRoom(name: unknown): RoomName | undefined {
  if (typeof name !== 'string' || name.length > 200) return undefined
  const at = name.indexOf(':')
  return at > 0 && at < name.length - 1
    ? { kind: name.slice(0, at), id: name.slice(at + 1) }
    : undefined
}
