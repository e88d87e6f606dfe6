import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ConsoleServices } from '../config.ts'
import { gatewayErrors } from './errors.ts'
import { createHttpTransport } from './http-transport.ts'

/**
 * How to reach one kind of server.
 * `separate`: whether each opening is a session of its own (Streamable HTTP, SSE) or all share one
 * stream (standard input and output of a container).
 */
export type UpstreamKind = {
  open(id: string): Promise<{ transport: Transport; separate: boolean }>
  list(): Promise<Upstream[]>
}

export type Upstream = { ref: string; name: string }

/** Kinds by the word before the colon of a reference such as `container:<uuid>`. */
export type Upstreams = ReturnType<typeof createUpstreams>

const REF = /^([a-z]+):([A-Za-z0-9._-]{1,128})$/

/** Opens servers by reference, whatever runs them. */
export function createUpstreams(kinds: Readonly<Record<string, UpstreamKind>>) {
  const find = (ref: string): { kind: UpstreamKind; id: string } => {
    const [, word = '', id = ''] = REF.exec(ref) ?? []
    const kind = Object.hasOwn(kinds, word) ? kinds[word] : undefined
    if (kind === undefined) throw gatewayErrors.MCP_CONSOLE_SERVER_UNKNOWN({ server: ref })
    return { kind, id }
  }
  return {
    open(ref: string) {
      const { kind, id } = find(ref)
      return kind.open(id)
    },
    async list(): Promise<Upstream[]> {
      const lists = await Promise.all(Object.values(kinds).map((kind) => kind.list()))
      return lists.flat()
    },
    async exists(ref: string): Promise<boolean> {
      const { kind } = find(ref)
      return (await kind.list()).some((upstream) => upstream.ref === ref)
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
