/** One item of an envelope, its payload as text. */
export type EnvelopeItem = { type: string; payload: string }
export type Envelope = {
  eventId: string | undefined
  dsn: string | undefined
  items: EnvelopeItem[]
}

/** What Relay answers with 400, and for which cause. */
export class EnvelopeError extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(`invalid event envelope: ${reason}`)
    this.name = 'EnvelopeError'
    this.reason = reason
  }
}

const NEWLINE = 0x0a

/**
 * Reads an envelope: a line of JSON, then for each item a line of JSON and its payload, `length`
 * bytes long or up to the next line end.
 * https://develop.sentry.dev/sdk/data-model/envelopes/
 */
export function readEnvelope(body: Buffer): Envelope {
  let at = 0
  const line = (): Buffer => {
    const end = body.indexOf(NEWLINE, at)
    const found = body.subarray(at, end === -1 ? body.length : end)
    at = end === -1 ? body.length : end + 1
    return found
  }
  const header = object(line(), 'invalid envelope header')
  const items: EnvelopeItem[] = []
  while (at < body.length) {
    const head = line()
    if (head.length === 0) continue
    const { type, length } = object(head, 'invalid item header')
    if (typeof type !== 'string') throw new EnvelopeError('invalid item header')
    let payload: Buffer
    if (typeof length === 'number') {
      if (at + length > body.length) throw new EnvelopeError('unexpected end of file')
      payload = body.subarray(at, at + length)
      at += length
      if (at < body.length && body[at] !== NEWLINE)
        throw new EnvelopeError('missing newline after header or payload')
      at += 1
    } else {
      payload = line()
    }
    items.push({ type, payload: payload.toString('utf8') })
  }
  const { event_id: eventId, dsn } = header
  return {
    eventId: typeof eventId === 'string' ? eventId : undefined,
    dsn: typeof dsn === 'string' ? dsn : undefined,
    items,
  }
}

function object(line: Buffer, problem: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
  } catch {
    // told below
  }
  throw new EnvelopeError(problem)
}
