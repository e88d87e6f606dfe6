import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { createConformanceServer } from './server.ts'

type Open = { server: McpServer; transport: StreamableHTTPServerTransport }

export type FixtureServer = {
  url: string
  /** Servers of the open sessions: a test changes their tools. */
  sessions(): McpServer[]
  /** Requests served since the start. */
  requests(): number
  /** Forgets every session, as a restart does; the address stays. */
  forgetSessions(): Promise<void>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A real MCP server over Streamable HTTP on loopback, made with the SDK: by default with everything
 * the conformance suite names.
 */
export async function startFixtureServer(
  make: () => McpServer = createConformanceServer,
  listenPort = 0,
): Promise<FixtureServer> {
  const open = new Map<string, Open>()
  let requests = 0
  const http = createServer((request, response) => {
    requests += 1
    handle(request, response).catch(() => response.destroy())
  })
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { port } = http.address() as AddressInfo
    if (!isLoopback(request.headers, port)) {
      response.writeHead(403).end()
      return
    }
    const id = request.headers['mcp-session-id']
    const known = typeof id === 'string' ? open.get(id) : undefined
    if (known === undefined && id !== undefined) {
      response.writeHead(404).end('Session not found')
      return
    }
    const { transport } = known ?? (await begin())
    await transport.handleRequest(request, response)
  }
  async function begin(): Promise<Open> {
    const server = make()
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (session) => void open.set(session, { server, transport }),
      onsessionclosed: (session) => void open.delete(session),
    })
    // The SDK's own types differ under exactOptionalPropertyTypes.
    await server.connect(transport as Parameters<McpServer['connect']>[0])
    return { server, transport }
  }
  const forgetSessions = async (): Promise<void> => {
    const all = [...open.values()]
    open.clear()
    await Promise.all(all.map(({ server }) => server.close()))
  }
  await new Promise<void>((resolve) => http.listen(listenPort, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    await forgetSessions()
    await closeHttp(http)
  }
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    sessions: () => [...open.values()].map(({ server }) => server),
    requests: () => requests,
    forgetSessions,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function isLoopback(headers: IncomingMessage['headers'], port: number): boolean {
  const hosts = ['localhost', '127.0.0.1', '[::1]'].map((name) => `${name}:${port}`)
  if (!hosts.includes(headers.host ?? '')) return false
  return headers.origin === undefined || hosts.includes(headers.origin.replace(/^https?:\/\//, ''))
}

function closeHttp(http: Server): Promise<void> {
  http.closeAllConnections()
  return new Promise((resolve) => http.close(() => resolve()))
}
