import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Metrics } from '../observe/index.ts'

const HOST = '127.0.0.1'

/**
 * `/metrics` on a port of its own, on loopback: for a collector beside the process, which needs no
 * token there. Port 0 takes a free one.
 */
export async function listenForMetrics(
  metrics: Metrics,
  port: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.expose().then(
      (text) => {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
        response.end(text)
      },
      () => response.writeHead(500).end(),
    )
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen(port, HOST, resolve)
  await promise
  const { port: chosen } = server.address() as AddressInfo
  return {
    url: `http://${HOST}:${chosen}/metrics`,
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((closed) => server.close(() => closed()))
    },
  }
}
