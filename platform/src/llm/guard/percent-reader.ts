/** A character as it stands in an answer, and what a browser makes of it: `%E6%B8%AF` says 港. */
export type Written = { raw: string; says: string }

const HEX = /^[0-9a-f]$/i

/** How many bytes a UTF-8 character has that begins with this one; 0 when none does. */
function lengthAfter(lead: number): number {
  if (lead < 0x80) return 1
  if (lead >= 0xc2 && lead < 0xe0) return 2
  if (lead >= 0xe0 && lead < 0xf0) return 3
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0
}

const asWritten = (text: string): Written[] => Array.from(text, (raw) => ({ raw, says: raw }))

/**
 * Reads percent-encoding as it streams, so that an address says to a filter what it says to the
 * server it leads to. At most twelve characters are held back, and only after a percent sign.
 */
export class PercentReader {
  #held = ''
  #bytes: number[] = []

  /** Nothing is held back: any character but a percent sign stands for itself. */
  get idle(): boolean {
    return this.#held === ''
  }

  push(char: string): Written[] {
    const partial = this.#held.length - this.#bytes.length * 3
    const fits = partial === 0 ? char === '%' : HEX.test(char)
    if (!fits) {
      const before = this.end()
      return char === '%' ? [...before, ...this.push(char)] : [...before, { raw: char, says: char }]
    }
    this.#held += char
    return partial === 2 ? this.#takeByte() : []
  }

  end(): Written[] {
    const rest = asWritten(this.#held)
    this.#held = ''
    this.#bytes = []
    return rest
  }

  #takeByte(): Written[] {
    this.#bytes.push(Number.parseInt(this.#held.slice(-2), 16))
    const wanted = lengthAfter(this.#bytes[0] ?? 0)
    if (wanted > this.#bytes.length) return []
    const says = Buffer.from(this.#bytes).toString()
    if (wanted === 0 || says.includes('\ufffd')) return this.end()
    const written = { raw: this.#held, says }
    this.#held = ''
    this.#bytes = []
    return [written]
  }
}
