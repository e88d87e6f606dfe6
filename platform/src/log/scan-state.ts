import { isWord } from './characters.ts'
import { isJson, JsonPlaces, placeInJson } from './json-place.ts'
import { anyRegistered, MIN_SECRET_LENGTH, registeredLengthAt } from './registered.ts'

export const MASK = '[secret]'
/** Between a name and its value no more than this is skipped without a second look: `": "`, `: Bearer `. */
const PASSED_OVER = 12

/** One reading of a text: what was masked so far, and what rules need to remember of it. */
export class Scan {
  readonly text: string
  /** Everything before this position is decided. */
  done = 0
  /** What was read before and need not be read again: the last long bare value, the last line, closing marks. */
  bareFrom = -1
  bareTo = -1
  lineFrom = -1
  lineTo = -1
  readonly closings = new Map<string, number>()
  /** Up to here stands base64 of a picture: chance strings in it are no keys. */
  quietUntil = 0
  /** Steps left for walking into objects under a secret's name: bounds the work on hostile nesting. */
  steps: number
  /** The parts of the text that are manifests of Kubernetes secrets, once somebody asked. */
  secretDocuments: [number, number][] | undefined
  /** Where the reading stands. */
  at = 0
  /** The end of the name that was recognized there as a whole. */
  nameEnd = 0
  /** What a mask left around it must be read again: letters right beside it, or a gap that was passed over. */
  ragged = false
  #places: JsonPlaces | undefined
  #json: boolean | undefined
  #out = ''

  constructor(text: string) {
    this.text = text
    this.steps = 20_000 + 2 * text.length
  }

  /** The text is a JSON document, so quotation marks and escapes must stay whole. Found out when first asked. */
  get json(): boolean {
    this.#json ??= isJson(this.text)
    return this.#json
  }

  /** Replaces [start, end) and returns where the scan goes on; 0 when JSON would break. */
  mask(start: number, end: number, replacement?: string): number {
    if (end <= start) return 0
    if (end <= this.done) return this.done
    const [from, to] = this.#widened(Math.max(start, this.done), end)
    if (!this.json) return this.#replace(from, to, replacement ?? MASK)
    this.#places ??= new JsonPlaces(this.text)
    const span = placeInJson(this.text, this.#places, from, to, replacement)
    return span === undefined ? 0 : this.#replace(from, span.end, span.replacement ?? MASK)
  }

  #replace(from: number, to: number, replacement: string): number {
    if (
      from - Math.max(this.at, this.nameEnd) > PASSED_OVER ||
      (anyRegistered && this.#passedOver(from))
    )
      this.ragged = true
    if (isWord(this.text.charCodeAt(from - 1)) || isWord(this.text.charCodeAt(to)))
      this.ragged = true
    this.#out += this.text.slice(this.done, from) + replacement
    this.done = to
    return to
  }

  /** Whether a registered value stands between where the reading is and `from`. */
  #passedOver(from: number): boolean {
    for (let at = Math.max(this.done, this.at - MIN_SECRET_LENGTH); at < from; at++) {
      if (registeredLengthAt(this, at) > 0) return true
    }
    return false
  }

  /** How far a rule may look back from `start`; what was decided there already is looked at again afterwards. */
  back(start: number, reach: number): number {
    const from = Math.max(0, start - reach)
    if (this.done <= from) return from
    this.ragged = true
    return this.done
  }

  /** A registered value that reaches over the edges of what is masked goes as a whole. */
  #widened(start: number, end: number): [number, number] {
    let from = start
    let to = end
    if (!anyRegistered) return [from, to]
    for (let at = Math.max(this.done, start - MIN_SECRET_LENGTH); at < to; at++) {
      const length = registeredLengthAt(this, at)
      if (length === 0) continue
      from = Math.min(from, at)
      to = Math.max(to, at + length)
    }
    return [from, to]
  }

  finish(): string {
    return this.done === 0 ? this.text : this.#out + this.text.slice(this.done)
  }
}
