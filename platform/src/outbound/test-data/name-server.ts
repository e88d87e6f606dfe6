import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import ipaddr from 'ipaddr.js'

/** What a name server says to one question; `SERVFAIL` and `silence` are failures. */
export type Answer = readonly string[] | 'SERVFAIL' | 'silence'

export type NameServer = {
  address: string
  /** Questions so far, as `A rebind.example`. */
  asked(): readonly string[]
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A name server on loopback (RFC 1035, UDP, time to live 0) that says what the test tells it, and
 * may say something else the next time: a rebinding one.
 */
export async function nameServer(
  answer: (name: string, type: 'A' | 'AAAA', before: number) => Answer,
): Promise<NameServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (message, peer) => {
    const { name, type, end } = readQuestion(message)
    const question = `${type} ${name}`
    const said = answer(name, type, asked.filter((one) => one === question).length)
    asked.push(question)
    if (said === 'silence') return
    socket.send(writeAnswer(message, end, said), peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function readQuestion(message: Buffer): { name: string; type: 'A' | 'AAAA'; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type = message.readUInt16BE(at + 1) === 28 ? 'AAAA' : 'A'
  return { name: labels.join('.').toLowerCase(), type, end: at + 5 }
}

function writeAnswer(message: Buffer, end: number, said: readonly string[] | 'SERVFAIL'): Buffer {
  const addresses = said === 'SERVFAIL' ? [] : said
  const header = Buffer.alloc(12)
  message.copy(header, 0, 0, 2)
  header.writeUInt16BE(said === 'SERVFAIL' ? 0x8182 : 0x8180, 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(addresses.length, 6)
  const records = addresses.map((address) => {
    const bytes = Buffer.from(ipaddr.parse(address).toByteArray())
    const record = Buffer.from([
      0xc0,
      12,
      0,
      bytes.length === 16 ? 28 : 1,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      bytes.length,
    ])
    return Buffer.concat([record, bytes])
  })
  return Buffer.concat([header, message.subarray(12, end), ...records])
}
