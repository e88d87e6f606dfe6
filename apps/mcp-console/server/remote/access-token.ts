import type { ConsoleServices } from '../config.ts'
import { openToken, readCredential } from './credentials.ts'
import { renewToken } from './renew-token.ts'
import type { RemoteServer } from './store.ts'

/** A token is renewed this long before it ends: a call that begins now should not meet its end. */
const RENEW_BEFORE_MS = 60_000

/**
 * The bearer token for a remote server, renewed when it is about to end; undefined when there is
 * none (any more). `insteadOf` is a token the server has refused: another one is wanted.
 *
 * @throws {MinatoError} MCP_CONSOLE_OAUTH_RENEWAL_POSTPONED when it has ended and the provider fails
 */
export async function accessToken(
  services: ConsoleServices,
  server: Pick<RemoteServer, 'id'>,
  { insteadOf }: { insteadOf?: string } = {},
): Promise<string | undefined> {
  const credential = await readCredential(services, server.id)
  if (credential === undefined) return undefined
  const token = openToken(services, credential)
  const leftMs = (credential.expires_at?.getTime() ?? Number.POSITIVE_INFINITY) - services.clock()
  const usable = leftMs > 0 && token !== insteadOf ? token : undefined
  if (usable !== undefined && leftMs > RENEW_BEFORE_MS) return usable
  if (credential.refresh_token === null) return usable
  return await renewToken(services, credential, usable)
}
