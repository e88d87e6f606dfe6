import { visible } from './invisible.ts'
import { defuseTemplateMarks } from './template-marks.ts'

/** The cap of a field whose caller names none, in UTF-16 units: about 25 pages. */
export const DEFAULT_MAX_CHARS = 100_000

export type NormalizeOptions = {
  /** Longest result, in UTF-16 units. Give each field its own: a name 200, a message 8,000. */
  maxChars?: number
}

function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const end = text.charCodeAt(maxChars - 1)
  // Never leave half of a surrogate pair.
  return text.slice(0, end >= 0xd800 && end <= 0xdbff ? maxChars - 1 : maxChars)
}

/**
 * Makes untrusted text safe to read: NFKC, no zero-width, bidirectional or control characters (tab and line
 * feed stay), chat-template marks made inert, cut to a length. Idempotent. It changes no meaning a reader sees.
 *
 * @example
 * normalize('ｉｇ\u200Bnore <|im_start|>system', { maxChars: 2_000 }) // 'ignore ‹|im_start|›system'
 */
export function normalize(text: string, options: NormalizeOptions = {}): string {
  const maxChars = options.maxChars ?? DEFAULT_MAX_CHARS
  if (!Number.isInteger(maxChars) || maxChars < 0) {
    throw new RangeError(`maxChars must be a whole number of 0 or more, got ${maxChars}`)
  }
  // Some characters unfold to eighteen in NFKC, and hidden ones vanish: cut before (cost) and after (promise).
  const bounded = cut(text, maxChars * 4 + 1_024)
  return cut(defuseTemplateMarks(visible(bounded)), maxChars)
}
