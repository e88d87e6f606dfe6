import { latinView } from './views.ts'

/** Another reading of the text, as a model told to decode it would have it. */
type Decoded = { how: string; text: string }

const MAX_DECODED = 8
const MAX_TOKEN_CHARS = 4_000
const READABLE = /^[\t\n\r\x20-\x7E\u00A0-\u024F\u3000-\u30FF\u3400-\u9FFF\uFF00-\uFFEF‐-…‘-”]+$/

function readable(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8')
  return text.length >= 6 && READABLE.test(text) ? text : undefined
}

function* base64(text: string): Generator<Decoded> {
  for (const [token] of text.matchAll(/[A-Za-z0-9+/_-]{20,4000}={0,2}/g)) {
    const decoded = readable(Buffer.from(token, 'base64'))
    if (decoded !== undefined) yield { how: 'base64', text: decoded }
  }
}

function* hex(text: string): Generator<Decoded> {
  for (const [token] of text.matchAll(/(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[ :,]{0,2}){10,1000}/g)) {
    const digits = token.replace(/0x|\\x|[ :,]/g, '')
    const decoded = readable(Buffer.from(digits, 'hex'))
    if (decoded !== undefined) yield { how: 'hex', text: decoded }
  }
}

const codePoint = (digits: string, radix: number): string => {
  const value = Number.parseInt(digits, radix)
  return value > 0 && value < 0x110000 ? String.fromCodePoint(value) : ''
}

function* escapes(text: string): Generator<Decoded> {
  if (/(?:\\u\{?[0-9a-f]{4,5}\}?){4}/i.test(text)) {
    yield {
      how: 'escapes',
      text: text.replace(/\\u\{?([0-9a-f]{4,5})\}?/gi, (_m, hex4) => codePoint(hex4, 16)),
    }
  }
  if (/(?:&#x?[0-9a-f]{2,6};){4}/i.test(text)) {
    const plain = text
      .replace(/&#(\d{2,6});/g, (_m, digits) => codePoint(digits, 10))
      .replace(/&#x([0-9a-f]{2,6});/gi, (_m, digits) => codePoint(digits, 16))
    yield { how: 'entities', text: plain }
  }
  if (!text.includes('%')) return
  for (const [run] of text.matchAll(/(?:[\w.~-]{0,20}%[0-9A-F]{2}){6,600}[\w.~-]{0,40}/gi)) {
    const decoded = readable(percentBytes(run))
    if (decoded !== undefined) yield { how: 'percent', text: decoded.replace(/\+/g, ' ') }
  }
}

function percentBytes(run: string): Buffer {
  const bytes = run.replace(/%([0-9a-f]{2})/gi, (_m, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  return Buffer.from(bytes, 'latin1')
}

const ROT13_ANCHOR = /vtaber|vafgehpgvba|cerivbhf|cebzcg|sbetrg|qvfertneq|cnffjbeq|flfgrz|erirny/
const REVERSED_ANCHOR =
  /snoitcurtsni|noitcurtsni|erongi|tpmorp|suoiverp|tegrof|drowssap|dragersid|laever|示指|令命|とぷんろぷ|トプンロプ|視無|れ忘|てれすわ|てしし?む/

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (char) =>
    String.fromCharCode(((char.charCodeAt(0) - 84) % 26) + 97),
  )
}

const reverse = (text: string): string => Array.from(text).reverse().join('')

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
}
/** A digit or sign between letters, as in `1gn0re`: most texts have none. */
const LEET_WORD = /[a-z0-9@$!|+]*[a-z][013457@$!|][a-z0-9@$!|+]*/g
const LEET_INSIDE = /[a-z][013457@$!|][a-z013457@$|]/
const LEET_STEM =
  /ignor|previ|instruct|prompt|system|passw|forget|disreg|reveal|secret|rules|bypass|jailbr|pretend|overrid|restrict/g

function leet(latin: string): string | undefined {
  if (!LEET_INSIDE.test(latin)) return undefined
  const plain = latin.replace(LEET_WORD, (word) =>
    word.replace(/[0-9@$!|+]/g, (char) => LEET[char] ?? char),
  )
  const gained = (plain.match(LEET_STEM)?.length ?? 0) - (latin.match(LEET_STEM)?.length ?? 0)
  return gained > 0 ? plain : undefined
}

/**
 * Runs of single letters: `i g n o r e`, `i.g.n.o.r.e`. Also words written without spaces. Returns letters
 * only, since word borders are gone.
 */
export function squeezedLetters(latin: string): string | undefined {
  const spelled = latin.match(
    /(?:(?<![a-z])[a-z0-9](?:[ .\-*|/~,]{1,4}|\n)){6,400}[a-z0-9](?![a-z])/g,
  )
  if (spelled !== null) return spelled.join(' ').replace(/[^a-z0-9]/g, '')
  const longest = latin.match(/[a-z]{19,400}/g)
  return longest === null ? undefined : longest.join(' ')
}

/** Tag characters (U+E0020–E007E) spell ASCII that nobody sees; flags of regions use seven at most. */
const TAGS = /[\u{E0020}-\u{E007E}]{8,}/gu
/** Variation selectors in a row carry bytes; a letter or emoji has one. */
const SELECTORS = /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]{8,}/u

/** What invisible characters spell, and whether the text hides anything at all. */
export function hiddenText(raw: string): { hides: boolean; spelled: string } {
  const runs = raw.match(TAGS) ?? []
  const spelled = Array.from(runs.join(' '), (char) => {
    const code = char.codePointAt(0) ?? 0
    return code > 0xe0000 ? String.fromCharCode(code - 0xe0000) : char
  })
  return { hides: runs.length > 0 || SELECTORS.test(raw), spelled: spelled.join('') }
}

/** Every other reading the text offers, at most eight, each bounded. */
export function decodings(text: string, latin: string): Decoded[] {
  const found: Decoded[] = []
  const add = (decoded: Decoded): void => {
    if (found.length < MAX_DECODED)
      found.push({ ...decoded, text: decoded.text.slice(0, MAX_TOKEN_CHARS) })
  }
  if (/[A-Za-z0-9+/_-]{20}/.test(text)) for (const decoded of base64(text)) add(decoded)
  if (/[0-9A-Fa-f]{2}[ :,\\x0-9A-Fa-f]{18}/.test(text))
    for (const decoded of hex(text)) add(decoded)
  if (/[\\&%]/.test(text)) for (const decoded of escapes(text)) add(decoded)
  if (ROT13_ANCHOR.test(latin)) add({ how: 'rot13', text: rot13(latin) })
  if (REVERSED_ANCHOR.test(latin)) {
    add({ how: 'reversed', text: reverse(latin) })
    add({ how: 'reversed words', text: latin.replace(/[a-z]{3,40}/g, reverse) })
  }
  const plain = leet(latin)
  if (plain !== undefined) add({ how: 'leetspeak', text: latinView(plain) })
  return found
}
