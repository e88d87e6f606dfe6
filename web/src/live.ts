import type { Socket } from 'socket.io-client'

export { joinRoom, type Member, type RoomEvent, type RoomHandlers } from './live-room.ts'

const opened = new Map<string, Promise<Socket>>()

/**
 * The live connection to an app's server: one for all that ask, opened at the first, coming back by itself with jitter.
 *
 * @example
 * const socket = await liveConnection('gestaloka')
 * joinRoom(socket, 'world:42', { onEvent: apply })
 */
export function liveConnection(app: string): Promise<Socket> {
  const known = opened.get(app)
  if (known !== undefined) return known
  const socket = open(app)
  opened.set(app, socket)
  socket.catch(() => opened.delete(app))
  return socket
}

async function open(app: string): Promise<Socket> {
  const { io } = await import('socket.io-client')
  return io(`/${app}`, {
    path: '/api/realtime/',
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 10_000,
    randomizationFactor: 0.5,
  })
}
