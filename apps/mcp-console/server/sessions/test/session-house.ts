import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { DOCKER_SOCKET } from '../../../../../test/docker.ts'
import type { ConsoleServices } from '../../config.ts'

type Asked = { who?: SignedIn; body?: object }
/** What the routes answer, together: each test looks at the members its route has. */
type Body = {
  id: string
  items: Body[]
  nextCursor: string | null
  state: string
  reason: string | null
  mtls: boolean
  config: { idleMinutes: number; timeoutSeconds: number; maxOutputBytes: number }
  jobId: string
  job: string
  exitCode: number
  output: string
  errorOutput: string
  structured: unknown
  truncated: boolean
  timedOut: boolean
  code: string
  detail: string
}
type Answer = { status: number; body: Body }

export type SessionHouse = {
  server: TestServer
  services: ConsoleServices
  operator: SignedIn
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, asked?: Asked): Promise<Answer>
  /** A session; ended with the house. */
  open(body: object): Promise<Answer>
  exec(sessionId: string, body: object): Promise<Answer>
  passMs(ms: number): void
  [Symbol.asyncDispose](): Promise<void>
}

/** A server at a real Docker engine, with a clock that can be moved. */
export async function openSessionHouse(env: Record<string, string> = {}): Promise<SessionHouse> {
  let aheadMs = 0
  const server = await testServer({
    clock: () => Date.now() + aheadMs,
    env: {
      MCP_CONSOLE_DOCKER_SOCKET: DOCKER_SOCKET,
      MCP_CONSOLE_MAX_SESSIONS: '50',
      // Sessions of containers end in these tests, not those of people.
      AUTH_SESSION_IDLE: '6h',
      ...env,
    },
  })
  const operator = await server.signIn('operator')
  const opened: string[] = []
  const call: SessionHouse['call'] = async (method, path, { who = operator, body } = {}) => {
    const answer = await server.inject({
      method,
      url: `/api/mcp-console${path}`,
      headers: who.headers,
      ...(body === undefined ? {} : { payload: body }),
    })
    return {
      status: answer.statusCode,
      body: answer.body === '' ? ({} as Body) : answer.json<Body>(),
    }
  }
  return {
    server,
    services: {
      ...server.services,
      appConfig: server.services.appConfigs['mcp-console'],
    } as ConsoleServices,
    operator,
    call,
    async open(body) {
      const answer = await call('POST', '/sessions', { body })
      if (answer.status === 201) opened.push(answer.body.id)
      return answer
    },
    exec: (sessionId, body) => call('POST', `/sessions/${sessionId}/exec`, { body }),
    passMs(ms) {
      aheadMs += ms
    },
    async [Symbol.asyncDispose]() {
      for (const id of opened) await call('DELETE', `/sessions/${id}`)
      await server[Symbol.asyncDispose]()
    },
  }
}
