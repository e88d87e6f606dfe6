import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What stands for Sentry and Alertmanager, and how it may be wrong. */
export type Receivers = AsyncDisposable & {
  dsn: string
  alertmanager: string
  /** Refuses events; takes alerts but tells nobody; fails to hand notifications over. */
  wrong: 'refuses' | 'silent' | 'failing' | undefined
}

export async function startReceivers(): Promise<Receivers> {
  let [sent, failed] = [3, 0]
  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/metrics') {
      const line = (name: string, value: number) =>
        `alertmanager_${name}_total{integration="email",receiver_name="on-call"} ${value}\n`
      response.end(line('notifications', sent) + line('notifications_failed', failed))
      return
    }
    if (request.url?.endsWith('/envelope/') === true) {
      response.writeHead(receivers.wrong === 'refuses' ? 403 : 200).end('{}')
      return
    }
    if (receivers.wrong !== 'silent') sent += 1
    if (receivers.wrong === 'failing') failed += 1
    response.end()
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve) => server.once('listening', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const receivers: Receivers = {
    dsn: `http://public@${host}/1`,
    alertmanager: `http://${host}`,
    wrong: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receivers
}
