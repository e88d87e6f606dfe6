import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import { defineApp } from '../../app/index.ts'
import type { SignedIn, TestServer } from '../../app/testing.ts'
import { defineEvent } from '../definition.ts'
import type { RoomEvent } from '../event-log.ts'
import type { Answer, Joined, Member } from '../protocol.ts'

/** An app with every kind of room and event. */
export const harbour = defineApp({
  name: 'harbour',
  title: { en: 'Harbour', ja: '港' },
  description: { en: 'For tests.', ja: 'テスト用' },
  permissions: {
    'harbour.use': { title: { en: 'Use', ja: '利用' }, roles: ['user', 'operator', 'admin'] },
    'harbour.steer': { title: { en: 'Steer', ja: '操船' }, roles: ['operator', 'admin'] },
  },
  realtime: {
    rooms: {
      quay: { permission: 'harbour.use', presence: true },
      bridge: { permission: 'harbour.steer' },
      own: { permission: 'harbour.use', join: (_services, caller, id) => caller.userId === id },
    },
    events: {
      say: defineEvent({
        permission: 'harbour.use',
        rate: { limit: 5, windowMs: 60_000 },
        input: z.object({ text: z.string().max(100) }),
        run: (_services, { text }, { principal }) => ({ heard: text, from: principal.userId }),
      }),
      steer: defineEvent({
        permission: 'harbour.steer',
        rate: { limit: 5, windowMs: 60_000 },
        input: z.object({}),
        run: () => 'steered',
      }),
      sink: defineEvent({
        permission: 'harbour.use',
        rate: { limit: 5, windowMs: 60_000 },
        input: z.object({}),
        run: () => {
          throw new Error('secret detail of the engine')
        },
      }),
    },
  },
})

export type Client = {
  socket: Socket
  events: RoomEvent[]
  members: Member[][]
  ask<T = unknown>(act: 'join' | 'leave' | 'replay' | 'send', input: unknown): Promise<Answer<T>>
  join(room: string, after?: number): Promise<Answer<Joined>>
  connected(): Promise<void>
  close(): void
}

export function client(
  url: string,
  headers: Record<string, string>,
  options: { reconnection?: boolean } = {},
): Client {
  const socket = io(`${url}/harbour`, {
    path: '/api/realtime/',
    transports: ['websocket'],
    extraHeaders: headers,
    forceNew: true,
    reconnection: options.reconnection ?? false,
    reconnectionDelay: 50,
    reconnectionDelayMax: 500,
  })
  const events: RoomEvent[] = []
  const members: Member[][] = []
  socket.on('event', (event: RoomEvent) => void events.push(event))
  socket.on('presence', (change: { members: Member[] }) => void members.push(change.members))
  const ask = <T>(act: string, input: unknown) =>
    socket.timeout(10_000).emitWithAck(act, input) as Promise<Answer<T>>
  return {
    socket,
    events,
    members,
    ask,
    join: (room, after) => ask<Joined>('join', { room, ...(after === undefined ? {} : { after }) }),
    connected: () =>
      new Promise((resolve, reject) => {
        if (socket.connected) return resolve()
        socket.once('connect', resolve)
        socket.once('connect_error', reject)
      }),
    close: () => void socket.disconnect(),
  }
}

export async function signedIn(
  server: TestServer,
  role: 'user' | 'operator' | 'admin' = 'user',
): Promise<SignedIn & { connect(): Promise<Client> }> {
  const person = await server.signIn(role)
  const url = await server.listen()
  return {
    ...person,
    async connect() {
      const made = client(url, { cookie: person.cookie, origin: person.headers['origin'] ?? '' })
      await made.connected()
      return made
    },
  }
}
