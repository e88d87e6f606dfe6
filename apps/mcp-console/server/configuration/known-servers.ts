import type { ConsoleServices } from '../config.ts'

type ServerTables = {
  'mcp_console.containers': { id: string }
  'mcp_console.remote_servers': { id: string }
}

/** Every server a profile can name now: `container:<id>`, `remote:<id>`, `config:<name>`. */
export async function knownServers(services: ConsoleServices): Promise<ReadonlySet<string>> {
  const db = services.db.withTables<ServerTables>()
  const [containers, remotes] = await Promise.all([
    db.selectFrom('mcp_console.containers').select('id').execute(),
    db.selectFrom('mcp_console.remote_servers').select('id').execute(),
  ])
  const configured = services.appConfig.gatewayServers.map((entry) => entry.split('=', 1)[0] ?? '')
  return new Set([
    ...containers.map(({ id }) => `container:${id}`),
    ...remotes.map(({ id }) => `remote:${id}`),
    ...configured.map((name) => `config:${name}`),
  ])
}
