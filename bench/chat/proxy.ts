import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

// What forwarding alone costs: no accounts, limits, budget, log or storage.
// A second target takes the long questions.
const [short = '', long = short] = process.argv.slice(2)
const LONG_BYTES = 200_000
const agent = new Agent({ keepAlive: true, maxSockets: 1000 })
const server = createServer((incoming, outgoing) => {
  const { method, headers } = incoming
  const target = new URL(Number(headers['content-length'] ?? 0) > LONG_BYTES ? long : short)
  const forwarded = request(
    {
      agent,
      host: target.hostname,
      port: target.port,
      path: incoming.url,
      method,
      headers: { ...headers, host: target.host },
    },
    (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
    },
  )
  forwarded.on('error', () => outgoing.destroy())
  incoming.pipe(forwarded)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.send?.({ url: `http://127.0.0.1:${port}` })
})
