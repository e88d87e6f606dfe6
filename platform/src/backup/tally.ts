import { createHash, type Hash, hash } from 'node:crypto'

export type Tally = { rows: number; bytes: number; checksum: string }

const LANES = 8
const NEWLINE = 0x0a

/**
 * Counts rows of COPY's text format (one line a row, newlines inside of values are escaped) and sums
 * their SHA-256 in eight lanes of 32 bits. The sum does not depend on the order of the rows, so two
 * databases that hold the same rows have the same one, however they lie on disk.
 */
export function createTally(): { add(chunk: Buffer): void; result(): Tally } {
  const lanes = new Uint32Array(LANES)
  let rows = 0
  let bytes = 0
  // A row that goes over several pieces is hashed as it comes: it may be large.
  let open: Hash | undefined
  const count = (digest: Buffer): void => {
    for (let lane = 0; lane < LANES; lane += 1) {
      // The array keeps the lowest 32 bits of each sum.
      lanes[lane] = (lanes[lane] ?? 0) + digest.readUInt32BE(lane * 4)
    }
    rows += 1
  }
  return {
    add(chunk) {
      bytes += chunk.length
      let from = 0
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        const line = chunk.subarray(from, at)
        count(open === undefined ? hash('sha256', line, 'buffer') : open.update(line).digest())
        open = undefined
        from = at + 1
      }
      if (from < chunk.length) {
        open ??= createHash('sha256')
        open.update(chunk.subarray(from))
      }
    },
    result() {
      if (open !== undefined) throw new Error('the last row is cut')
      const sum = [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
      return { rows, bytes, checksum: sum }
    },
  }
}
