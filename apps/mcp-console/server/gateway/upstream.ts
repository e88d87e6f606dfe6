import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { gatewayErrors } from './errors.ts'

/**
 * How to reach one kind of server.
 * `separate`: whether each opening is a session of its own (Streamable HTTP, SSE) or all share one
 * stream (standard input and output of a container).
 */
export type UpstreamKind = {
  open(id: string): Promise<{ transport: Transport; separate: boolean }>
  /** Those that this person may put into a profile. */
  list(userId: string): Promise<Upstream[]>
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
    async list(userId: string): Promise<Upstream[]> {
      const lists = await Promise.all(Object.values(kinds).map((kind) => kind.list(userId)))
      return lists.flat()
    },
  }
}
