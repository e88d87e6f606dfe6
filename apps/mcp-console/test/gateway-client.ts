import { type AppDefinition, defineApp } from '@minato/platform/app'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { mcpConsoleConfig } from '../server/config.ts'
import { gatewayEndpoint, gatewayRoutes } from '../server/gateway/index.ts'
import { inspectorRoutes } from '../server/inspector/index.ts'
import { profileRoutes } from '../server/profiles/index.ts'
import type { Profile } from '../server/profiles/profile.ts'

const everybody = { title: { en: '-', ja: '-' }, roles: ['user', 'operator', 'admin'] as const }
const operators = { title: { en: '-', ja: '-' }, roles: ['operator', 'admin'] as const }

const app = defineApp({
  name: 'mcp-console',
  title: { en: 'MCP console', ja: 'MCP コンソール' },
  description: { en: 'The gateway alone.', ja: 'ゲートウェイのみ。' },
  config: mcpConsoleConfig,
  permissions: {
    'mcp-console.view': everybody,
    'mcp-console.use': everybody,
    'mcp-console.operate': operators,
  },
  routes(server, services) {
    profileRoutes(server, services)
    gatewayRoutes(server, services)
    inspectorRoutes(server, services)
  },
  rootRoutes: gatewayEndpoint,
})

type TestGateway = TestServer & {
  url: string
  operator: Awaited<ReturnType<TestServer['signIn']>>
  /** An operator's request to the console. */
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
  ): Promise<{ status: number; body: never }>
  profile(values: object): Promise<Profile>
  /** A new person's API key. */
  key(role?: 'user' | 'operator'): Promise<string>
  connect(options: {
    key: string
    path?: string
    capabilities?: object
    onList?: () => void
  }): Promise<Connected>
}

type Connected = {
  client: Client
  transport: StreamableHTTPClientTransport
  close(): Promise<void>
}

/** The whole server with the console, the named MCP servers as `config:<name>`, and clients for it. */
export async function startGateway(
  servers: Record<string, string>,
  env: Record<string, string> = {},
  clock?: () => number,
): Promise<TestGateway> {
  const list = Object.entries(servers).map(([name, url]) => `${name}=${url}`)
  const server = await testServer({
    apps: [app as unknown as AppDefinition],
    env: { MCP_CONSOLE_SERVERS: list.join(','), RATE_READ: '100000/1m', ...env },
    ...(clock === undefined ? {} : { clock }),
  })
  const url = await server.listen()
  const operator = await server.signIn('operator')
  const ask: TestGateway['ask'] = async (method, path, payload) => {
    const { statusCode, body } = await server.inject({
      method,
      url: `/api/mcp-console${path}`,
      headers: operator.headers,
      ...(payload === undefined ? {} : { payload }),
    })
    return { status: statusCode, body: (body === '' ? undefined : JSON.parse(body)) as never }
  }
  const open: Connected[] = []
  return {
    ...server,
    url,
    operator,
    ask,
    async profile(values) {
      const { status, body } = await ask('POST', '/profiles', values)
      if (status !== 201) throw new Error(`No profile: ${status} ${JSON.stringify(body)}`)
      return body
    },
    key: async (role = 'user') => await server.apiKey((await server.signIn(role)).user),
    async connect(options) {
      const connected = await connectClient(url, options)
      open.push(connected)
      return connected
    },
    async [Symbol.asyncDispose]() {
      // A failed test leaves its client open; the server would wait for it.
      await Promise.allSettled(open.map(({ close }) => close()))
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The official SDK's client with an API key. */
export async function connectClient(
  url: string,
  { key, path = '/mcp', capabilities = {} }: { key: string; path?: string; capabilities?: object },
): Promise<Connected> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities })
  const transport = new StreamableHTTPClientTransport(new URL(url + path), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  return { client, transport, close: () => client.close() }
}
