import type { Namespace, Server, Socket } from 'socket.io'
import type { Principal } from '../auth/index.ts'
import { type MinatoError, problemOf } from '../errors/index.ts'
import type { RoomEvent } from './event-log.ts'

/** What an act of a client is answered with. */
export type Answer<T = unknown> =
  | { ok: true; result: T }
  | { ok: false; error: ReturnType<typeof problemOf> }

export type Member = { userId: string; name: string }

/** Where a client stands in a room: its newest number, and what came after the number it named. */
export type Joined = { seq: number; events: RoomEvent[]; more: boolean; missed: boolean }

export type ServerToClient = {
  event: (event: RoomEvent) => void
  presence: (change: { room: string; members: Member[] }) => void
  /** The newest number of a room: a client that is behind asks for a replay. */
  head: (head: { room: string; seq: number }) => void
  signed_out: () => void
}

type Ack = (answer: Answer) => void
export type ClientToServer = {
  join: (input: unknown, ack: Ack) => void
  leave: (input: unknown, ack: Ack) => void
  replay: (input: unknown, ack: Ack) => void
  send: (input: unknown, ack: Ack) => void
}

/** Crosses processes when operators list connections: never a credential. */
export type SocketData = {
  userId: string
  name: string
  email: string
  connectedAt: string
  address: string
}

type None = Record<never, never>
export type LiveServer = Server<ClientToServer, ServerToClient, None, SocketData>
export type LiveNamespace = Namespace<ClientToServer, ServerToClient, None, SocketData>
export type LiveSocket = Socket<ClientToServer, ServerToClient, None, SocketData>

/** The failure as the client gets it: a code, and what to do, in the person's language. */
export function refusal(error: MinatoError, principal: Principal, id: string): Answer<never> {
  return { ok: false, error: problemOf(error, principal.locale, id) }
}
