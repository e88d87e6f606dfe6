import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import type { Target } from './target.ts'
import { AUDIT_AGENT, dial } from './wire.ts'

/** A WebSocket client of text messages (RFC 6455), enough for one conversation. */
export type Line = {
  send(text: string): void
  /** The next message that `wanted` takes; others are passed over. */
  next(wanted: (text: string) => boolean, withinMs: number): Promise<string>
  close(): void
}

/** @throws {Error} when the handshake is refused. */
export async function openLine(
  target: Target,
  path: string,
  headers: Record<string, string>,
  source?: string,
): Promise<Line> {
  const socket = await dial(target, source)
  const lines = {
    host: target.publicHost,
    'user-agent': AUDIT_AGENT,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...headers,
  }
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET ${path} HTTP/1.1\r\n${text.join('')}\r\n`)
  return converse(socket)
}

type Waiting = { wanted: (text: string) => boolean; resolve: (text: string) => void }

function converse(socket: Socket): Line {
  let buffered: Buffer = Buffer.alloc(0)
  let open = false
  const messages: string[] = []
  let waiting: Waiting | undefined
  const deliver = () => {
    while (waiting !== undefined && messages.length > 0) {
      const text = messages.shift() ?? ''
      // Engine.IO’s ping: who does not answer is dropped.
      if (text === '2') socket.write(frame('3'))
      if (!waiting.wanted(text)) continue
      waiting.resolve(text)
      waiting = undefined
    }
  }
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk])
    if (!open) {
      const end = buffered.indexOf('\r\n\r\n')
      if (end === -1) return
      open = buffered.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 101')
      messages.push(
        ...(open
          ? []
          : [`refused: ${buffered.subarray(0, end).toString('latin1').split('\r\n')[0]}`]),
      )
      buffered = buffered.subarray(end + 4)
    }
    if (open) buffered = takeFrames(buffered, messages)
    deliver()
  })
  return {
    send: (text) => void socket.write(frame(text)),
    close: () => socket.destroy(),
    next: (wanted, withinMs) =>
      new Promise((resolve, reject) => {
        const end = (error: Error) => {
          waiting = undefined
          reject(error)
        }
        const timer = setTimeout(
          () => end(new Error(`no message within ${withinMs / 1000} s`)),
          withinMs,
        )
        socket.once('close', () => end(new Error('the connection was closed')))
        waiting = {
          wanted: (text) => text.startsWith('refused: ') || wanted(text),
          resolve(text) {
            clearTimeout(timer)
            if (text.startsWith('refused: ')) reject(new Error(text))
            else resolve(text)
          },
        }
        deliver()
      }),
  }
}

/** A whole text message from a client: masked, as the protocol demands. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const mask = randomBytes(4)
  const head =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 0xff])
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0))])
}

/** Takes whole messages off the front; gives what is left. */
function takeFrames(buffer: Buffer, messages: string[]): Buffer {
  let rest = buffer
  for (;;) {
    if (rest.length < 2) return rest
    let length = (rest[1] ?? 0) & 0x7f
    let offset = 2
    if (length === 126) {
      if (rest.length < 4) return rest
      length = rest.readUInt16BE(2)
      offset = 4
    } else if (length === 127) {
      if (rest.length < 10) return rest
      length = Number(rest.readBigUInt64BE(2))
      offset = 10
    }
    if (rest.length < offset + length) return rest
    if (((rest[0] ?? 0) & 0x0f) === 1)
      messages.push(rest.subarray(offset, offset + length).toString('utf8'))
    rest = rest.subarray(offset + length)
  }
}
