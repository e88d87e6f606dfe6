import type { Mailbox } from './address.ts'
import type { MailContext } from './context.ts'
import type { Rendered } from './templates/index.ts'

/** A mail ready to leave. */
export type Letter = { to: string; from: Mailbox; messageId: string; content: Rendered }

const CONNECT_TIMEOUT_MS = 10_000
const SOCKET_TIMEOUT_MS = 20_000

/**
 * Hands one mail to the server of MAIL_URL. The socket comes from `outbound`; what it says is nodemailer's.
 * Rejects with nodemailer's error: `responseCode` is the server's answer.
 */
export async function handOver(context: MailContext, url: string, letter: Letter): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const { protocol, hostname, port, username, password } = new URL(url)
  const secure = protocol === 'smtps:'
  const host = hostname.replace(/^\[|\]$/g, '')
  const target = { host, port: Number(port || (secure ? 465 : 587)) }
  const transport = createTransport({
    ...target,
    secure,
    requireTLS: !secure && context.demandTls && !isLoopback(host),
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    getSocket: (_options, done) => {
      context.outbound
        .connect({ ...target, trust: 'config', tls: secure, timeoutMs: CONNECT_TIMEOUT_MS })
        .then((connection) => done(null, { connection, secured: secure }), done)
    },
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail(envelopeOf(letter))
  } finally {
    transport.close()
  }
}

function envelopeOf({ to, from, messageId, content }: Letter) {
  return {
    // As objects: nothing in them is parsed as a list of addresses.
    from: { name: from.name, address: from.address },
    to: { name: '', address: to },
    envelope: { from: from.address, to: [to] },
    messageId,
    subject: content.subject,
    text: content.text,
    html: content.html,
    // Out-of-office programs stay silent (RFC 3834 §5).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
