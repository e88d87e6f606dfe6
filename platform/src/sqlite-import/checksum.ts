const NEWLINE = 10

/** What a set of rows comes to, whatever their order. */
export type Sum = { rows: number; low: number; high: number }

export const EMPTY_SUM: Readonly<Sum> = Object.freeze({ rows: 0, low: 0, high: 0 })

/**
 * Adds the rows of a buffer (complete lines, each with its newline) to a sum. Each row is hashed on
 * its own (two FNV-1a lanes with different seeds, finished as in MurmurHash3) and the hashes are
 * added modulo 2^64: the order does not matter, a doubled or lost row does. It finds accidents; it
 * does not withstand somebody who makes collisions on purpose.
 */
export function addLines(sum: Sum, lines: Uint8Array): void {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let at = 0; at < lines.length; at += 1) {
    const byte = lines[at] ?? 0
    if (byte === NEWLINE) {
      sum.rows += 1
      sum.low = (sum.low + finish(low)) % 2 ** 32
      sum.high = (sum.high + finish(high)) % 2 ** 32
      low = 0x811c9dc5
      high = 0x9747b28c
    } else {
      low = Math.imul(low ^ byte, 0x01000193)
      high = Math.imul(high ^ byte, 0x5bd1e995)
      high ^= high >>> 15
    }
  }
}

function finish(hash: number): number {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Sixteen hexadecimal digits. */
export function sumText({ low, high }: Sum): string {
  return [high, low].map((part) => part.toString(16).padStart(8, '0')).join('')
}

export function sameSum(one: Sum, other: Sum): boolean {
  return one.rows === other.rows && one.low === other.low && one.high === other.high
}
