import { type AddressInfo, connect, createServer } from 'node:net'

export type RoundRobin = AsyncDisposable & {
  url: string
  /** Ports of the processes that take new connections from now on. */
  to(ports: number[]): void
}

/** A balancer without affinity, as nginx would be: each connection to the next process. */
export async function roundRobin(): Promise<RoundRobin> {
  let ports: number[] = []
  let turn = 0
  const server = createServer((client) => {
    turn += 1
    const port = ports[turn % ports.length]
    if (port === undefined) return void client.destroy()
    const process = connect(port, '127.0.0.1')
    client.pipe(process).pipe(client)
    client.on('error', () => process.destroy()).on('close', () => process.destroy())
    process.on('error', () => client.destroy()).on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to(next) {
      ports = next
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
