import { frame, frameReader, lineReader } from './frames.ts'
import type { Mask } from './mask-values.ts'

/** The largest message, event or answer that is let through. */
const MAX_BYTES = 32 * 1024 * 1024

type Pieces = AsyncIterable<Buffer>

/**
 * The messages in Docker's stream of a server's outputs, masked and framed anew. Only standard output, and only lines
 * that may be a message: all else is for the log.
 */
export function maskedMessages(mask: Mask): (stream: Pieces) => AsyncGenerator<Buffer> {
  return async function* (stream) {
    const frames = frameReader()
    const lines = lineReader(MAX_BYTES)
    for await (const piece of stream) {
      for (const { channel, payload } of frames(piece)) {
        if (channel === 'stderr') continue
        for (const line of lines.push(payload)) {
          if (line[0] !== 123) continue // `{`
          yield frame(Buffer.from(`${mask(line.toString('utf8'))}\n`))
        }
      }
    }
  }
}

const DATA = /^(data: ?)(.*)$/s

/** Server-sent events, a line at a time: no string of JSON reaches over the end of one. */
export function maskedLines(mask: Mask): (stream: Pieces) => AsyncGenerator<string> {
  const masked = (line: Buffer): string => {
    const text = line.toString('utf8')
    const [, name, data] = DATA.exec(text) ?? []
    return name === undefined || data === undefined ? mask(text) : name + mask(data)
  }
  return async function* (stream) {
    const lines = lineReader(MAX_BYTES)
    for await (const piece of stream) {
      for (const line of lines.push(piece)) yield `${masked(line)}\n`
    }
    const rest = lines.rest()
    if (rest !== undefined) yield masked(rest)
  }
}

/** An answer of one piece, such as a JSON object. */
export function maskedWhole(mask: Mask): (stream: Pieces) => AsyncGenerator<string> {
  return async function* (stream) {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of stream) {
      size += piece.length
      if (size > MAX_BYTES) throw new Error('The answer of the server is too long.')
      pieces.push(piece)
    }
    if (size > 0) yield mask(Buffer.concat(pieces).toString('utf8'))
  }
}
