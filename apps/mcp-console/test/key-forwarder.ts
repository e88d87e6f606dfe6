import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Adds an API key to every request: the conformance suite sends no headers of ours. Test only. */
export async function startKeyForwarder(target: string, key: string) {
  const to = new URL(target)
  const server = createServer((request, response) => {
    const { method, headers } = request
    const forwarded = httpRequest(
      {
        hostname: to.hostname,
        port: to.port,
        path: to.pathname,
        method,
        headers: { ...headers, authorization: `Bearer ${key}` },
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    forwarded.on('error', () => response.destroy())
    response.on('close', () => forwarded.destroy())
    request.pipe(forwarded)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, close }
}
