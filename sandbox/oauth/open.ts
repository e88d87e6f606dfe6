import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { isLoopbackHost } from '../control/host-check.ts'
import { type AuthorizeRequest, readAuthorizeRequest } from './authorize-request.ts'
import { type Client, type Clients, createClients } from './clients.ts'
import { OAuthRefusal } from './errors.ts'
import { createGrants, type Grants, type TokenAnswer } from './grants.ts'
import { consentPage, refusalPage } from './page.ts'
import { finish, refuseAsTold, type Turn, takeTurn, type Watched } from './turn.ts'

export type OAuthProvider = {
  /** Issuer, without a trailing slash. */
  url: string
  verify: Grants['verify']
  /** Registers a client by hand, as a person does on a provider's page. */
  register(metadata: unknown): Client
  state(): { clients: { id: string; name: string; redirectUris: string[] }[]; grants: number }
  clear(): void
  close(): Promise<void>
}

type Parts = Watched & {
  clients: Clients
  grants: Grants
  pending: Map<string, AuthorizeRequest>
  issuer: () => string
}

/** An OAuth 2.1 provider: code flow with PKCE S256, rotation of refresh tokens, registration. */
export async function openOAuth(
  options: Watched & { host: string; port?: number; now: () => Date },
): Promise<OAuthProvider> {
  const clients = createClients()
  const grants = createGrants(options.now)
  const pending = new Map<string, AuthorizeRequest>()
  const app = fastify({ forceCloseConnections: true })
  let issuer = ''
  addForms(app)
  addRules(app)
  const parts = { ...options, clients, grants, pending, issuer: () => issuer }
  describeRoutes(app, parts)
  authorizeRoutes(app, parts)
  tokenRoutes(app, parts)
  await app.listen({ host: options.host, port: options.port ?? 0 })
  issuer = `http://${options.host}:${(app.server.address() as AddressInfo).port}`
  return {
    url: issuer,
    verify: grants.verify,
    register: clients.register,
    state: () => ({
      clients: clients.list().map(({ id, name, redirectUris }) => ({ id, name, redirectUris })),
      ...grants.counts(),
    }),
    clear() {
      clients.clear()
      grants.clear()
      pending.clear()
    },
    close: () => app.close(),
  }
}

function addForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(String(body))),
  )
}

function addRules(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (!isLoopbackHost(request.headers.host)) return reply.code(403).send({ error: 'forbidden' })
    reply.header('cache-control', 'no-store')
  })
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const refusal = error instanceof OAuthRefusal ? error : undefined
    const status = refusal?.status ?? error.statusCode ?? 500
    if (status === 401) reply.header('www-authenticate', 'Basic')
    const code = refusal?.code ?? (status < 500 ? 'invalid_request' : 'server_error')
    return reply.code(status).send({ error: code, error_description: error.message })
  })
}

function describeRoutes(app: FastifyInstance, parts: Parts): void {
  app.get('/.well-known/oauth-authorization-server', async (request) => {
    const turn = await takeTurn(parts, request, 'metadata')
    return settle(turn, () => metadata(parts.issuer(), turn.does))
  })
  app.post('/register', async (request, reply) => {
    const turn = await takeTurn(parts, request, 'register')
    const body = settle(turn, () => {
      const client = parts.clients.register(request.body)
      return {
        client_id: client.id,
        ...(client.secret === undefined ? {} : { client_secret: client.secret }),
        client_name: client.name,
        redirect_uris: client.redirectUris,
        token_endpoint_auth_method: client.method,
      }
    })
    return reply.code(201).send(body)
  })
}

function metadata(issuer: string, does: Record<string, unknown>) {
  const methods = ['none', 'client_secret_basic', 'client_secret_post']
  return {
    issuer: does['issuer'] ?? issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    ...(does['withoutRegistration'] ? {} : { registration_endpoint: `${issuer}/register` }),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: [does['challengeMethod'] ?? 'S256'],
    token_endpoint_auth_methods_supported: methods,
    authorization_response_iss_parameter_supported: true,
  }
}

function authorizeRoutes(app: FastifyInstance, parts: Parts): void {
  app.get('/authorize', async (request, reply) => {
    const query = new URL(request.url, 'http://sandbox').searchParams
    const client = query.get('client_id') ?? ''
    const turn = await takeTurn(parts, request, 'authorize', { client })
    const read = readAuthorizeRequest(query, parts.clients)
    if (read.kind === 'page') {
      finish(turn, 400)
      return reply.code(400).type('text/html').send(refusalPage(read.detail))
    }
    finish(turn, 302)
    if (read.kind === 'told') {
      const { redirectUri, state, error, detail } = read
      return sendBack(reply, redirectUri, { error, error_description: detail, state })
    }
    const decision = turn.does['decision']
    if (decision !== undefined) return await decide(parts, request, reply, read.request, decision)
    const id = randomBytes(12).toString('base64url')
    parts.pending.set(id, read.request)
    return reply.type('text/html').send(consentPage(id, read.request))
  })
  app.post('/authorize', async (request, reply) => {
    const form = formOf(request)
    const id = form.get('request') ?? ''
    const asked = parts.pending.get(id)
    parts.pending.delete(id)
    if (asked === undefined) {
      return reply.code(400).type('text/html').send(refusalPage('Begin again at the client.'))
    }
    return await decide(parts, request, reply, asked, form.get('decision'))
  })
}

async function decide(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AuthorizeRequest,
  decision: unknown,
) {
  const { client, redirectUri, state } = asked
  const turn = await takeTurn(parts, request, 'answer', { client: client.id })
  finish(turn, 302)
  const iss = String(turn.does['issuer'] ?? parts.issuer())
  if (decision !== 'approve')
    return sendBack(reply, redirectUri, { error: 'access_denied', state, iss })
  const { challenge, resource, scope } = asked
  const code = parts.grants.open({ clientId: client.id, redirectUri, challenge, resource, scope })
  return sendBack(reply, redirectUri, { code, state, iss })
}

function sendBack(
  reply: FastifyReply,
  redirectUri: string,
  parameters: Record<string, string | undefined>,
) {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  return reply.redirect(url.href, 302)
}

function tokenRoutes(app: FastifyInstance, parts: Parts): void {
  app.post('/token', async (request, reply) => {
    const form = formOf(request)
    const grant = form.get('grant_type') ?? ''
    const client = form.get('client_id') ?? ''
    const turn = await takeTurn(parts, request, 'token', { client, grant })
    const answer = settle(turn, () => issue(parts, request, form, turn))
    return turn.does['garbage'] ? reply.type('application/json').send('{"access_') : answer
  })
  app.post('/revoke', async (request, reply) => {
    const form = formOf(request)
    const turn = await takeTurn(parts, request, 'revoke')
    settle(turn, () => {
      const client = parts.clients.authenticate(request.headers, form)
      parts.grants.revoke(client, form.get('token') ?? '')
    })
    return reply.code(200).send()
  })
}

function issue(
  { clients, grants }: Parts,
  request: FastifyRequest,
  form: URLSearchParams,
  { does }: Turn,
): TokenAnswer {
  const client = clients.authenticate(request.headers, form)
  const options = {
    expiresInSeconds: Number(does['expiresInSeconds'] ?? 3600),
    withoutRefreshToken: does['withoutRefreshToken'] === true,
  }
  const grant = form.get('grant_type')
  if (grant === 'authorization_code') return grants.exchange(client, form, options)
  if (grant === 'refresh_token') return grants.refresh(client, form, options)
  throw new OAuthRefusal('unsupported_grant_type', 'Take authorization_code or refresh_token.')
}

/** Notes the status, whether the work answers or refuses. */
function settle<T>(turn: Turn, work: () => T): T {
  try {
    refuseAsTold(turn)
    const result = work()
    finish(turn, 200)
    return result
  } catch (error) {
    finish(turn, error instanceof OAuthRefusal ? error.status : 500)
    throw error
  }
}

function formOf(request: FastifyRequest): URLSearchParams {
  if (request.body instanceof URLSearchParams) return request.body
  throw new OAuthRefusal('invalid_request', 'Send a form (application/x-www-form-urlencoded).')
}
