/** Hashed features: 2^15 buckets of one byte each make a model of 44 kB in base64. */
export const BUCKETS = 1 << 15

/** A longer text is judged by its beginning and its end; orders stand at either. */
const HEAD_CHARS = 1_400
const TAIL_CHARS = 600
const PIECE_CHARS = 4
const MAX_WORD_CHARS = 22
const KANA_SIZES = [2, 3, 4]

const SPACE = 0x20

/** What a UTF-16 unit is to the tokenizer. Marks of source code are nothing: they would tell code, not orders. */
const NOTHING = 0
const WORD = 1
const JAPANESE = 2
const MARK = 3

function kindOf(code: number): number {
  if (code < 0x80) {
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x27)
      return WORD
    if (code >= 0x41 && code <= 0x5a) return WORD
    return code === 0x21 || code === 0x3f ? MARK : NOTHING
  }
  if (code >= 0x3041 && code <= 0x30fe) return JAPANESE
  if ((code >= 0x3400 && code <= 0x9fff) || code === 0x3005) return JAPANESE
  if (code < 0xc0 || (code >= 0x2000 && code <= 0x303f) || code >= 0xd800) return NOTHING
  return WORD
}

/** FNV-1a, one unit. */
function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

/** Spreads a hash over the buckets. */
function bucket(hash: number): number {
  return (Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 12) & (BUCKETS - 1)
}

const start = (kind: number): number => 0x811c9dc5 ^ (kind * 0x9e3779b1)

/**
 * Which features a text has, as bucket numbers, each once: words, pairs of words and pieces of words where
 * words are spaced; two to four characters where they are not. Hand-written, since it sees every character
 * of every text: a regular expression with a set takes eight times as long.
 */
export class Features {
  readonly buckets = new Uint16Array(8 * (HEAD_CHARS + TAIL_CHARS))
  size = 0
  readonly #seen = new Uint32Array(BUCKETS)
  #round = 0

  /** Reads the view of a text (Latin, or Japanese where there is any); the result is overwritten next time. */
  read(view: string): void {
    this.size = 0
    this.#round++
    const long = view.length > HEAD_CHARS + TAIL_CHARS
    const text = long ? `${view.slice(0, HEAD_CHARS)} ${view.slice(-TAIL_CHARS)}` : view
    let previous = start(9)
    for (let at = 0; at < text.length; ) {
      const kind = kindOf(text.charCodeAt(at))
      let end = at + 1
      while (
        kind !== NOTHING &&
        kind !== MARK &&
        end < text.length &&
        kindOf(text.charCodeAt(end)) === kind
      ) {
        end++
      }
      if (kind === JAPANESE) this.#characters(text, at, end)
      else if (kind !== NOTHING) previous = this.#word(text, at, end, previous)
      at = end
    }
  }

  #add(hash: number): void {
    const index = bucket(hash)
    if (this.#seen[index] === this.#round || this.size === this.buckets.length) return
    this.#seen[index] = this.#round
    this.buckets[this.size++] = index
  }

  #word(text: string, from: number, to: number, previous: number): number {
    let hash = start(1)
    for (let at = from; at < to; at++) hash = step(hash, text.charCodeAt(at))
    this.#add(hash)
    this.#add(step(step(previous, 2), hash))
    if (to - from >= PIECE_CHARS) this.#pieces(text, from, Math.min(to, from + MAX_WORD_CHARS))
    return hash
  }

  /** Pieces of ` word `, four units each, so that beginnings and endings differ from middles. */
  #pieces(text: string, from: number, to: number): void {
    for (let at = from - 1; at + PIECE_CHARS <= to + 1; at++) {
      let hash = start(3)
      for (let unit = at; unit < at + PIECE_CHARS; unit++) {
        hash = step(hash, unit < from || unit >= to ? SPACE : text.charCodeAt(unit))
      }
      this.#add(hash)
    }
  }

  #characters(text: string, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      for (const size of KANA_SIZES) {
        if (at + size > to) break
        let hash = start(4 + size)
        for (let unit = at; unit < at + size; unit++) hash = step(hash, text.charCodeAt(unit))
        this.#add(hash)
      }
    }
  }
}
