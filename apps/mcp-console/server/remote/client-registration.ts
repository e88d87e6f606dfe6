import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { askProvider, refusalOf } from './ask-provider.ts'
import { oauthErrors } from './oauth-errors.ts'
import { clientMethod, type Provider } from './provider.ts'
import { seal, unseal } from './sealed.ts'
import { type RemoteServer, remoteTables } from './store.ts'
import type { OAuthClient } from './token-request.ts'

const registered = z.object({
  client_id: z.string().min(1).max(1000),
  client_secret: z.string().min(1).max(4000).optional(),
})

/**
 * The client to authorize with: the one entered by hand, one registered earlier for the same
 * redirect address, or a new one (RFC 7591).
 *
 * @throws {MinatoError} MCP_CONSOLE_OAUTH_NO_CLIENT where the provider registers nobody by itself
 */
export async function clientFor(
  services: ConsoleServices,
  server: RemoteServer,
  provider: Provider,
  redirectUri: string,
): Promise<OAuthClient> {
  if (server.client_id !== null) {
    const place = { table: 'remote_servers', column: 'client_secret', row: server.id } as const
    const secret = server.client_secret
    return client(
      provider,
      server.client_id,
      secret === null ? undefined : unseal(services.keys, secret, place),
    )
  }
  const known = await remoteTables(services.db)
    .selectFrom('mcp_console.oauth_clients')
    .selectAll()
    .where('server_id', '=', server.id)
    .where('issuer', '=', provider.issuer)
    .where('redirect_uri', '=', redirectUri)
    .executeTakeFirst()
  if (known === undefined) return await register(services, server, provider, redirectUri)
  const place = { table: 'oauth_clients', column: 'client_secret', row: known.id } as const
  const secret = known.client_secret
  return client(
    provider,
    known.client_id,
    secret === null ? undefined : unseal(services.keys, secret, place),
  )
}

function client(provider: Provider, clientId: string, secret: string | undefined): OAuthClient {
  return {
    clientId,
    clientSecret: secret,
    clientMethod: clientMethod(provider, secret !== undefined),
  }
}

async function register(
  services: ConsoleServices,
  server: RemoteServer,
  provider: Provider,
  redirectUri: string,
): Promise<OAuthClient> {
  const endpoint = provider.registrationEndpoint
  if (endpoint === undefined) throw oauthErrors.MCP_CONSOLE_OAUTH_NO_CLIENT({ redirectUri })
  const answer = await askProvider(services, endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Minato',
      client_uri: services.publicUrl,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      // PKCE protects the exchange; a secret would be one more to keep.
      token_endpoint_auth_method: provider.clientMethods.includes('none')
        ? 'none'
        : clientMethod(provider, true),
      ...(provider.scope === undefined ? {} : { scope: provider.scope }),
    }),
  })
  if (answer.status >= 400) {
    throw oauthErrors.MCP_CONSOLE_OAUTH_REFUSED({ error: refusalOf(answer) })
  }
  const parsed = registered.safeParse(answer.body)
  if (!parsed.success) {
    throw oauthErrors.MCP_CONSOLE_OAUTH_BAD_ANSWER({ host: new URL(endpoint).host })
  }
  const { client_id: clientId, client_secret: secret } = parsed.data
  const id = randomUUID()
  const place = { table: 'oauth_clients', column: 'client_secret', row: id } as const
  await remoteTables(services.db)
    .insertInto('mcp_console.oauth_clients')
    .values({
      id,
      server_id: server.id,
      issuer: provider.issuer,
      redirect_uri: redirectUri,
      client_id: clientId,
      client_secret: secret === undefined ? null : seal(services.keys, secret, place),
      created_at: new Date(services.clock()),
    })
    // Two starts at once register twice; either client will do.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return client(provider, clientId, secret)
}
