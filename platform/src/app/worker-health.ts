import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A worker that has not reached the database for this long cannot keep its jobs. */
const SILENT_MS = 15_000

/**
 * GET /health/live on a port of its own: a worker has no other listener, and supervisors ask it the
 * same way as a web process. 503 when its heartbeat does not get through.
 */
export async function listenForHealth(options: {
  host: string
  silentMs(): number
  running(): number
}): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const known = request.url?.split('?')[0] === '/health/live'
    if (!known || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(known ? 405 : 404, known ? { allow: 'GET, HEAD' } : {}).end()
      return
    }
    const silentMs = Math.round(options.silentMs())
    const up = silentMs < SILENT_MS
    const body = {
      status: up ? 'up' : 'down',
      heartbeatAgeMs: silentMs,
      running: options.running(),
    }
    response.writeHead(up ? 200 : 503, {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    })
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body))
  })
  server.requestTimeout = 5000
  server.listen({ host: options.host, port: 0 })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  return {
    url: urlOf(server.address() as AddressInfo),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Where this machine reaches a listener: one on every address is reached on loopback. */
export function urlOf({ address, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
