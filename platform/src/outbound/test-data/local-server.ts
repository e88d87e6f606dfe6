import { createServer, type RequestListener, type Server } from 'node:http'
import {
  type AddressInfo,
  createServer as createTcp,
  type Socket,
  type Server as TcpServer,
} from 'node:net'

export type LocalServer = { port: number; origin: string; [Symbol.asyncDispose](): Promise<void> }

/** An HTTP server on a free port of a loopback address, closed with the test. */
export async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<LocalServer> {
  const server = createServer(listener)
  return listen(server, host)
}

/** The same for a protocol of the test's own. */
export async function serveRaw(
  listener: (socket: Socket) => void,
  host = '127.0.0.1',
): Promise<LocalServer> {
  return listen(createTcp(listener), host)
}

/** A listener that must never be reached; it counts connections, whatever protocol they speak. */
export async function canary(host: string, port = 0): Promise<LocalServer & { touched(): number }> {
  let touched = 0
  const server = createTcp((socket) => {
    touched += 1
    socket.destroy()
  })
  return { ...(await listen(server, host, port)), touched: () => touched }
}

async function listen(server: Server | TcpServer, host: string, port = 0): Promise<LocalServer> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}) // the other side hangs up at will
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    port: bound,
    origin: `http://${host}:${bound}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
