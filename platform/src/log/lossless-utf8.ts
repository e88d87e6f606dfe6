import { isUtf8 } from 'node:buffer'

/** Bytes that are not UTF-8 become lone surrogates U+DC80…U+DCFF and come back as the same bytes (PEP 383). */
const ESCAPE = 0xdc00

export function decodeLossless(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let out = ''
  let from = 0
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i)
    if (length > 0) {
      i += length
      continue
    }
    out += bytes.toString('utf8', from, i) + String.fromCharCode(ESCAPE + (bytes[i] ?? 0))
    i++
    from = i
  }
  return out + bytes.toString('utf8', from)
}

function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  if (length === 0 || at + length > bytes.length) return 0
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0
}

export function encodeLossless(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const pieces: Buffer[] = []
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0xd800 && code <= 0xdbff) {
      i++
    } else if (code >= 0xdc80 && code <= 0xdcff) {
      pieces.push(Buffer.from(text.slice(from, i), 'utf8'), Buffer.of(code - ESCAPE))
      from = i + 1
    }
  }
  pieces.push(Buffer.from(text.slice(from), 'utf8'))
  return Buffer.concat(pieces)
}
