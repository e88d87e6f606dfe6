import type { ConsoleServices } from '../config.ts'
import { findContainer, listContainers, openContainerTransport } from '../containers/index.ts'
import { openRemoteTransport } from '../remote/index.ts'
import { remoteTables } from '../remote/store.ts'
import { gatewayErrors } from './errors.ts'
import { createHttpTransport } from './http-transport.ts'
import type { UpstreamKind } from './upstream.ts'

/** Servers in containers that the console runs. Operators share them. */
export function containerServers(services: ConsoleServices): UpstreamKind {
  return {
    async open(id) {
      const transport = await openContainerTransport(services, id)
      const row = await findContainer(services, id)
      // A container has one standard input, however many read what comes out.
      return { transport, separate: row?.transport !== 'stdio' }
    },
    list: async () =>
      (await listContainers(services)).map(({ id, name }) => ({ ref: `container:${id}`, name })),
  }
}

/** Servers elsewhere. They act with their owner's authorization, so only the owner shares them. */
export function remoteServers(services: ConsoleServices): UpstreamKind {
  return {
    open: async (id) => ({ transport: await openRemoteTransport(services, id), separate: true }),
    async list(userId) {
      const rows = await remoteTables(services.db)
        .selectFrom('mcp_console.remote_servers')
        .select(['id', 'name'])
        .where('owner_id', '=', userId)
        .orderBy('name')
        .execute()
      return rows.map(({ id, name }) => ({ ref: `remote:${id}`, name }))
    },
  }
}

const CONFIGURED = /^([a-z][a-z0-9-]{0,62})=(https?:\/\/\S+)$/

/** Servers that the operator's configuration names: MCP servers that neither Docker nor a person runs. */
export function configuredServers(
  services: Pick<ConsoleServices, 'outbound'> & { appConfig: { gatewayServers: string[] } },
): UpstreamKind {
  const urls = new Map<string, string>()
  for (const entry of services.appConfig.gatewayServers) {
    const [, name, url] = CONFIGURED.exec(entry) ?? []
    if (name !== undefined && url !== undefined) urls.set(name, url)
  }
  return {
    async open(name) {
      const url = urls.get(name)
      if (url === undefined) {
        throw gatewayErrors.MCP_CONSOLE_SERVER_UNKNOWN({ server: `config:${name}` })
      }
      const dispatcher = services.outbound.agent('config')
      return { transport: createHttpTransport({ url, dispatcher }), separate: true }
    },
    list: async () => [...urls.keys()].map((name) => ({ ref: `config:${name}`, name })),
  }
}
