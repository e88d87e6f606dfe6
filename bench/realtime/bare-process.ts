import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { obey } from './server.ts'
import { PATH, ROOM } from './told.ts'

/** Socket.IO as its documentation shows it: a namespace, a room, nothing else. */
const http = createServer()
const io = new Server(http, { path: PATH, transports: ['websocket'], serveClient: false })
const namespace = io.of('/trial')
namespace.on('connection', (socket) => {
  socket.on('join', async ({ room }: { room: string }, ack: (answer: object) => void) => {
    await socket.join(room)
    ack({ ok: true })
  })
})
obey({
  emit(data) {
    const at = new Date().toISOString()
    namespace.to(ROOM).emit('event', { room: ROOM, seq: null, event: 'fog', data, at })
  },
})
http.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` })
})
