import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { SMTPServerSession } from 'smtp-server'
import type { RequestLog, SeenRequest } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import type { Mailbox } from './mailbox.ts'
import { checkMessage, MAX_MESSAGE_BYTES, SmtpRefusal } from './message-rules.ts'

const MAX_RECIPIENTS = 100

type Step = 'auth' | 'sender' | 'recipient' | 'data'

type Context = {
  mailbox: Mailbox
  scenarios: ScenarioStore
  requests: RequestLog
  /** By the client's port, which a session knows: to hang up on it. */
  sockets: Map<number, Socket>
  closing: AbortSignal
}

/** What the server does at each command; a thrown SmtpRefusal becomes the reply. */
export function createSmtpRules(context: Context) {
  return {
    auth: (user: string, session: SMTPServerSession) =>
      step(context, 'auth', session, { user }, async () => {}),
    sender: (sender: string, session: SMTPServerSession) =>
      step(context, 'sender', session, { sender }, async () => {}),
    recipient: (recipient: string, session: SMTPServerSession) =>
      step(context, 'recipient', session, { recipient }, async () => {
        if (session.envelope.rcptTo.length < MAX_RECIPIENTS) return
        throw new SmtpRefusal(452, `4.5.3 Too many recipients, at most ${MAX_RECIPIENTS} a message`)
      }),
    async data(stream: AsyncIterable<Buffer>, session: SMTPServerSession): Promise<void> {
      const message = await readMessage(stream)
      const detail = { byteLength: message?.length ?? null }
      await step(context, 'data', session, detail, async (seen) => {
        if (message === null) {
          throw new SmtpRefusal(552, `5.3.4 Message exceeds ${MAX_MESSAGE_BYTES} bytes`)
        }
        checkMessage(message)
        const { mailFrom, rcptTo } = session.envelope
        const from = mailFrom ? mailFrom.address : ''
        const to = rcptTo.map((recipient) => recipient.address)
        seen.detail.mailId = (await context.mailbox.add({ from, to }, message)).id
      })
    },
  }
}

/** Logs the step, plays the scenario if one acts here, then does the work. */
async function step(
  context: Context,
  at: Step,
  session: SMTPServerSession,
  detail: Record<string, unknown>,
  work: (seen: SeenRequest) => Promise<void>,
): Promise<void> {
  const { mailFrom, rcptTo } = session.envelope
  const sender = String(detail.sender ?? (mailFrom ? mailFrom.address : ''))
  const recipient = String(detail.recipient ?? rcptTo.map(({ address }) => address).join(' '))
  const { scenario, does } = context.scenarios.take('smtp', { at, sender, recipient })
  const method = at.toUpperCase()
  const seen = context.requests.add({ service: 'smtp', method, path: '', scenario, detail })
  try {
    await misbehave(context, does, session)
    await work(seen)
    Object.assign(seen, { status: 250, outcome: 'completed' })
  } catch (error) {
    const status = error instanceof SmtpRefusal ? error.responseCode : 450
    Object.assign(seen, { status, outcome: 'failed' })
    throw error
  }
}

async function misbehave(
  context: Context,
  does: Record<string, unknown>,
  session: SMTPServerSession,
): Promise<void> {
  const { delayMs, disconnect, code, message, requireAuth } = does
  if (typeof delayMs === 'number') await delay(delayMs, undefined, { signal: context.closing })
  if (disconnect === true) {
    context.sockets.get(session.remotePort)?.destroy()
    throw new SmtpRefusal(421, '4.3.2 Connection dropped')
  }
  if (requireAuth === true && !session.user) {
    throw new SmtpRefusal(530, '5.7.0 Authentication required')
  }
  if (typeof code === 'number') throw new SmtpRefusal(code, String(message))
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
