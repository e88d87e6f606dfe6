/** Which of a container's two outputs a piece is from. */
export type Channel = 'stdout' | 'stderr'
type Frame = { channel: Channel; payload: Buffer }

const HEADER_BYTES = 8

/**
 * Takes Docker's multiplexed stream apart: eight bytes (channel, 0, 0, 0, length in big endian), then the payload.
 * Pieces may be cut anywhere; nothing is copied but what a cut made necessary.
 */
export function frameReader(): (piece: Buffer) => Frame[] {
  let rest: Buffer = Buffer.alloc(0)
  return (piece) => {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece])
    const frames: Frame[] = []
    for (;;) {
      if (rest.length < HEADER_BYTES) break
      const length = rest.readUInt32BE(4)
      if (rest.length < HEADER_BYTES + length) break
      const payload = rest.subarray(HEADER_BYTES, HEADER_BYTES + length)
      frames.push({ channel: rest[0] === 2 ? 'stderr' : 'stdout', payload })
      rest = rest.subarray(HEADER_BYTES + length)
    }
    return frames
  }
}

/** The same way round: a piece of standard output as Docker would give it. */
export function frame(payload: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header[0] = 1
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/**
 * Cuts a stream of bytes into lines, without their ends. Pieces of one line are kept in a list, so a line of many
 * megabytes costs no more than its length; beyond `maxBytes` it is given in parts.
 */
export function lineReader(maxBytes: number): {
  push(piece: Buffer): Buffer[]
  /** What came after the last line end. */
  rest(): Buffer | undefined
} {
  let parts: Buffer[] = []
  let size = 0
  const take = (): Buffer => {
    const line = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)
    parts = []
    size = 0
    return line.at(-1) === 13 ? line.subarray(0, -1) : line
  }
  const keep = (part: Buffer, lines: Buffer[]) => {
    if (part.length === 0) return
    parts.push(part)
    size += part.length
    if (size >= maxBytes) lines.push(take())
  }
  return {
    push(piece) {
      const lines: Buffer[] = []
      let from = 0
      for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, from)) {
        keep(piece.subarray(from, at), lines)
        lines.push(take())
        from = at + 1
      }
      keep(piece.subarray(from), lines)
      return lines
    },
    rest: () => (size === 0 ? undefined : take()),
  }
}
