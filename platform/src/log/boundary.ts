import { isWord } from './characters.ts'

/**
 * Whether a token may begin at `start`: after anything that is not a letter, digit or underscore, and after the text
 * forms of such characters: `\n`, `\u003d`, `%3D`, the end of a terminal colour.
 */
export function beginsHere(text: string, start: number): boolean {
  if (start === 0) return true
  const before = text.charCodeAt(start - 1)
  if (!isWord(before)) return true
  if (text.charCodeAt(start - 2) === 92 && 'nrtbf'.includes(text.charAt(start - 1))) return true
  return /%[0-9a-fA-F]{2}$|\\u[0-9a-fA-F]{4}$|\\x[0-9a-fA-F]{2}$|\[[\d;]{1,12}m$/.test(
    text.slice(Math.max(0, start - 16), start),
  )
}
