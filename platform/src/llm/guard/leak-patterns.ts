import { skeleton } from './skeleton.ts'

type LeakKind = 'canary' | 'secret'

/** A text that must not leave, as a Knuth–Morris–Pratt pattern over skeletons (or raw text when short). */
export type LeakPattern = {
  kind: LeakKind
  text: string
  /** Compare character for character: short secrets would match too much by skeleton. */
  exact: boolean
  failure: readonly number[]
}

/** Under this a skeleton says too little, and the secret is compared exactly. */
const MIN_SKELETON_CHARS = 8
const MIN_SECRET_CHARS = 4

function failureTable(text: string): number[] {
  const table = new Array<number>(text.length).fill(0)
  for (let at = 1, matched = 0; at < text.length; at++) {
    while (matched > 0 && text[at] !== text[matched]) matched = table[matched - 1] ?? 0
    if (text[at] === text[matched]) matched++
    table[at] = matched
  }
  return table
}

function pattern(kind: LeakKind, text: string): LeakPattern | undefined {
  const plain = skeleton(text)
  const exact = plain.length < MIN_SKELETON_CHARS
  const compared = exact ? text : plain
  if (compared.length < MIN_SECRET_CHARS) return undefined
  return { kind, text: compared, exact, failure: failureTable(compared) }
}

const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, (char) => String.fromCharCode(((char.charCodeAt(0) - 84) % 26) + 97))

/** The three ways a text can lie in base64, without the characters its neighbours decide. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.from('\0'.repeat(shift) + text)
      .toString('base64')
      .replace(/=+$/, '')
    return encoded.slice(shift === 0 ? 0 : shift + 1, -2)
  })
}

/** A canary in the disguises models are asked for: reversed, rot13, hex, base64. */
function disguises(text: string): string[] {
  const reversed = Array.from(text).reverse().join('')
  return [text, reversed, rot13(text), Buffer.from(text).toString('hex'), ...base64Forms(text)]
}

/** Patterns for canaries (with disguises) and known secrets (plain and base64). */
export function leakPatterns(
  canaries: readonly string[],
  secrets: readonly string[],
): LeakPattern[] {
  const found: (LeakPattern | undefined)[] = []
  for (const text of canaries)
    for (const form of disguises(text)) found.push(pattern('canary', form))
  for (const text of secrets) {
    found.push(pattern('secret', text))
    if (text.length >= 16) for (const form of base64Forms(text)) found.push(pattern('secret', form))
  }
  return found.filter((one) => one !== undefined)
}

/** The length of the pattern's prefix matched after one more character. */
export function advance(one: LeakPattern, matched: number, char: string): number {
  let length = matched === one.text.length ? (one.failure[matched - 1] ?? 0) : matched
  while (length > 0 && one.text[length] !== char) length = one.failure[length - 1] ?? 0
  return one.text[length] === char ? length + 1 : 0
}
