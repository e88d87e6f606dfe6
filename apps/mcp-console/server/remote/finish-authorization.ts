import type { Selectable } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import { refusalOf } from './ask-provider.ts'
import { tokenColumns } from './credentials.ts'
import { oauthErrors } from './oauth-errors.ts'
import { move, unseal } from './sealed.ts'
import { stateHash } from './start-authorization.ts'
import { ownRemoteServer, type RemoteServer, remoteTables } from './store.ts'
import type { RemoteTables } from './tables.ts'
import { askAsClient, readTokens, type Tokens } from './token-request.ts'

/** What the provider has put into the callback's query. */
export type CallbackQuery = {
  state: string
  code?: string | undefined
  error?: string | undefined
  iss?: string | undefined
}

type StateRow = Selectable<RemoteTables['mcp_console.oauth_states']>

/**
 * Ends an authorization: exchanges the code and keeps the tokens, encrypted. The state is deleted
 * before anything else is looked at, so that it is spent even when all the rest fails.
 */
export async function finishAuthorization(
  services: ConsoleServices,
  query: CallbackQuery,
  userId: string,
): Promise<RemoteServer> {
  const row = await consume(services, query.state)
  if (
    row === undefined ||
    row.user_id !== userId ||
    row.expires_at.getTime() <= services.clock() ||
    (row.issuer_in_answer && query.iss !== row.issuer) ||
    (query.iss !== undefined && query.iss !== row.issuer)
  ) {
    throw oauthErrors.MCP_CONSOLE_OAUTH_STATE_INVALID()
  }
  const server = await ownRemoteServer(services, row.server_id, userId)
  if (query.code === undefined) {
    throw oauthErrors.MCP_CONSOLE_OAUTH_DENIED({ error: plainError(query.error) })
  }
  await keep(services, row, await exchange(services, row, query.code))
  return server
}

async function consume(services: ConsoleServices, state: string): Promise<StateRow | undefined> {
  return await remoteTables(services.db)
    .deleteFrom('mcp_console.oauth_states')
    .where('state_hash', '=', stateHash(state))
    .returningAll()
    .executeTakeFirst()
}

/** Shown to people: an error code of the specification, never a provider's free text. */
function plainError(error: string | undefined): string {
  return error !== undefined && /^[a-z_]{1,60}$/.test(error) ? error : 'invalid_response'
}

async function exchange(services: ConsoleServices, row: StateRow, code: string): Promise<Tokens> {
  const place = { table: 'oauth_states', row: row.state_hash } as const
  const secret = row.client_secret
  const answer = await askAsClient(
    services,
    row.token_endpoint,
    {
      clientId: row.client_id,
      clientSecret:
        secret === null
          ? undefined
          : unseal(services.keys, secret, { ...place, column: 'client_secret' }),
      clientMethod: row.client_method,
    },
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: row.redirect_uri,
      code_verifier: unseal(services.keys, row.code_verifier, {
        ...place,
        column: 'code_verifier',
      }),
      resource: row.resource,
    },
  )
  if (answer.status >= 400) {
    throw oauthErrors.MCP_CONSOLE_OAUTH_REFUSED({ error: refusalOf(answer) })
  }
  return readTokens(answer, row.token_endpoint)
}

async function keep(services: ConsoleServices, row: StateRow, tokens: Tokens): Promise<void> {
  const now = new Date(services.clock())
  const db = remoteTables(services.db)
  const columns = {
    issuer: row.issuer,
    token_endpoint: row.token_endpoint,
    revocation_endpoint: row.revocation_endpoint,
    resource: row.resource,
    client_id: row.client_id,
    client_method: row.client_method,
    client_secret: move(
      services.keys,
      row.client_secret,
      { table: 'oauth_states', column: 'client_secret', row: row.state_hash },
      { table: 'oauth_credentials', column: 'client_secret', row: row.server_id },
    ),
    // A provider that gives no refresh token must not leave an older one behind.
    refresh_token: null,
    ...tokenColumns(services, row.server_id, tokens),
    refresh_holder: null,
    refresh_until: null,
    refresh_after: null,
  }
  await db
    .insertInto('mcp_console.oauth_credentials')
    .values({ server_id: row.server_id, created_at: now, ...columns })
    .onConflict((conflict) =>
      conflict.column('server_id').doUpdateSet((is) => ({
        ...columns,
        version: is('mcp_console.oauth_credentials.version', '+', 1),
      })),
    )
    .execute()
  await db
    .updateTable('mcp_console.remote_servers')
    .set({ state: 'new', state_reason: null, updated_at: now })
    .where('id', '=', row.server_id)
    .execute()
}
