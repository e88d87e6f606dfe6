import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { commonErrors, defineErrors, type ErrorReporter } from '../../errors/index.ts'
import { createLogger } from '../../log/index.ts'
import { createMetrics } from '../../observe/index.ts'
import { effectiveRates } from '../rate-classes.ts'
import { createServer, type ServerDeps } from '../server.ts'
import type { Principal } from '../types.ts'

export type RouteServer = FastifyInstance<
  import('fastify').RawServerDefault,
  import('http').IncomingMessage,
  import('http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  ZodTypeProvider
>

const errors = defineErrors({
  TEST_UNKNOWN: { status: 401, title: { en: 'Who?', ja: '不明' }, detail: { en: '-', ja: '-' } },
  TEST_STEP_UP: { status: 403, title: { en: 'Proof', ja: '確認' }, detail: { en: '-', ja: '-' } },
  TEST_SESSION: { status: 403, title: { en: 'Session', ja: '画面' }, detail: { en: '-', ja: '-' } },
})

export const CSRF_KEY = Buffer.alloc(32, 9)
export const OWN_ORIGIN = 'https://minato.example'

/** Who calls, as a credential of this test says: a session cookie or a bearer key with the name. */
function authenticate(headers: IncomingHttpHeaders): Principal | null {
  const session = /minato_session=([\w-]+)/.exec(headers.cookie ?? '')?.[1]
  const key = /^Bearer ([\w-]+)/.exec(headers.authorization ?? '')?.[1]
  const name = key ?? session
  if (name === undefined) return null
  if (name === 'wrong') throw errors.TEST_UNKNOWN()
  return {
    userId: `id-${name}`,
    email: `${name}@test.example`,
    name,
    roles: ['user'],
    permissions: new Set(['notes.use']),
    locale: name.endsWith('-ja') ? 'ja' : 'en',
    timeZone: 'Asia/Tokyo',
    ...(key === undefined
      ? { via: 'session', sessionId: name }
      : { via: 'key', keyId: `key-${key}` }),
  }
}

export type HttpServer = AsyncDisposable & {
  url: string
  server: FastifyInstance
  captured: unknown[]
}

/** The real server, listening on loopback, with every protection on and routes of the test's own. */
export async function httpServer(
  options: Partial<ServerDeps> & { routes?: (server: RouteServer) => void | Promise<void> } = {},
): Promise<HttpServer> {
  const { routes, ...overrides } = options
  const captured: unknown[] = []
  const reporter: ErrorReporter = {
    capture: (error) => void captured.push(error),
    flush: async () => undefined,
  }
  const server = await createServer({
    profile: 'production',
    https: true,
    log: createLogger({ level: 'fatal' }),
    metrics: createMetrics(),
    errors: reporter,
    redis: undefined,
    rates: effectiveRates('test', {}),
    trustProxy: [],
    ipAllow: [],
    ipDeny: [],
    requestTimeoutMs: 10_000,
    compress: true,
    csrfKey: CSRF_KEY,
    ownOrigins: () => [OWN_ORIGIN],
    allowedOrigins: [],
    authenticate,
    unauthenticated: () => errors.TEST_UNKNOWN({}, { headers: { 'www-authenticate': 'Bearer' } }),
    stepUpRequired: () => errors.TEST_STEP_UP(),
    sessionRequired: () => errors.TEST_SESSION(),
    pressure: {
      overloaded: () => false,
      delayMs: () => 0,
      reset: () => undefined,
      close: () => undefined,
    },
    closing: () => false,
    clock: Date.now,
    ...overrides,
  })
  server.setNotFoundHandler(async () => {
    throw commonErrors.NOT_FOUND()
  })
  await routes?.(server as RouteServer)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('Not listening.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    server,
    captured,
    async [Symbol.asyncDispose]() {
      server.server.closeAllConnections()
      await server.close()
    },
  }
}

/** A route that anybody may read, and one that anybody may write. */
export function openRoutes(server: RouteServer): void {
  const config = { permission: 'public', rate: 'read' } as const
  server.get('/open', { config }, async (request) => ({ ip: request.ip }))
  server.post('/open', { config, bodyLimit: 1024 }, async () => ({ done: true }))
}

/** For those who signed in. */
export function notesRoutes(server: RouteServer): void {
  const config = { permission: 'notes.use', rate: 'read' } as const
  const changing = { permission: 'notes.use', rate: 'action' } as const
  server.get('/notes', { config }, async () => ({ items: [] }))
  server.post('/notes', { config: changing, bodyLimit: 1024 }, async () => ({ done: true }))
}

/** The `code` of a problem. */
export async function codeOf(answer: Response): Promise<string> {
  const { code } = (await answer.json()) as { code: string }
  return code
}
