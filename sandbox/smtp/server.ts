import type { AddressInfo, Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { RequestLog } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import type { Mailbox } from './mailbox.ts'
import { MAX_MESSAGE_BYTES } from './message-rules.ts'
import { createSmtpRules } from './rules.ts'

const IDLE_MS = 60_000

export type SmtpOptions = {
  host: string
  port: number
  mailbox: Mailbox
  scenarios: ScenarioStore
  requests: RequestLog
}

export type SmtpService = { url: string; close(): Promise<void> }

/** An SMTP server that delivers everything into the mailbox; nothing ever leaves it. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpService> {
  const sockets = new Map<number, Socket>()
  const closing = new AbortController()
  const rules = createSmtpRules({ ...options, sockets, closing: closing.signal })
  const server = new SMTPServer({
    banner: 'Minato sandbox',
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MESSAGE_BYTES,
    socketTimeout: IDLE_MS,
    closeTimeout: 200,
    onAuth: (auth, session, callback) => {
      const user = auth.username ?? ''
      settle(rules.auth(user, session), (error) => callback(error, error ? undefined : { user }))
    },
    onMailFrom: (address, session, callback) =>
      settle(rules.sender(address.address, session), callback),
    onRcptTo: (address, session, callback) =>
      settle(rules.recipient(address.address, session), callback),
    onData: (stream, session, callback) => settle(rules.data(stream, session), callback),
  })
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0
    sockets.set(port, socket)
    socket.on('close', () => sockets.delete(port))
  })
  // A client that vanishes is no fault of the server's; smtp-server reports it here.
  server.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.server.off('error', reject)
      resolve()
    })
  })
  return {
    url: `smtp://${options.host}:${(server.server.address() as AddressInfo).port}`,
    async close() {
      closing.abort()
      for (const socket of sockets.values()) socket.destroy()
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
}

function settle(step: Promise<void>, callback: (error?: Error | null) => void): void {
  step.then(
    () => callback(null),
    (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
  )
}
