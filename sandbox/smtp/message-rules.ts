/** A refusal with the reply code SMTP gives it. */
export class SmtpRefusal extends Error {
  readonly responseCode: number
  constructor(responseCode: number, message: string) {
    super(message)
    this.name = 'SmtpRefusal'
    this.responseCode = responseCode
  }
}

export const MAX_MESSAGE_BYTES = 25 * 1024 * 1024
const MAX_HEADER_BYTES = 64 * 1024
/** RFC 5322, 2.1.1: 998 characters without CRLF. */
const MAX_LINE_BYTES = 998
/** RFC 5322, 3.6: these occur at most once; twice is what header injection looks like. */
const ONCE = ['from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'message-id', 'subject', 'date']

/** Refuses what large mail providers refuse, so that a broken mail fails here first. */
export function checkMessage(message: Buffer): void {
  const end = message.indexOf('\r\n\r\n')
  const head = message.subarray(0, end < 0 ? message.length : end)
  if (head.length > MAX_HEADER_BYTES) {
    throw new SmtpRefusal(552, `5.3.4 Message headers exceed ${MAX_HEADER_BYTES} bytes`)
  }
  checkLines(message)
  const names = head
    .toString('latin1')
    .split('\r\n')
    .map((line) => /^([!-9;-~]+):/.exec(line)?.[1]?.toLowerCase())
  if (!names.includes('from')) {
    throw new SmtpRefusal(550, '5.7.1 Message has no From header (RFC 5322)')
  }
  const twice = ONCE.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (twice)
    throw new SmtpRefusal(550, `5.7.1 Message has more than one ${twice} header (RFC 5322)`)
}

function checkLines(message: Buffer): void {
  for (let start = 0; start < message.length; ) {
    const found = message.indexOf(10, start)
    const end = found < 0 ? message.length : found
    if (end - start > MAX_LINE_BYTES + 1) {
      throw new SmtpRefusal(550, `5.6.0 A line is longer than ${MAX_LINE_BYTES} bytes (RFC 5322)`)
    }
    start = end + 1
  }
}
