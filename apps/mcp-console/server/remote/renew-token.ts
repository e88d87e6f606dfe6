import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { refusalOf } from './ask-provider.ts'
import {
  type Credential,
  openToken,
  readCredential,
  renewingClient,
  tokenColumns,
} from './credentials.ts'
import { oauthErrors } from './oauth-errors.ts'
import { unseal } from './sealed.ts'
import { remoteTables } from './store.ts'
import { askAsClient, readTokens } from './token-request.ts'

/** Longer than a refresh can take with its four attempts of 10 s and their waits. */
const LEASE_MS = 60_000
const LOOK_AGAIN_MS = 100
/** After the provider has failed, while the old token is still good. */
const PAUSE_MS = 30_000

/**
 * Exchanges the refresh token for a new access token. Providers rotate refresh tokens and take the
 * second use of one for a theft, so only one process at a time asks: the holder of the lease in the
 * row. The others wait for its result.
 *
 * @param usable the old token where it is still good; returned when the provider fails
 * @returns undefined when the provider has refused: the credential is gone
 * @throws {MinatoError} MCP_CONSOLE_OAUTH_RENEWAL_POSTPONED: the credential is kept
 */
export async function renewToken(
  services: ConsoleServices,
  credential: Credential,
  usable: string | undefined,
): Promise<string | undefined> {
  const { server_id: serverId, version } = credential
  for (let waitedMs = 0; waitedMs < LEASE_MS; waitedMs += LOOK_AGAIN_MS) {
    const held = await takeLease(services, serverId, version, usable !== undefined)
    if (held !== undefined) return await ask(services, held, usable)
    const now = await readCredential(services, serverId)
    if (now === undefined) return undefined
    if (now.version !== version) return openToken(services, now)
    if (usable !== undefined) return usable
    await delay(LOOK_AGAIN_MS)
  }
  throw postponed(credential)
}

async function takeLease(
  services: ConsoleServices,
  serverId: string,
  version: number,
  patient: boolean,
): Promise<Credential | undefined> {
  const now = new Date(services.clock())
  return await remoteTables(services.db)
    .updateTable('mcp_console.oauth_credentials')
    .set({ refresh_holder: randomUUID(), refresh_until: new Date(now.getTime() + LEASE_MS) })
    .where('server_id', '=', serverId)
    .where('version', '=', version)
    .where((is) => is.or([is('refresh_until', 'is', null), is('refresh_until', '<=', now)]))
    .$if(patient, (query) =>
      query.where((is) => is.or([is('refresh_after', 'is', null), is('refresh_after', '<=', now)])),
    )
    .returningAll()
    .executeTakeFirst()
}

async function ask(
  services: ConsoleServices,
  held: Credential,
  usable: string | undefined,
): Promise<string | undefined> {
  try {
    const refreshToken = unseal(services.keys, held.refresh_token ?? '', {
      table: 'oauth_credentials',
      column: 'refresh_token',
      row: held.server_id,
    })
    const answer = await askAsClient(
      services,
      held.token_endpoint,
      await renewingClient(services, held),
      { grant_type: 'refresh_token', refresh_token: refreshToken, resource: held.resource },
      { once: usable !== undefined },
    )
    // Too many requests is a provider's bad moment, not its judgement of the credential.
    if (answer.status === 429) throw postponed(held)
    if (answer.status >= 400) {
      services.log.warn('mcp_console.oauth_refused', {
        serverId: held.server_id,
        refusal: refusalOf(answer),
      })
      await forget(services, held)
      return undefined
    }
    const tokens = readTokens(answer, held.token_endpoint)
    await settle(services, held, {
      ...tokenColumns(services, held.server_id, tokens),
      version: held.version + 1,
      refresh_after: null,
    })
    return tokens.access_token
  } catch (error) {
    await settle(services, held, { refresh_after: new Date(services.clock() + PAUSE_MS) })
    if (usable === undefined) throw isUnavailable(error) ? postponed(held, error) : error
    services.log.warn('mcp_console.oauth_refresh_failed', { serverId: held.server_id, err: error })
    return usable
  }
}

/** Gives the lease back; a lease that was lost in between changes nothing. */
async function settle(
  services: ConsoleServices,
  held: Credential,
  columns: Partial<Credential>,
): Promise<void> {
  await remoteTables(services.db)
    .updateTable('mcp_console.oauth_credentials')
    .set({ ...columns, refresh_holder: null, refresh_until: null })
    .where('server_id', '=', held.server_id)
    .where('refresh_holder', '=', held.refresh_holder)
    .execute()
}

/** A refused credential is deleted, unless somebody has authorized anew in the meantime. */
async function forget(services: ConsoleServices, held: Credential): Promise<void> {
  const db = remoteTables(services.db)
  const gone = await db
    .deleteFrom('mcp_console.oauth_credentials')
    .where('server_id', '=', held.server_id)
    .where('version', '=', held.version)
    .executeTakeFirst()
  if (gone.numDeletedRows === 0n) return
  await db
    .updateTable('mcp_console.remote_servers')
    .set({ state: 'authorization-required', updated_at: new Date(services.clock()) })
    .where('id', '=', held.server_id)
    .execute()
}

function isUnavailable(error: unknown): boolean {
  return error instanceof MinatoError && error.code === 'MCP_CONSOLE_OAUTH_UNAVAILABLE'
}

/** Says that the person need not authorize anew. */
function postponed(credential: Credential, cause?: unknown) {
  const { host } = new URL(credential.token_endpoint)
  return oauthErrors.MCP_CONSOLE_OAUTH_RENEWAL_POSTPONED({ host }, { cause })
}
