import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { RequestLog, SeenRequest } from '../control/request-log.ts'
import type { ScenarioStore, TakenScenario } from '../control/scenario-store.ts'
import type { Mailbox } from './mailbox.ts'
import { checkMessage, SmtpRefusal } from './message-rules.ts'

const MAX_MESSAGE_BYTES = 25 * 1024 * 1024
const MAX_RECIPIENTS = 100
const IDLE_MS = 60_000

export type SmtpOptions = {
  host: string
  port: number
  mailbox: Mailbox
  scenarios: ScenarioStore
  requests: RequestLog
}

export type SmtpService = { url: string; close(): Promise<void> }

type Step = 'auth' | 'sender' | 'recipient' | 'data'

/** An SMTP server that delivers everything into the mailbox; nothing ever leaves it. */
export async function startSmtp(options: SmtpOptions): Promise<SmtpService> {
  const sockets = new Map<number, Socket>()
  const closing = new AbortController()
  const rules = createRules(options, sockets, closing.signal)
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

function createRules(options: SmtpOptions, sockets: Map<number, Socket>, closing: AbortSignal) {
  const { scenarios, requests, mailbox } = options

  /** Logs the step, waits or refuses as the scenario says. */
  async function play(at: Step, session: SMTPServerSession, detail: Record<string, unknown>) {
    const sender = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
    const recipients = session.envelope.rcptTo.map((recipient) => recipient.address)
    const recipient = typeof detail.recipient === 'string' ? detail.recipient : recipients.join(' ')
    const taken = scenarios.take('smtp', { at, sender, recipient })
    const { scenario } = taken
    const seen = requests.add({
      service: 'smtp',
      method: at.toUpperCase(),
      path: '',
      scenario,
      detail,
    })
    await misbehave(taken, seen, session)
    return seen
  }

  async function misbehave(taken: TakenScenario, seen: SeenRequest, session: SMTPServerSession) {
    const { delayMs, disconnect, code, message } = taken.does
    if (typeof delayMs === 'number') await delay(delayMs, undefined, { signal: closing })
    if (disconnect === true) {
      seen.outcome = 'failed'
      sockets.get(session.remotePort)?.destroy()
      throw new SmtpRefusal(421, '4.3.2 Connection dropped')
    }
    const refused = taken.does.requireAuth === true && !session.user
    if (typeof code !== 'number' && !refused) return
    const reply = refused ? 530 : Number(code)
    Object.assign(seen, { status: reply, outcome: 'failed' })
    throw new SmtpRefusal(reply, refused ? '5.7.0 Authentication required' : String(message))
  }

  return {
    async auth(user: string, session: SMTPServerSession) {
      succeed(await play('auth', session, { user }), 235)
    },
    async sender(sender: string, session: SMTPServerSession) {
      succeed(await play('sender', session, { sender }), 250)
    },
    async recipient(recipient: string, session: SMTPServerSession) {
      if (session.envelope.rcptTo.length >= MAX_RECIPIENTS) {
        throw new SmtpRefusal(452, `4.5.3 Too many recipients, at most ${MAX_RECIPIENTS} a message`)
      }
      succeed(await play('recipient', session, { recipient }), 250)
    },
    async data(stream: AsyncIterable<Buffer>, session: SMTPServerSession) {
      const message = await readMessage(stream)
      const seen = await play('data', session, { byteLength: message?.length ?? null })
      try {
        if (message === null) {
          throw new SmtpRefusal(552, `5.3.4 Message exceeds ${MAX_MESSAGE_BYTES} bytes`)
        }
        checkMessage(message)
      } catch (error) {
        const status = error instanceof SmtpRefusal ? error.responseCode : 450
        Object.assign(seen, { status, outcome: 'failed' })
        throw error
      }
      const { mailFrom, rcptTo } = session.envelope
      const envelope = {
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map((recipient) => recipient.address),
      }
      const mail = await mailbox.add(envelope, message)
      seen.detail.mailId = mail.id
      succeed(seen, 250)
    },
  }
}

function succeed(seen: SeenRequest, status: number): void {
  Object.assign(seen, { status, outcome: 'completed' })
}

/** Reads to the end in any case; null when the message is over the limit. */
async function readMessage(stream: AsyncIterable<Buffer>): Promise<Buffer | null> {
  const parts: Buffer[] = []
  let byteLength = 0
  for await (const part of stream) {
    byteLength += part.length
    if (byteLength <= MAX_MESSAGE_BYTES) parts.push(part)
    else parts.length = 0
  }
  return byteLength > MAX_MESSAGE_BYTES ? null : Buffer.concat(parts)
}
