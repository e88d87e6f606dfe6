import { createHash } from 'node:crypto'
import type { ConsoleServices } from '../config.ts'
import { clientFor } from './client-registration.ts'
import { oauthErrors } from './oauth-errors.ts'
import { discoverProvider } from './provider.ts'
import { assertAllowedHost, assertEncrypted } from './remote-hosts.ts'
import { seal } from './sealed.ts'
import { type RemoteServer, remoteTables } from './store.ts'

const STATE_LIFETIME_MS = 10 * 60_000
const CALLBACK_PATH = '/api/mcp-console/oauth/callback'

export type StartedAuthorization = { authorizationUrl: string; expiresAt: string }

/**
 * Prepares the provider's page: finds the provider, registers where needed, and remembers a state
 * and a PKCE verifier for ten minutes, bound to server and user.
 */
export async function startAuthorization(
  services: ConsoleServices,
  server: RemoteServer,
  userId: string,
  asked: string | undefined,
): Promise<StartedAuthorization> {
  const redirectUri = redirectAddress(services, asked)
  const url = new URL(server.url)
  await assertAllowedHost(services, url)
  assertEncrypted(services, url)
  const provider = await discoverProvider(services, url)
  const page = new URL(provider.authorizationEndpoint)
  await assertAllowedHost(services, page)
  assertEncrypted(services, page)
  const client = await clientFor(services, server, provider, redirectUri)
  const state = services.random(32).toString('base64url')
  const verifier = services.random(48).toString('base64url')
  const place = { table: 'oauth_states', row: stateHash(state) } as const
  const { clientSecret } = client
  const now = services.clock()
  const expiresAt = new Date(now + STATE_LIFETIME_MS)
  await remoteTables(services.db)
    .insertInto('mcp_console.oauth_states')
    .values({
      state_hash: place.row,
      server_id: server.id,
      user_id: userId,
      issuer: provider.issuer,
      issuer_in_answer: provider.issuerInAnswer,
      token_endpoint: provider.tokenEndpoint,
      revocation_endpoint: provider.revocationEndpoint ?? null,
      resource: provider.resource,
      client_id: client.clientId,
      client_secret:
        clientSecret === undefined
          ? null
          : seal(services.keys, clientSecret, { ...place, column: 'client_secret' }),
      client_method: client.clientMethod,
      code_verifier: seal(services.keys, verifier, { ...place, column: 'code_verifier' }),
      redirect_uri: redirectUri,
      created_at: new Date(now),
      expires_at: expiresAt,
    })
    .execute()
  setParameters(page, {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource: provider.resource,
    scope: server.scope ?? provider.scope,
  })
  return { authorizationUrl: page.href, expiresAt: expiresAt.toISOString() }
}

/** What a state is known by: the value itself stays with the browser. */
export function stateHash(state: string): string {
  return createHash('sha256').update(state).digest('hex')
}

function setParameters(page: URL, parameters: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') page.searchParams.set(name, value)
  }
}

/** Where the provider sends the person back to: this system, or an origin the operator named. */
function redirectAddress(services: ConsoleServices, asked: string | undefined): string {
  const own = `${services.publicUrl}${CALLBACK_PATH}`
  if (asked === undefined) return own
  const url = URL.parse(asked)
  const origins = [services.publicUrl, ...services.appConfig.oauthRedirectOrigins]
  const allowed = origins.some((origin) => URL.parse(origin)?.origin === url?.origin)
  // OAuth 2.1, 2.3: no fragment; and a user name in it is never meant well.
  const plain = url !== null && url.hash === '' && url.username === '' && url.password === ''
  if (!allowed || !plain) throw oauthErrors.MCP_CONSOLE_OAUTH_REDIRECT_REFUSED()
  return url.href
}
