import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import type { ConsoleServices } from '../../config.ts'
import type { Greeting } from '../connect.ts'
import type { RemoteView } from '../view.ts'

type Asked = { who?: SignedIn; body?: object; headers?: Record<string, string> }
/** What the routes answer, together: each test looks at the members its route has. */
type Body = RemoteView &
  Omit<Greeting, 'server'> & {
    items: Body[]
    nextCursor: string | null
    authorizationUrl: string
    expiresAt: string
    pattern: string
    fixed: boolean
    errors: { code: string }[]
    code: string
    detail: string
  }
type Answer = { status: number; headers: Record<string, unknown>; body: Body }

export type House = {
  server: TestServer
  services: ConsoleServices
  sandbox: Sandbox
  operator: SignedIn
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, asked?: Asked): Promise<Answer>
  /** Switches what a stand-in does. */
  play(service: 'oauth' | 'mcp', scenario: string, more?: object): Promise<void>
  /** What the stand-ins saw, oldest first. */
  seen(service: 'oauth' | 'mcp'): Promise<{ path: string; method: string; at: string }[]>
  /** Registers a stand-in; gives its id. */
  add(kind: keyof Sandbox['mcpServers'], who?: SignedIn): Promise<string>
  /** Walks through the provider's page as a browser does; gives the callback's query. */
  agree(authorizationUrl: string): Promise<string>
  /** Start, agree, come back. */
  authorize(serverId: string): Promise<Answer>
  reset(): Promise<void>
  passMs(ms: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/** A server whose users may reach the sandbox's remote servers, and a clock that can be moved. */
export async function openHouse(env: Record<string, string> = {}): Promise<House> {
  await using opening = new AsyncDisposableStack()
  const sandbox = opening.use(await startSandbox())
  let aheadMs = 0
  const server = await testServer({
    clock: () => Date.now() + aheadMs,
    env: {
      OUTBOUND_SANDBOX_ORIGINS: sandbox.userOrigins.join(','),
      MCP_CONSOLE_REMOTE_HOSTS: sandbox.userOrigins.map((origin) => new URL(origin).host).join(','),
      MCP_CONSOLE_DOCKER_CATALOG_URL: sandbox.registries.dockerCatalogUrl,
      MCP_CONSOLE_OFFICIAL_REGISTRY_URL: sandbox.registries.officialRegistryUrl,
      // Tokens live for an hour: tests pass one without signing in anew.
      AUTH_SESSION_IDLE: '6h',
      ...env,
    },
  })
  opening.use(server)
  const operator = await server.signIn('operator')
  const opened = opening.move()
  const call: House['call'] = async (method, path, { who = operator, body, headers = {} } = {}) => {
    const answer = await server.inject({
      method,
      url: `/api/mcp-console${path}`,
      headers: { ...who.headers, ...headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    const json = answer.headers['content-type']?.toString().includes('json')
    return {
      status: answer.statusCode,
      headers: answer.headers,
      // A redirect has a text or nothing, which no test looks into.
      body: (json ? answer.json() : answer.body) as Body,
    }
  }
  const control = controlOf(sandbox)
  const agree = async (authorizationUrl: string) => {
    const answer = await fetch(authorizationUrl, { redirect: 'manual' })
    return new URL(answer.headers.get('location') ?? '').search
  }
  return {
    server,
    services: {
      ...server.services,
      appConfig: server.services.appConfigs['mcp-console'],
    } as ConsoleServices,
    sandbox,
    operator,
    call,
    agree,
    ...control,
    async add(kind, who) {
      const body = { url: sandbox.mcpServers[kind], name: `${kind} ${Math.random()}` }
      const added = await call('POST', '/remote-servers', { body, ...(who ? { who } : {}) })
      return added.body.id
    },
    async authorize(serverId) {
      await control.play('oauth', 'auto-approve')
      const started = await call('POST', '/oauth/start', { body: { serverId } })
      const query = await agree(started.body.authorizationUrl)
      return await call('GET', `/oauth/callback${query}`)
    },
    async reset() {
      aheadMs = 0
      await control.clear()
    },
    passMs(ms) {
      aheadMs += ms
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

function controlOf(sandbox: Sandbox) {
  const send = async (method: string, path: string, body?: object) =>
    await fetch(`${sandbox.url}/sandbox${path}`, {
      method,
      headers: {
        'x-sandbox-token': sandbox.controlToken,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    play: async (service: string, scenario: string, more: object = {}) => {
      const answer = await send('PUT', `/scenarios/${service}`, { scenario, ...more })
      if (!answer.ok) throw new Error(await answer.text())
    },
    seen: async (service: string) => {
      const answer = await send('GET', `/requests?service=${service}`)
      const { requests } = (await answer.json()) as {
        requests: { path: string; method: string; at: string }[]
      }
      return requests
    },
    clear: async () => {
      await send('POST', '/reset')
    },
  }
}
