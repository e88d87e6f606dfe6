import type { ConsoleServices } from '../config.ts'
import { allowsHost } from './allows-host.ts'
import { remoteErrors } from './errors.ts'
import { remoteTables } from './store.ts'

/** The allow-list in force: what the configuration names and what administrators added. */
export async function remoteHosts(services: ConsoleServices): Promise<string[]> {
  const rows = await remoteTables(services.db)
    .selectFrom('mcp_console.remote_hosts')
    .select('pattern')
    .orderBy('pattern')
    .execute()
  return [...services.appConfig.remoteHosts, ...rows.map((row) => row.pattern)]
}

/**
 * Refuses an address that the list does not name, or that no user's URL may lead to. Asked when a
 * server is saved and again at each request to it: the list may have changed since.
 *
 * @throws {MinatoError} MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED, or OutboundError with the rule's code
 */
export async function assertAllowedHost(services: ConsoleServices, url: URL): Promise<void> {
  if (!allowsHost(await remoteHosts(services), url)) {
    throw remoteErrors.MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED({ host: url.host })
  }
}

/**
 * Refuses to send a credential in clear text. A stand-in of this machine is let through: outbound
 * allows http to loopback in development and test alone.
 */
export function assertEncrypted(services: ConsoleServices, url: URL): void {
  const standIn = services.config.outbound.sandboxOrigins.includes(url.origin)
  if (url.protocol !== 'https:' && !standIn) {
    throw remoteErrors.MCP_CONSOLE_REMOTE_INSECURE({ host: url.host })
  }
}
