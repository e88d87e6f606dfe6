import { randomBytes } from 'node:crypto'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Redis } from 'ioredis'
import { z } from 'zod'
import type { Profile } from '../../config/index.ts'
import type { Database } from '../../data/index.ts'
import { testDatabase } from '../../data/testing.ts'
import { createErrorReporter } from '../../errors/index.ts'
import { createServer, effectiveRates } from '../../http/index.ts'
import { createKeyRing } from '../../keys/index.ts'
import { createLogger } from '../../log/index.ts'
import { createMetrics } from '../../observe/index.ts'
import type { AuthConfig } from '../config.ts'
import type { MailSender } from '../context.ts'
import { createAuth } from '../create-auth.ts'
import { PASSWORD_COST } from '../password-hash.ts'
import type { RouteServer } from '../routes/index.ts'
import type { Role } from '../tables.ts'

export const PASSWORD = 'tortoise-lantern-42'
const MINUTE = 60_000

type Mail = Parameters<MailSender['send']>[0]
type Options = {
  profile?: Profile
  publicUrl?: string
  config?: Partial<AuthConfig>
  /** The real cost of hashing instead of a cheap one. */
  slowHash?: boolean
  redis?: () => Redis
}

/** JSON whose shape the test asserts. */
export type Body = Record<string, unknown>

export type Answer = {
  status: number
  body: Body
  headers: LightMyRequestResponse['headers']
  cookies: Record<string, string>
}

/** Wrong turns of a clock: tests move it, nothing sleeps. */
export type TestClock = { (): number; advance(ms: number): void }

function testClock(): TestClock {
  let now = Date.UTC(2026, 10, 22, 3, 0, 0)
  return Object.assign(() => now, {
    advance(ms: number) {
      now += ms
    },
  })
}

const CONFIG: AuthConfig = {
  sessionIdleMs: 30 * MINUTE,
  sessionAbsoluteMs: 12 * 60 * MINUTE,
  sessionLimits: [],
  twoFactorRoles: [],
  accessTokenMs: 15 * MINUTE,
  apiKeyMs: 90 * 24 * 60 * MINUTE,
  signingKeyMs: 90 * 24 * 60 * MINUTE,
  accountAttempts: 5,
  addressAttempts: 50,
}

/**
 * A migrated database and any number of "processes" on it: each has its own accounts concern, caches and
 * web server with the real guard, as a process in production would.
 */
export async function harness(options: Options = {}) {
  const t = await testDatabase({ apps: [] })
  const clock = testClock()
  const mails: Mail[] = []
  const processes: Process[] = []
  const start = async (): Promise<Process> => {
    const made = await startProcess(t.db, clock, mails, options)
    processes.push(made)
    return made
  }
  const first = await start()
  return {
    ...first,
    db: t.db,
    kind: t.kind,
    clock,
    mails,
    start,
    async [Symbol.asyncDispose]() {
      for (const made of processes) await made.close()
      await t[Symbol.asyncDispose]()
    },
  }
}

export type Process = Awaited<ReturnType<typeof startProcess>>

async function startProcess(db: Database, clock: TestClock, mails: Mail[], options: Options) {
  const { profile = 'test', publicUrl = 'http://127.0.0.1:3000' } = options
  const log = createLogger({ level: 'fatal' })
  const closing: (() => Promise<void> | void)[] = []
  const keys = createKeyRing([{ id: 'test', key: Buffer.alloc(32, 7) }], 'x'.repeat(40))
  const redis = options.redis?.()
  const mail: MailSender = {
    async send(message) {
      mails.push(message)
    },
  }
  const { auth, audit } = createAuth({
    ...{ profile, publicUrl, db, keys, redis, mail, log, clock, random: randomBytes },
    passwordCost: options.slowHash ? PASSWORD_COST : { ln: 10, r: 8, p: 1 },
    config: { auth: { ...CONFIG, ...options.config } },
    onClose: (_name, close) => void closing.push(close),
  })
  auth.definePermissions('notes', {
    'notes.use': { title: { en: 'Use', ja: '利用' }, roles: ['user', 'operator', 'admin'] },
    'notes.purge': { title: { en: 'Purge', ja: '消去' }, roles: ['admin'] },
  })
  const server = await createServer({
    ...{ profile, log, redis, clock, metrics: createMetrics() },
    https: publicUrl.startsWith('https'),
    errors: createErrorReporter({ db, log, clock, release: 'test' }),
    rates: { ...effectiveRates('test', {}), 'sign-in': { limit: 10_000, windowMs: MINUTE } },
    trustProxy: [],
    ipAllow: [],
    ipDeny: [],
    requestTimeoutMs: 10_000,
    compress: false,
    csrfKey: keys.derive('csrf'),
    ownOrigins: () => [publicUrl],
    allowedOrigins: [],
    authenticate: auth.authenticate,
    unauthenticated: auth.unauthenticated,
    stepUpRequired: auth.stepUpRequired,
    sessionRequired: auth.sessionRequired,
    pressure: { overloaded: () => false, close: () => undefined } as never,
    closing: () => false,
  })
  await server.register(async (scope) => auth.routes(scope as RouteServer), {
    prefix: '/api/auth',
  })
  auth.rootRoutes(server as RouteServer)
  exampleRoutes(server as RouteServer)
  await server.ready()
  return {
    auth,
    audit,
    server,
    keys,
    ...callers(server, auth, publicUrl),
    async close() {
      await server.close()
      for (const close of closing.reverse()) await close()
      redis?.disconnect()
    },
  }
}

/** What an app would have. */
function exampleRoutes(server: RouteServer): void {
  const schema = { response: { 200: z.object({ done: z.boolean() }) } }
  const done = async () => ({ done: true })
  const rules = { rate: 'read' } as const
  server.get('/api/notes', { config: { ...rules, permission: 'notes.use' }, schema }, done)
  server.get('/api/notes/purge', { config: { ...rules, permission: 'notes.purge' }, schema }, done)
  const dangerous = { ...rules, permission: 'notes.use', stepUp: true } as const
  server.get('/api/notes/dangerous', { config: dangerous, schema }, done)
}

type Call = {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  body?: object
  cookies?: Record<string, string>
  headers?: Record<string, string>
  ip?: string
}

function callers(
  server: FastifyInstance,
  auth: ReturnType<typeof createAuth>['auth'],
  origin: string,
) {
  const call = async (path: string, options: Call = {}): Promise<Answer> => {
    const { method = options.body === undefined ? 'GET' : 'POST', body, cookies = {} } = options
    const cookie = Object.entries(cookies)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ')
    const response = await server.inject({
      method,
      url: path,
      remoteAddress: options.ip ?? '127.0.0.1',
      headers: { origin, ...(cookie === '' ? {} : { cookie }), ...options.headers },
      ...(body === undefined ? {} : { payload: body }),
    })
    return {
      status: response.statusCode,
      body: response.body === '' ? {} : JSON.parse(response.body),
      headers: response.headers,
      cookies: Object.fromEntries(response.cookies.map(({ name, value }) => [name, value])),
    }
  }
  const createPerson = (email: string, role: Role = 'user') =>
    auth.users.create({ email, name: 'Momo', password: PASSWORD, roles: [role], verified: true })
  const signIn = (email: string, password = PASSWORD, options: Call = {}) =>
    call('/api/auth/sign-in', { ...options, body: { email, password } })
  return {
    call,
    createPerson,
    signIn,
    /** A new person with a session: their cookies and id. */
    async signedIn(email: string, role: Role = 'user') {
      const user = await createPerson(email, role)
      const { cookies } = await signIn(email)
      return { user, cookies }
    },
  }
}
