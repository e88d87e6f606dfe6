import { commonErrors } from '@minato/platform/errors'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ConsoleServices } from '../config.ts'
import { remoteErrors } from './errors.ts'
import { fillHeaders } from './key-headers.ts'
import { remoteFetch } from './remote-fetch.ts'
import { assertAllowedHost } from './remote-hosts.ts'
import { findRemoteServer, type RemoteServer, remoteTables } from './store.ts'

/**
 * A transport to a remote server, not started yet. The allow-list is asked now and at each request.
 *
 * @throws {MinatoError} NOT_FOUND, MCP_CONSOLE_REMOTE_DISABLED, MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED,
 *   MCP_CONSOLE_SECRET_*, MCP_CONSOLE_VAULT_* for its key headers; its requests reject with MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED or an OutboundError
 */
export async function openRemoteTransport(
  services: ConsoleServices,
  remoteId: string,
): Promise<Transport> {
  const server = await findRemoteServer(services, remoteId)
  if (server === undefined) throw commonErrors.NOT_FOUND()
  if (!server.enabled) throw remoteErrors.MCP_CONSOLE_REMOTE_DISABLED({ name: server.name })
  return await transportOf(services, server)
}

/** The same for a row that was read already, enabled or not. */
export async function transportOf(
  services: ConsoleServices,
  server: RemoteServer,
): Promise<Transport> {
  const url = new URL(server.url)
  await assertAllowedHost(services, url)
  const { RemoteTransport } = await import('./transport.ts')
  const headers = await fillHeaders(services, server)
  return new RemoteTransport(url, {
    fetch: remoteFetch(services, server, headers.values),
    kind: server.transport,
    onEnd: () => headers[Symbol.dispose](),
    onKind: async (transport) => {
      await remoteTables(services.db)
        .updateTable('mcp_console.remote_servers')
        .set({ transport })
        .where('id', '=', server.id)
        .execute()
    },
  })
}
