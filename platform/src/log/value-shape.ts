import { entropy } from './entropy.ts'

/** Masked already, by this sanitizer or by another program. */
export function isMasked(value: string): boolean {
  return MASKED.test(value)
}
const MASKED =
  /\[secret\]|\[redacted\]|^(?:[*.•●]{2,}$|[<[({]?(?:redacted|masked|filtered|hidden|removed|omitted|scrubbed)[>\])}]?$)/i

/** Stands for a value without being one: `${NAME}`, `{{ name }}`, `<password>`, `xxxx`, `...`. */
export function isPlaceholder(value: string): boolean {
  return MASKED.test(value) || PLACEHOLDER.test(value) || isFilled(value)
}

/** `fo1_xxxxxxxxxxxx`, `AIzaaaaaaaaaa`: one character three times out of four. */
function isFilled(value: string): boolean {
  if (value.length < 12) return false
  const plain = value.replace(/[-_.]/g, '')
  const filler = plain.charAt(plain.length >> 1)
  return plain.split(filler).length - 1 >= plain.length * 0.75
}

/**
 * `xoxp-1234567890`, `sk_abcdefghijkl…`, `ghp_XXXXXXXXXXXX`: the mark of a vendor and then what nobody is
 * given, as manuals and forms show it.
 */
export function isSampleToken(value: string): boolean {
  if (!VENDOR_MARK.test(value)) return false
  return isFilled(value) || isSequence(value) || /([Xx#*0])\1{9,}$/.test(value)
}
const VENDOR_MARK = /^(?:xox[a-z][-.]|sk[-_]|pk_|gh[a-z]_|glpat-|hf_|AIza|npm_)/

/** `abc123xyz-456def789`: characters in the order of the alphabet, as people make samples. */
export function isSequence(value: string): boolean {
  let steps = 0
  for (let i = 1; i < value.length; i++)
    if (value.charCodeAt(i) - value.charCodeAt(i - 1) === 1) steps++
  return steps > value.length * 0.35
}
const PLACEHOLDER =
  /^(?:(.)\1{2,}|\[[^\]]{1,40}\]|<[^<>]{1,60}>|\$\{[^}]{1,80}\}?|\$\(.*|ENC\[.*|`.*|\$[A-Z_][A-Z0-9_]*|\$\d+|%[A-Za-z_]+%|%[-+# 0]?[a-zA-Z]|@[A-Za-z_]+@|\{\{.*|\$\{\{.*|\{\d{0,2}\}|\{[A-Za-z_]+\d{0,2}[A-Za-z_.()[\]:]*\}?)$/

const NOTHING = /^(?:true|false|null|undefined|none|nil|nan|n\/a)$/i

/** Says that there is no value. */
export function isNothing(value: string): boolean {
  return value === '' || NOTHING.test(value)
}

/** Looks random: letters and digits mixed, many different characters, no words in a row. */
export function looksRandom(value: string): boolean {
  if (value.length < 10 || value.length > 4096) return false
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value) || UUID.test(value)) return false
  if (!/^[\w.=+/~%-]+$/.test(value)) return false
  return entropy(value) >= 3.5 && changes(value) >= value.length * 0.22 && !isWordy(value)
}
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** More than half of the letters stand in words: `id-Gost28147-89-None-KeyMeshing`. */
function isWordy(value: string): boolean {
  const letters = value.replace(/[^A-Za-z]/g, '').length
  const inWords = (value.match(/[A-Z]?[a-z]{3,}/g) ?? []).join('').length
  return inWords > letters * 0.55
}

/** How often a small letter, a capital and a digit follow one another: rare in words, frequent in keys. */
function changes(value: string): number {
  let count = 0
  let last = 0
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    const kind =
      code >= 97 && code <= 122
        ? 1
        : code >= 65 && code <= 90
          ? 2
          : code >= 48 && code <= 57
            ? 3
            : 0
    if (kind !== 0 && last !== 0 && kind !== last && !(last === 2 && kind === 1)) count++
    if (last === 2 && kind === 1 && i > 1) count++
    if (kind !== 0) last = kind
  }
  return count
}

/**
 * A word of a sentence rather than a value: `token: expired`, `password: must be …`. Only small letters (or one
 * capital), as sentences have them.
 */
export function isOrdinaryWord(value: string): boolean {
  return /^(?:[A-Z]?[a-z]{1,20}|\d{1,4}|[a-z]{1,12}(?:-[a-z]{1,12}){1,2})[.,:!?]*$/.test(value)
}
