import { PercentReader } from './percent-reader.ts'

/** Normalising one character at a time is slow; answers repeat theirs. */
const cache = new Map<string, string>()
const MAX_CACHED = 8_192

/**
 * What stays of a character when case, width, spacing and punctuation are ignored: a letter or digit in lower
 * case, or nothing. A leak spelled `C-A-N A R Y` keeps its skeleton.
 */
export function skeletonOf(char: string): string {
  const code = char.charCodeAt(0)
  if (code < 0x80) {
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)) return char
    return code >= 0x41 && code <= 0x5a ? char.toLowerCase() : ''
  }
  const known = cache.get(char)
  if (known !== undefined) return known
  const made = char
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
  if (cache.size >= MAX_CACHED) cache.clear()
  cache.set(char, made)
  return made
}

/** The skeleton of a whole text, in code units. */
export function skeleton(text: string): string {
  const percent = new PercentReader()
  const written = [...Array.from(text).flatMap((char) => percent.push(char)), ...percent.end()]
  return written.map(({ says }) => skeletonOf(says)).join('')
}

/** How much a skeleton character tells: a kanji or kana about twice a Latin letter. */
export function weightOf(char: string): number {
  return char.charCodeAt(0) < 0x2e80 ? 1 : 2
}
