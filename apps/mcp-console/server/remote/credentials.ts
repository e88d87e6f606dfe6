import type { Selectable } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import { seal, unseal } from './sealed.ts'
import { findRemoteServer, remoteTables } from './store.ts'
import type { RemoteTables } from './tables.ts'
import type { OAuthClient, Tokens } from './token-request.ts'

export type Credential = Selectable<RemoteTables['mcp_console.oauth_credentials']>

export async function readCredential(
  services: ConsoleServices,
  serverId: string,
): Promise<Credential | undefined> {
  return await remoteTables(services.db)
    .selectFrom('mcp_console.oauth_credentials')
    .selectAll()
    .where('server_id', '=', serverId)
    .executeTakeFirst()
}

export function openToken(services: ConsoleServices, credential: Credential): string {
  const row = credential.server_id
  return unseal(services.keys, credential.access_token, {
    table: 'oauth_credentials',
    column: 'access_token',
    row,
  })
}

/** The columns that a token answer fills. */
export function tokenColumns(services: ConsoleServices, serverId: string, tokens: Tokens) {
  const place = { table: 'oauth_credentials', row: serverId } as const
  const { expires_in: seconds, refresh_token: refresh, scope } = tokens
  return {
    access_token: seal(services.keys, tokens.access_token, { ...place, column: 'access_token' }),
    ...(refresh === undefined
      ? {}
      : { refresh_token: seal(services.keys, refresh, { ...place, column: 'refresh_token' }) }),
    ...(scope === undefined ? {} : { scope }),
    expires_at: seconds === undefined ? null : new Date(services.clock() + seconds * 1000),
    updated_at: new Date(services.clock()),
  }
}

/**
 * The client that renews a credential. One that came without a secret (out of an older console's file) is renewed with
 * the secret that was entered for the same client since.
 */
export async function renewingClient(
  services: ConsoleServices,
  credential: Credential,
): Promise<OAuthClient> {
  const own = clientOf(services, credential)
  if (own.clientSecret !== undefined) return own
  const server = await findRemoteServer(services, credential.server_id)
  if (server?.client_id !== own.clientId || server.client_secret === null) return own
  const place = { table: 'remote_servers', column: 'client_secret', row: server.id } as const
  const clientSecret = unseal(services.keys, server.client_secret, place)
  // RFC 6749, 2.3.1: what every provider must take of a client with a password.
  return { ...own, clientSecret, clientMethod: 'client_secret_basic' }
}

/** The client a credential was given to. */
export function clientOf(services: ConsoleServices, credential: Credential): OAuthClient {
  const place = { table: 'oauth_credentials', column: 'client_secret' } as const
  return {
    clientId: credential.client_id,
    clientSecret:
      credential.client_secret === null
        ? undefined
        : unseal(services.keys, credential.client_secret, { ...place, row: credential.server_id }),
    clientMethod: credential.client_method,
  }
}
