import type { IncomingHttpHeaders } from 'node:http'
import type { RouteServer } from '@minato/platform/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import {
  type Answer,
  API,
  type Ask,
  credentialOf,
  type Inner,
  invalid,
  mount,
  OPEN,
  OWN_SHAPE,
  refuse,
  translate,
  visible,
} from './inside.ts'

const text = z.string()
const loginBody = z.object({
  method: z.enum(['api_key', 'master_password']).default('master_password'),
  email: text.min(1).max(254),
  /** The password of the account here; without it, master_password is. */
  password: text.min(1).max(1000).optional(),
  master_password: text.min(1).max(1000).optional(),
  client_id: text.max(200).nullish(),
  client_secret: text.max(200).nullish(),
  two_step_login_method: z.number().int().nullish(),
  two_step_login_code: text.max(64).nullish(),
  /** The two-factor code of the account here. */
  code: text.max(64).nullish(),
})
type Login = z.infer<typeof loginBody>

/** Bitwarden's numbers for the second step. */
const TWO_STEP = new Map([
  [0, 'authenticator'],
  [1, 'email'],
  [3, 'yubikey'],
])

/** Sign-in, sign-out, and whether a session is good. */
export function authRoutes(server: RouteServer, services: ConsoleServices, inner: Inner): void {
  mount(server, 'POST', '/api/auth/login', async (request, reply) => {
    const body = loginBody.safeParse(request.body)
    if (!body.success) return invalid(reply, body.error)
    return await login(server, services, inner, { request, reply, body: body.data })
  })
  mount(server, 'POST', '/api/auth/logout', async (request, reply) =>
    translate(inner, request, reply, {
      ask: { method: 'POST', url: '/api/auth/sign-out', payload: {} },
      shape: () => ({ success: true, message: 'Successfully logged out' }),
      status: 200,
    }),
  )
  // The same address serves our own pages: only a caller that presents a session in a header, as the
  // old ones did, gets the old answer.
  server.addConstraintStrategy({
    name: 'presentedSession',
    storage: oneHandler,
    validate: () => undefined,
    deriveConstraint: (request) => (presentsSession(request.headers) ? 'yes' : undefined),
  })
  server.route({
    method: 'GET',
    url: '/api/auth/session',
    config: OPEN,
    schema: { hide: true },
    constraints: { presentedSession: 'yes' },
    handler: async (request, reply) => {
      const answer = await inner(request, { method: 'GET', url: '/api/auth/session' })
      if (answer.status === 401) return reply.send({ valid: false })
      if (answer.status >= 400) return refuse(reply, answer)
      const [, token] = (credentialOf(request.headers) ?? '').split(' ')
      return reply.send({ valid: true, ...sessionView(answer, token ?? '') })
    },
  })
}

function oneHandler<Stored>() {
  const handlers = new Map<unknown, Stored>()
  return {
    get: (key: unknown) => handlers.get(key) ?? null,
    set: (key: unknown, handler: Stored) => void handlers.set(key, handler),
  }
}

/** A session in a header: not an API key (`mnt_…`), not an access token (two dots). */
function presentsSession(headers: IncomingHttpHeaders): boolean {
  if (headers[OWN_SHAPE] === 'own') return false
  const token = /^bearer\s+(\S+)$/i.exec(credentialOf(headers) ?? '')?.[1]
  return token !== undefined && !token.startsWith('mnt_') && token.split('.').length !== 3
}

type OwnSession = {
  user: { email: string }
  session: { createdAt: string; expiresAt: string } | null
}

function sessionView({ body }: Answer, token: string) {
  const { user, session } = body as OwnSession
  return {
    session_id: token,
    user_email: user.email,
    created_at: session?.createdAt ?? null,
    expires_at: session?.expiresAt ?? null,
  }
}

type LoginCall = { request: FastifyRequest; reply: FastifyReply; body: Login }

/** Signs in here, as a browser would, and opens the vault where credentials for it were sent. */
async function login(
  server: RouteServer,
  services: ConsoleServices,
  inner: Inner,
  { request, reply, body }: LoginCall,
): Promise<FastifyReply> {
  const password = body.password ?? body.master_password
  if (password === undefined) {
    return reply
      .status(422)
      .send({ error_code: 'VALIDATION_ERROR', detail: 'password: is missing' })
  }
  const signedIn = await signIn(server, request, { ...body, password })
  if ('refused' in signedIn) return refuse(reply, signedIn.refused)
  const { session } = signedIn
  const vault = await openVault(services, inner, { request, body, session })
  const own = await inner(request, { method: 'GET', url: '/api/auth/session', session })
  if (own.status >= 400) return refuse(reply, own)
  return reply.send({ ...sessionView(own, session), ...vault })
}

const SESSION_COOKIE = /^(?:__Host-)?minato_session$/

/** Password and second factor at our own doors: their counters, locks and audit hold. */
async function signIn(
  server: RouteServer,
  request: FastifyRequest,
  body: Login & { password: string },
): Promise<{ session: string } | { refused: Answer }> {
  const post = (url: string, payload: object, cookie?: string) =>
    server.inject({
      method: 'POST',
      url,
      remoteAddress: request.ip,
      headers: { ...visible(request), ...(cookie === undefined ? {} : { cookie }) },
      payload,
    })
  const { email, password } = body
  let answer = await post('/api/auth/sign-in', { email, password })
  const code = body.code ?? body.two_step_login_code
  if (answer.statusCode === 200 && answer.json().twoFactorRequired === true) {
    if (code == null) {
      const detail = 'This account asks for a second factor: send its code as "code".'
      return {
        refused: {
          status: 401,
          body: { detail, code: 'TWO_FACTOR_REQUIRED' },
          retryAfter: undefined,
        },
      }
    }
    const challenge = answer.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    answer = await post('/api/auth/two-factor/verify', { code }, challenge)
  }
  const session = answer.cookies.find(({ name }) => SESSION_COOKIE.test(name))?.value
  if (answer.statusCode === 200 && session) return { session }
  const retryAfter = answer.headers['retry-after']
  return {
    refused: {
      status: answer.statusCode,
      body: answer.json(),
      retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
    },
  }
}

/**
 * The old login opened the Bitwarden vault and nothing else. Ours does so where the request says that
 * its master password is one: two passwords were sent, an API key, or the operator named a server.
 * A vault that stays shut is told and keeps nobody out.
 */
async function openVault(
  services: ConsoleServices,
  inner: Inner,
  { request, body, session }: { request: FastifyRequest; body: Login; session: string },
): Promise<{ vault: 'open' | 'closed'; vault_detail?: unknown }> {
  const { client_id, client_secret, master_password: masterPassword, password } = body
  const meant = client_id || password || services.appConfig.bitwardenUrl
  if (masterPassword === undefined || !meant) return { vault: 'closed' }
  const method = TWO_STEP.get(body.two_step_login_method ?? 0)
  const code = body.two_step_login_code
  const payload =
    client_id && client_secret
      ? { clientId: client_id, clientSecret: client_secret, masterPassword }
      : { email: body.email, masterPassword, ...(code ? { twoStep: { method, code } } : {}) }
  const ask: Ask = { method: 'POST', url: `${API}/vault/open`, payload, session }
  const opened = await inner(request, ask)
  if (opened.status < 400) return { vault: 'open' }
  return { vault: 'closed', vault_detail: opened.body['detail'] }
}
