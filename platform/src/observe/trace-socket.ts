import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import type { Outbound } from '../outbound/index.ts'

type Connected = (error: Error | null, socket: Duplex) => void
type Target = { host?: string | null; port?: number | string | null }

/** An agent for a library that insists on Node's own client: its sockets come from `outbound`. */
export function outboundAgent(
  protocol: string,
  outbound: Promise<Pick<Outbound, 'connect'>>,
): HttpAgent {
  const tls = protocol === 'https:'
  const agent = tls ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const dial = async ({ host, port }: Target) => {
    const way = await outbound
    return await way.connect({
      host: host ?? 'localhost',
      port: Number(port ?? (tls ? 443 : 80)),
      trust: 'config',
      tls,
    })
  }
  agent.createConnection = (options: Target, connected?: Connected) => {
    dial(options).then(
      (socket) => connected?.(null, socket),
      (error: Error) => connected?.(error, undefined as unknown as Duplex),
    )
    return undefined
  }
  return agent
}
