import { MinatoError } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { clientOf, openToken, readCredential } from './credentials.ts'
import { unseal } from './sealed.ts'
import { remoteTables } from './store.ts'
import { askAsClient } from './token-request.ts'

/**
 * Gives a credential back (RFC 7009) and deletes it here. A provider that does not answer keeps
 * nobody from deleting: what it still holds ends by itself.
 */
export async function revokeCredential(services: ConsoleServices, serverId: string): Promise<void> {
  const credential = await readCredential(services, serverId)
  if (credential === undefined) return
  await remoteTables(services.db)
    .deleteFrom('mcp_console.oauth_credentials')
    .where('server_id', '=', serverId)
    .execute()
  const { revocation_endpoint: endpoint, refresh_token: refresh } = credential
  if (endpoint === null) return
  const place = { table: 'oauth_credentials', column: 'refresh_token', row: serverId } as const
  const form =
    refresh === null
      ? { token: openToken(services, credential), token_type_hint: 'access_token' }
      : { token: unseal(services.keys, refresh, place), token_type_hint: 'refresh_token' }
  try {
    await askAsClient(services, endpoint, clientOf(services, credential), form, { once: true })
  } catch (error) {
    if (!(error instanceof MinatoError)) throw error
    services.log.warn('mcp_console.oauth_revoke_failed', { serverId, code: error.code })
  }
}
