/** Whether the text is a whole JSON document. Most are not even its first character, so that parsing is rare. */
export function isJson(text: string): boolean {
  let start = 0
  let end = text.length - 1
  while (start < end && text.charCodeAt(start) <= 32) start++
  while (end > start && text.charCodeAt(end) <= 32) end--
  const ends = text.charAt(start) + text.charAt(end)
  if (ends !== '{}' && ends !== '[]' && ends !== '""') return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/**
 * Where in a document strings stand. It is read once, as far as anybody asks, with a mark every 256 characters, so that
 * a question about any place costs no more than that.
 */
export class JsonPlaces {
  readonly #text: string
  /** By block: the first position in it that is not inside an escape, and whether a string is open there. */
  readonly #marks: { at: number; inString: boolean }[] = [{ at: 0, inString: false }]

  constructor(text: string) {
    this.#text = text
  }

  /** Whether `position` is inside a string; undefined when it is inside an escape. */
  inString(position: number): boolean | undefined {
    const block = position >> BLOCK_BITS
    while (this.#marks.length <= block) this.#markNext()
    let mark = this.#marks[block]
    if (mark === undefined || mark.at > position) mark = this.#marks[block - 1]
    if (mark === undefined) return undefined
    const { at, inString } = readTo(this.#text, mark, position)
    return at === position ? inString : undefined
  }

  #markNext(): void {
    const last = this.#marks.at(-1) ?? { at: 0, inString: false }
    this.#marks.push(readTo(this.#text, last, this.#marks.length << BLOCK_BITS))
  }
}

const BLOCK_BITS = 8

/** Reads on from a mark to `to`, or just past it when that is inside an escape. */
function readTo(text: string, mark: { at: number; inString: boolean }, to: number) {
  let { at, inString } = mark
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code === 34) inString = !inString
    at += inString && code === 92 ? escapeLength(text, at) : 1
  }
  return { at, inString }
}

export type JsonSpan = { end: number; replacement: string | undefined }

/**
 * What of [start, end) may be replaced so that the document stays one: inside a string all up to its end, but no half
 * escape; outside of strings only a whole number, which becomes a string.
 */
export function placeInJson(
  text: string,
  places: JsonPlaces,
  start: number,
  end: number,
  replacement: string | undefined,
): JsonSpan | undefined {
  const inString = places.inString(start)
  if (inString === undefined) return undefined
  if (!inString) {
    const whole =
      /^-?\d[\d.eE+-]*$/.test(text.slice(start, end)) && !/[\d.eE+-]/.test(text.charAt(end))
    return whole && !/[\d.eE+-]/.test(text.charAt(start - 1))
      ? { end, replacement: '"[secret]"' }
      : undefined
  }
  let to = start
  while (to < end && text.charCodeAt(to) !== 34) to += escapeLength(text, to)
  if (to <= start) return undefined
  // Quotation marks that are not escaped would close the string.
  const fits = replacement === undefined || /^\\/.test(replacement)
  return { end: to, replacement: fits ? replacement : undefined }
}

function escapeLength(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92) return 1
  return text.charCodeAt(at + 1) === 117 ? 6 : 2
}
