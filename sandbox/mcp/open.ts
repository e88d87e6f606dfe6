import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isLoopbackHost } from '../control/host-check.ts'
import type { RequestLog } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import type { OAuthProvider } from '../oauth/open.ts'
import { createMcpServer, FIXED_KEY, KINDS, type Kind, type Memory } from './servers.ts'

export type McpServers = {
  /** Without a trailing slash; each server is at its address in `servers`. */
  url: string
  servers: Record<Kind, string>
  state(): { mcpSessions: number; mcpCalls: number }
  /** Ends every session, as a restart does, and forgets what was said. */
  clear(): Promise<void>
  close(): Promise<void>
}

type Options = {
  host: string
  port?: number
  scenarios: ScenarioStore
  requests: RequestLog
  oauth: Pick<OAuthProvider, 'url' | 'verify'>
}

type Closable = { close(): Promise<void> }
type Parts = Options & {
  streamable: Map<string, StreamableHTTPServerTransport>
  sse: Map<string, SSEServerTransport>
  memories: Map<Kind, Memory>
  url: () => string
}

const RESOURCE_METADATA = '/.well-known/oauth-protected-resource/protected/mcp'

/** Remote MCP servers over Streamable HTTP (and one over the older HTTP with SSE). */
export async function openMcp(options: Options): Promise<McpServers> {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 4 * 1024 * 1024 })
  let url = ''
  const parts: Parts = {
    ...options,
    streamable: new Map(),
    sse: new Map(),
    memories: new Map(),
    url: () => url,
  }
  app.addHook('onRequest', async (request, reply) => {
    if (!isLoopbackHost(request.headers.host)) return reply.code(403).send({ error: 'forbidden' })
  })
  for (const kind of KINDS) {
    if (kind === 'legacy') legacyRoutes(app, parts)
    else streamableRoutes(app, parts, kind)
  }
  app.get(RESOURCE_METADATA, async () => ({
    resource: `${url}/protected/mcp`,
    authorization_servers: [options.oauth.url],
    scopes_supported: ['mcp'],
    bearer_methods_supported: ['header'],
  }))
  await app.listen({ host: options.host, port: options.port ?? 0 })
  url = `http://${options.host}:${(app.server.address() as AddressInfo).port}`
  const address = (kind: Kind) => `${url}/${kind}/${kind === 'legacy' ? 'sse' : 'mcp'}`
  return {
    url,
    servers: Object.fromEntries(KINDS.map((kind) => [kind, address(kind)])) as Record<Kind, string>,
    state: () => ({
      mcpSessions: parts.streamable.size + parts.sse.size,
      mcpCalls: [...parts.memories.values()].reduce((sum, { calls }) => sum + calls.length, 0),
    }),
    async clear() {
      await closeAll(parts)
      parts.memories.clear()
    },
    async close() {
      await closeAll(parts)
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

async function closeAll({ streamable, sse }: Parts): Promise<void> {
  const open: Closable[] = [...streamable.values(), ...sse.values()]
  streamable.clear()
  sse.clear()
  await Promise.all(open.map((transport) => transport.close()))
}

function memoryOf({ memories }: Parts, kind: Kind): Memory {
  const known = memories.get(kind)
  if (known !== undefined) return known
  const memory: Memory = { listings: 0, notes: [], calls: [] }
  memories.set(kind, memory)
  return memory
}

function streamableRoutes(app: FastifyInstance, parts: Parts, kind: Kind): void {
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: `/${kind}/mcp`,
    handler: async (request, reply) => {
      if (!(await admit(parts, kind, request, reply))) return reply
      const id = request.headers['mcp-session-id']
      const known = typeof id === 'string' ? parts.streamable.get(id) : undefined
      if (typeof id === 'string' && known === undefined) {
        return reply.code(404).send(rpcError('Session not found'))
      }
      const transport = known ?? (await openStreamable(parts, kind))
      reply.hijack()
      await transport.handleRequest(request.raw, reply.raw, request.body)
      return reply
    },
  })
}

async function openStreamable(parts: Parts, kind: Kind): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      parts.streamable.set(id, transport)
    },
    onsessionclosed: (id) => {
      parts.streamable.delete(id)
    },
  })
  await createMcpServer(kind, memoryOf(parts, kind)).connect(transport as never)
  return transport
}

/** The protocol of 2024-11-05: a stream by GET, messages by POST to an address it names. */
function legacyRoutes(app: FastifyInstance, parts: Parts): void {
  app.get('/legacy/sse', async (request, reply) => {
    if (!(await admit(parts, 'legacy', request, reply))) return reply
    reply.hijack()
    const transport = new SSEServerTransport('/legacy/messages', reply.raw)
    parts.sse.set(transport.sessionId, transport)
    reply.raw.on('close', () => parts.sse.delete(transport.sessionId))
    await createMcpServer('legacy', memoryOf(parts, 'legacy')).connect(transport)
    return reply
  })
  app.post<{ Querystring: { sessionId?: string } }>('/legacy/messages', async (request, reply) => {
    const transport = parts.sse.get(request.query.sessionId ?? '')
    if (transport === undefined) return reply.code(404).send(rpcError('Session not found'))
    reply.hijack()
    await transport.handlePostMessage(request.raw, reply.raw, request.body)
    return reply
  })
  // What a newer client tries first.
  app.post('/legacy/sse', async (_request, reply) => reply.code(405).send(rpcError('Use GET')))
}

/** Plays the scenario and asks for the token. False: the answer is given. */
async function admit(
  { scenarios, requests, oauth, url }: Parts,
  kind: Kind,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const rpc = methodOf(request.body)
  const { scenario, does } = scenarios.take('mcp', { server: kind, rpc })
  const seen = requests.add({
    service: 'mcp',
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    scenario,
    detail: { server: kind, rpc, token: request.headers.authorization !== undefined },
  })
  if (typeof does['delayMs'] === 'number') await delay(does['delayMs'])
  if (does['hang'] === true) {
    reply.hijack()
    return false
  }
  const status = refusedWith(does, kind, request, { oauth, url })
  Object.assign(seen, { status: status ?? 200, outcome: status ? 'failed' : 'completed' })
  if (status === undefined && does['garbage'] !== true) return true
  if (status === 401 && kind === 'protected') {
    const metadata = `${url()}${RESOURCE_METADATA}`
    reply.header('www-authenticate', `Bearer resource_metadata="${metadata}", scope="mcp"`)
  }
  if (typeof does['redirect'] === 'string') reply.header('location', does['redirect'])
  const body = does['garbage'] === true ? '{"jsonrpc": "2.' : rpcError('Refused')
  await reply
    .code(status ?? 200)
    .type('application/json')
    .send(body)
  return false
}

function refusedWith(
  does: Record<string, unknown>,
  kind: Kind,
  request: FastifyRequest,
  { oauth, url }: { oauth: Options['oauth']; url: () => string },
): number | undefined {
  if (typeof does['redirect'] === 'string') return 307
  if (typeof does['status'] === 'number') return does['status']
  if (kind === 'keyed') {
    const { 'x-api-key': key, authorization } = request.headers
    return key === FIXED_KEY || authorization === `Bearer ${FIXED_KEY}` ? undefined : 401
  }
  if (kind !== 'protected') return undefined
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? ''
  // RFC 8707: a token made for another server is not good here.
  return oauth.verify(token)?.resource === `${url()}/protected/mcp` ? undefined : 401
}

function methodOf(body: unknown): string {
  const named = typeof body === 'object' && body !== null && 'method' in body ? body.method : ''
  return typeof named === 'string' ? named : ''
}

function rpcError(message: string) {
  return { jsonrpc: '2.0', error: { code: -32000, message }, id: null }
}
