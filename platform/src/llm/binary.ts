/**
 * Bytes for a message. A file on disk or in S3 is given as `{ size, open }`: it is read while it is
 * being sent, so five attachments never stand in memory at once, and a retry opens it again.
 */
export type Binary =
  | Uint8Array
  | string
  | { size: number; open: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> }

const DATA_URL = /^data:[^,]{0,200};base64,/

/** Size in bytes of what `data` stands for (base64 text decoded). */
export function binarySize(data: Binary): number {
  if (data instanceof Uint8Array) return data.byteLength
  if (typeof data !== 'string') return data.size
  const text = base64Of(data)
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return Math.floor((text.length * 3) / 4) - padding
}

/** The base64 text inside a data URL, or the text itself. */
function base64Of(data: string): string {
  return data.replace(DATA_URL, '')
}

/** Length of the base64 text for so many bytes, padding included. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4
}

/** A multiple of 3, so that every piece but the last encodes without padding. */
const SLICE_BYTES = 48 * 1024

/**
 * Base64 in pieces of at most 64 KiB. Encoding 25 MB in one go would hold up every other stream of
 * the process for tens of milliseconds.
 */
export async function* base64Pieces(data: Binary): AsyncGenerator<string> {
  if (typeof data === 'string') {
    const text = base64Of(data)
    for (let at = 0; at < text.length; at += 65_536) yield text.slice(at, at + 65_536)
    return
  }
  if (data instanceof Uint8Array) {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    for (let at = 0; at < bytes.length; at += SLICE_BYTES)
      yield bytes.toString('base64', at, Math.min(bytes.length, at + SLICE_BYTES))
    return
  }
  yield* encodeStream(await data.open(), data.size)
}

async function* encodeStream(source: AsyncIterable<Uint8Array>, size: number) {
  let rest = Buffer.alloc(0)
  let seen = 0
  for await (const chunk of source) {
    seen += chunk.byteLength
    // The length was announced before the file was opened; a file that grew must not spill over.
    if (seen > size) throw new Error(`The file is larger than the ${size} bytes announced.`)
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    const whole = bytes.length - (bytes.length % 3)
    for (let at = 0; at < whole; at += SLICE_BYTES)
      yield bytes.toString('base64', at, Math.min(whole, at + SLICE_BYTES))
    rest = bytes.subarray(whole)
  }
  if (seen !== size) throw new Error(`The file ended after ${seen} of ${size} bytes.`)
  if (rest.length > 0) yield rest.toString('base64')
}
