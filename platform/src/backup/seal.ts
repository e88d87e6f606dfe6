import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { ByteQueue } from './byte-queue.ts'

/** Plain bytes a frame; the last one may hold fewer, or none. */
const FRAME_BYTES = 256 * 1024
const TAG_BYTES = 16
const HEAD_BYTES = 5

/** A sealed stream was altered, cut, reordered, or belongs to another key. */
export class SealBroken extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'SealBroken'
  }
}

/** A key for one part of one backup: bytes of another part or backup never fit in. */
export function partKey(dataKey: Buffer, id: string, part: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, id, `minato backup ${part}`, 32))
}

/**
 * The nonce carries the frame's number and whether it is the last: so frames cannot be reordered,
 * repeated or left out, and a cut end is noticed (the STREAM construction of Hoang et al., 2015).
 * A key seals one stream only, so no nonce is used twice.
 */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt8(last ? 1 : 0, 0)
  nonce.writeBigUInt64BE(BigInt(index), 4)
  return nonce
}

/** AES-256-GCM in frames `last (1) | length (4) | ciphertext | tag (16)`, with bounded memory. */
export async function* seal(
  key: Buffer,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, void> {
  const queue = new ByteQueue()
  let index = 0
  for await (const piece of source) {
    queue.push(piece)
    // One byte more than a frame must be there: only then is it known not to be the last.
    while (queue.length > FRAME_BYTES) {
      yield frame(key, index, false, queue.take(FRAME_BYTES) ?? Buffer.alloc(0))
      index += 1
    }
  }
  yield frame(key, index, true, queue.take(queue.length) ?? Buffer.alloc(0))
}

function frame(key: Buffer, index: number, last: boolean, plain: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last))
  const body = cipher.update(plain)
  cipher.final()
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(last ? 1 : 0, 0)
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body, cipher.getAuthTag()])
}

/**
 * The plain bytes again. Nothing of a frame is given out before its tag has been checked.
 * @throws {SealBroken}
 */
export async function* unseal(
  key: Buffer,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, void> {
  const queue = new ByteQueue()
  let index = 0
  let ended = false
  let head: Buffer | undefined
  for await (const piece of source) {
    queue.push(piece)
    for (;;) {
      if (ended && queue.length > 0) throw new SealBroken('bytes follow the end')
      head ??= queue.take(HEAD_BYTES)
      if (head === undefined) break
      const length = head.readUInt32BE(1)
      // The tag covers this byte by the nonce, which tells 0 from 1 only.
      const mark = head.readUInt8(0)
      if (length > FRAME_BYTES || mark > 1) throw new SealBroken(`frame ${index} is altered`)
      const sealed = queue.take(length + TAG_BYTES)
      if (sealed === undefined) break
      ended = mark === 1
      yield openFrame(key, index, ended, sealed)
      head = undefined
      index += 1
    }
  }
  if (!ended) throw new SealBroken('the end is missing')
}

function openFrame(key: Buffer, index: number, last: boolean, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last))
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw new SealBroken(`frame ${index} is altered, out of order, or of another key`)
  }
  return plain
}
