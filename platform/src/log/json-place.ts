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

/** How far the document was read, and whether that place is inside a string. */
export type JsonPlace = { at: number; inString: boolean }

export type JsonSpan = { end: number; replacement: string | undefined }

/**
 * What of [start, end) may be replaced so that the document stays one: inside a string all up to its end, but no half
 * escape; outside of strings only a whole number, which becomes a string.
 */
export function placeInJson(
  text: string,
  place: JsonPlace,
  start: number,
  end: number,
  replacement: string | undefined,
): JsonSpan | undefined {
  if (advance(text, place, start)) return undefined
  if (!place.inString) {
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

/** Reads on to `to`; true when that is inside an escape. */
function advance(text: string, place: JsonPlace, to: number): boolean {
  let { at, inString } = place
  let before = { at, inString }
  while (at < to) {
    before = { at, inString }
    const code = text.charCodeAt(at)
    if (code === 34) inString = !inString
    at += inString && code === 92 ? escapeLength(text, at) : 1
  }
  // Inside an escape: stay before it, for the next question.
  place.at = at > to ? before.at : at
  place.inString = at > to ? before.inString : inString
  return at > to
}

function escapeLength(text: string, at: number): number {
  if (text.charCodeAt(at) !== 92) return 1
  return text.charCodeAt(at + 1) === 117 ? 6 : 2
}
