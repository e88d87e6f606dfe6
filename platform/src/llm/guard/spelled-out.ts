const SEPARATOR = /[\s・･.,/|*_~+=:;、。-]/
const MIN_CHARS = 13
/** Two in a hundred may be otherwise: a typing slip, a pair that stayed together. */
const MIN_SHARE = 0.98

/**
 * Undoes a separator between all characters (`s y s t e m`, こ・れ・ま・で, one character a line): the text without
 * it, or the text itself. A blank that was spelled out too stays, so words stay words.
 */
export function joinSpelledOut(text: string): string {
  const separator = text[1]
  if (text.length < MIN_CHARS || separator === undefined || !SEPARATOR.test(separator)) return text
  let joined = ''
  let separators = 0
  let count = 0
  for (const char of text) {
    if (count % 2 === 0) joined += char
    else if (char === separator) separators++
    count++
  }
  return separators >= Math.floor(count / 2) * MIN_SHARE ? joined : text
}
