import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

/** What the bench asks of this process. */
export type Work = {
  url: string
  key: string | undefined
  tool: string
  concurrent: number
  ms: number
}
/** Latencies of all calls that ended within the time, in milliseconds. */
export type Done = { perSecond: number; latencies: number[] }

// The official SDK's client in a process of its own: one for each way, kept for all rounds.
const clients = new Map<string, Promise<Client>>()

async function connect({ url, key }: Work): Promise<Client> {
  const client = new Client({ name: 'bench', version: '1.0.0' })
  const headers: Record<string, string> =
    key === undefined ? {} : { authorization: `Bearer ${key}` }
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } })
  // The class leaves its callbacks out where the interface has them undefined.
  await client.connect(transport as Parameters<Client['connect']>[0])
  return client
}

async function measure(work: Work): Promise<Done> {
  const client = await (clients.get(work.url) ?? clients.set(work.url, connect(work)).get(work.url))
  if (client === undefined) throw new Error('No client.')
  const latencies: number[] = []
  const startedAt = performance.now()
  const until = startedAt + work.ms
  const call = async (): Promise<void> => {
    while (performance.now() < until) {
      const sentAt = performance.now()
      if (work.tool === '') await client.listTools()
      else await client.callTool({ name: work.tool, arguments: { message: 'minato' } })
      latencies.push(performance.now() - sentAt)
    }
  }
  await Promise.all(Array.from({ length: work.concurrent }, call))
  return { perSecond: (latencies.length * 1000) / (performance.now() - startedAt), latencies }
}

process.on('message', (work: Work) => {
  measure(work).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
process.send?.('ready')
