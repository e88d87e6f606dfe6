import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import type { Environment } from '../config/index.ts'
import { testDatabase } from '../data/testing.ts'
import { watchPressure } from '../http/index.ts'
import { createLogger } from '../log/index.ts'
import { type Booted, bootServices } from './boot.ts'
import type { AppDefinition } from './define-app.ts'
import { closeUnused } from './drain.ts'
import { observeServices } from './observe-services.ts'
import type { Role, Services } from './services.ts'
import { type Running, startMinato } from './start.ts'
import { discoverApps } from './system.ts'
import { appServices, createWeb, prepareJobs } from './web.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PASSWORD = 'kaze-to-minato-no-uta-7'
const TEST_ORIGIN = 'http://127.0.0.1:3999'

type TestOptions = {
  /** Default: every app of the checkout. */
  apps?: AppDefinition[]
  /** On top of an environment with sandbox-free defaults. */
  env?: Environment
  clock?: () => number
  log?: Services['log']
  /** False: nobody runs jobs. */
  worker?: boolean
}

export type SignedIn = {
  user: { id: string; email: string }
  cookie: string
  /** Cookie and the marks of a same-origin browser request. */
  headers: Record<string, string>
}

export type TestServer = {
  services: Services
  server: FastifyInstance
  inject(options: InjectOptions): Promise<LightMyRequestResponse>
  /** Address of a real socket; listens at the first call. */
  listen(): Promise<string>
  /** A new user of that role with a browser session. */
  signIn(role?: 'user' | 'operator' | 'admin'): Promise<SignedIn>
  /** A new API key of that user. */
  apiKey(user: { id: string }, scopes?: string[]): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** Whole services on a fresh database and data folder; nothing listens. */
export async function testServices(
  options: TestOptions = {},
): Promise<Booted & AsyncDisposable & { apps: AppDefinition[] }> {
  const apps = options.apps ?? (await discoverApps(ROOT))
  const database = await testDatabase({ apps: apps.map((app) => app.name) })
  const dataDir = await mkdtemp(join(tmpdir(), 'minato-test-'))
  const booted = await bootServices({
    system: { root: ROOT, version: '0.0.0-test' },
    apps,
    role: 'all',
    env: {
      MINATO_ENV: 'test',
      MINATO_DATA_DIR: dataDir,
      PUBLIC_URL: TEST_ORIGIN,
      // Required by the services' own connections; the database handle is given below.
      ...(database.url === undefined ? {} : { DATABASE_URL: database.url }),
      ...(process.env['MINATO_TEST_REDIS_URL'] === undefined
        ? {}
        : { REDIS_URL: process.env['MINATO_TEST_REDIS_URL'] }),
      ...options.env,
    },
    overrides: {
      db: database.db,
      listen: database.listen,
      log: options.log ?? createLogger({ level: 'fatal' }),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    },
  })
  for (const app of apps) booted.services.auth.definePermissions(app.name, app.permissions)
  await booted.services.auth.ready()
  await prepareJobs(apps, booted.services)
  return {
    ...booted,
    apps,
    async [Symbol.asyncDispose]() {
      await booted.close()
      await database[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * The real web server on a fresh database, with every protection on.
 *
 * @example
 * await using server = await testServer({ apps: [app] })
 * const { headers } = await server.signIn('user')
 * const answer = await server.inject({ url: '/api/notes/notes', headers })
 */
export async function testServer(options: TestOptions = {}): Promise<TestServer> {
  const booted = await testServices(options)
  const { services, apps } = booted
  const pressure = watchPressure({ maxDelayMs: 60_000, onMemoryLimit: () => undefined })
  observeServices(services, apps, pressure)
  const server = await createWeb({
    services,
    apps,
    root: ROOT,
    pressure,
    state: { draining: false, closing: false },
  })
  const workers = await Promise.all(
    apps.map(async (app) => await app.worker?.(appServices(services, app))),
  )
  const jobWorker = options.worker === false ? undefined : await services.jobs.startWorker()
  return {
    services,
    server,
    inject: (request) => server.inject(request),
    async listen() {
      if (server.server.listening) return addressOf(server)
      await server.listen({ host: '127.0.0.1', port: 0 })
      return addressOf(server)
    },
    signIn: (role = 'user') => signIn(services, server, role),
    async apiKey(user, scopes) {
      const created = await services.auth.keys.create({
        userId: user.id,
        name: 'test',
        ...(scopes === undefined ? {} : { scopes }),
      })
      return created.key
    },
    async [Symbol.asyncDispose]() {
      await jobWorker?.stop()
      for (const stop of workers) await stop?.()
      await services.realtime.drain(0)
      const closed = server.close()
      // What a client opened ahead and never used would be waited for, a minute long.
      closeUnused(server)
      await closed
      pressure.close()
      await booted[Symbol.asyncDispose]()
    },
  }
}

function addressOf(server: FastifyInstance): string {
  const address = server.server.address()
  if (address === null || typeof address === 'string')
    throw new Error('The server is not listening.')
  return `http://127.0.0.1:${address.port}`
}

async function signIn(
  services: Services,
  server: FastifyInstance,
  role: 'user' | 'operator' | 'admin',
): Promise<SignedIn> {
  const email = `${role}-${randomUUID()}@test.example`
  const user = await services.auth.users.create({
    email,
    name: 'Test Person',
    password: PASSWORD,
    roles: [role],
    verified: true,
  })
  const answer = await server.inject({
    method: 'POST',
    url: '/api/auth/sign-in',
    headers: { origin: TEST_ORIGIN, 'sec-fetch-site': 'same-origin' },
    payload: { email, password: PASSWORD },
    // Each person signs in from an address of their own: one test's attempts are not another's.
    remoteAddress: `10.${randomByte()}.${randomByte()}.${randomByte()}`,
  })
  const cookie = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  if (answer.statusCode !== 200) throw new Error(`Sign-in failed: ${answer.body}`)
  return {
    user: { id: user.id, email },
    cookie,
    headers: { cookie, origin: TEST_ORIGIN, 'sec-fetch-site': 'same-origin' },
  }
}

function randomByte(): number {
  return 1 + Math.floor(Math.random() * 250)
}

/**
 * A process of the real system with nothing but this app, without stand-ins and pages: for tests and
 * measurements that stop it, kill it or run several.
 */
export async function startWith(
  app: AppDefinition,
  { role, env }: { role: Role; env: Environment },
): Promise<Running> {
  return await startMinato({
    system: {
      root: ROOT,
      version: '0.0.0-test',
      apps: async () => [app],
      startStandIns: async () => ({
        names: [],
        variables: {},
        control: { url: '', token: '' },
        close: async () => undefined,
      }),
      buildSite: async () => undefined,
      commands: {},
    },
    env,
    role,
  })
}
