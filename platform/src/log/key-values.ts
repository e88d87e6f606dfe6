import { type Assignment, isWord, lineEnd, readAssignment } from './assignment.ts'
import {
  DIGITS,
  HARD,
  HEADER,
  type KeyKind,
  keyKind,
  MY_NUMBER,
  NONE,
  PARAMETER,
  SOFT,
  WEAK,
} from './key-names.ts'
import { isMyNumber } from './numbers.ts'
import type { Scan } from './scan-state.ts'
import { isMasked, isNothing, isOrdinaryWord, isPlaceholder, looksRandom } from './value-shape.ts'

/** The stems that names of secrets contain; a hit reads the whole name around it. */
export const KEY_LITERALS = [
  ...`pass pwd pswd secret token key auth cred cookie sess sid otp pin cvv cvc csc code jwt sig mnemonic phrase api access
    bearer my_number mynumber my-number individual`.split(/\s+/),
  ...[
    'パス',
    '暗証番号',
    '鍵',
    'キー',
    'シークレット',
    'トークン',
    'コード',
    '番号',
    '合言葉',
    '情報',
    'クレデンシャル',
  ],
  ...['クッキー', 'セッション', 'マイナンバー'],
]

/** A name that holds one of the stems: finds its ends, what it is, and what follows it. */
export function readKey(scan: Scan, start: number, end: number): number {
  const { text } = scan
  const nameEnd = runRight(text, end)
  const nameStart = runLeft(text, start, scan.done)
  const kind = keyKind(text.slice(nameStart, nameEnd))
  if (kind === NONE) return 0
  const flag = readFlag(text, nameStart, nameEnd)
  if (flag !== undefined && kind !== WEAK && kind !== PARAMETER) return maskFlag(scan, flag)
  const before = text.charCodeAt(nameStart - 1)
  const inUrl = before === 63 || before === 38 || before === 35
  const found = readAssignment(text, nameEnd, scan.json, inUrl)
  if (found === undefined) return 0
  return judge(scan, kind, found, nameStart)
}

const isName = (code: number) =>
  isWord(code) ||
  code === 45 ||
  (code >= 0x3041 && code <= 0x30ff) ||
  (code >= 0x4e00 && code <= 0x9fff)

function runRight(text: string, from: number): number {
  const limit = Math.min(text.length, from + 64)
  let i = from
  while (i < limit && isName(text.charCodeAt(i))) i++
  return i
}

function runLeft(text: string, from: number, floor: number): number {
  const limit = Math.max(floor, from - 64)
  let i = from
  while (i > limit && isName(text.charCodeAt(i - 1))) i--
  // The `n` of an escaped line end is not part of the name.
  if (i > floor && text.charCodeAt(i - 1) === 92 && 'nrt'.includes(text.charAt(i)) && i < from) i++
  return i
}

/** `--password x`: a flag, its value after a blank. */
function readFlag(text: string, start: number, end: number): Assignment | undefined {
  if (text.charCodeAt(start) !== 45) return undefined
  FLAG.lastIndex = end
  const found = FLAG.exec(text)
  if (found === null) return undefined
  const value = found[2] ?? found[3] ?? found[4] ?? ''
  const from =
    FLAG.lastIndex - value.length - (found[4] === undefined ? (found[1] ?? '').length : 0)
  return {
    start: from,
    end: from + value.length,
    keyQuoted: false,
    quoted: found[4] === undefined,
    operator: ' ',
    quote: '"',
  }
}
const FLAG =
  /[ \t]{1,4}(?:(\\*")((?:[^"\\\n]|\\(?!"))+)\\*"|'([^'"\n]+)'|((?![-'"|&;<>])[^\s"'\\;|&<>]+))/y

function maskFlag(scan: Scan, flag: Assignment): number {
  const value = scan.text.slice(flag.start, flag.end)
  if (isPlaceholder(value) || isNothing(value)) return 0
  return scan.mask(flag.start, flag.end)
}

function judge(scan: Scan, kind: KeyKind, found: Assignment, nameStart: number): number {
  const { text } = scan
  if (kind === MY_NUMBER) return maskMyNumber(scan, found)
  if (kind === PARAMETER && !isParameter(text, nameStart, found)) return 0
  if (kind === HEADER) return maskHeader(scan, found)
  const value = text.slice(found.start, found.end)
  if (isNothing(value) || isMasked(value)) return 0
  if (!found.keyQuoted && isPlaceholder(value)) return 0
  if (!found.quoted && /^[{[]/.test(value)) return 0
  if (kind === DIGITS && !/^\d{3,8}$/.test(value)) return 0
  if (kind === WEAK && !looksRandom(value)) return 0
  if (kind === HARD || kind === SOFT) {
    if (isProse(found, value, kind)) return 0
  }
  return maskValue(scan, found, value)
}

function isProse(found: Assignment, value: string, kind: KeyKind): boolean {
  if (found.operator === ',' || found.operator === '(') return !looksRandom(value)
  if (found.keyQuoted) return kind === SOFT && !found.quoted && /^-?\d{1,5}$/.test(value)
  if (found.quoted) return false
  if (/^[\w.]+\(/.test(value)) return true
  if (found.operator === '=') return false
  if (kind === SOFT && /^\d{1,5}$/.test(value)) return true
  return isOrdinaryWord(value)
}

function maskValue(scan: Scan, found: Assignment, value: string): number {
  const asString = !found.quoted && found.keyQuoted && /^-?\d[\d.eE+-]*$/.test(value)
  return scan.mask(
    found.start,
    found.end,
    asString ? `${found.quote}[secret]${found.quote}` : undefined,
  )
}

/** In a URL's query or fragment, or a form's body. */
function isParameter(text: string, nameStart: number, found: Assignment): boolean {
  if (found.operator !== '=') return false
  const before = text.charAt(nameStart - 1)
  return before === '?' || before === '&' || before === '#' || text.charAt(found.end) === '&'
}

const AUTH = /(?:[A-Za-z][\w-]{2,20}(?:[ \t]|\\u0020){1,3}(?=\S))?/y

function maskHeader(scan: Scan, found: Assignment): number {
  const { text, json } = scan
  if (found.quoted) {
    AUTH.lastIndex = found.start
    AUTH.test(text)
    const from = Math.min(AUTH.lastIndex, found.end)
    const value = text.slice(from, found.end)
    return isNothing(value) || isPlaceholder(value) ? 0 : scan.mask(from, found.end)
  }
  if (found.operator !== ':' && found.operator !== '=' && found.operator !== '：') return 0
  const stop = headerEnd(text, found.start, json)
  AUTH.lastIndex = found.start
  AUTH.test(text)
  const from = Math.min(AUTH.lastIndex, stop)
  const value = text.slice(from, stop)
  if (isNothing(value) || isPlaceholder(value) || /^[a-z]+(?: [a-z]+)*\.?$/i.test(value)) return 0
  return scan.mask(from, stop)
}

function headerEnd(text: string, start: number, json: boolean): number {
  const line = lineEnd(text, start, json)
  const quote = text.slice(start, line).search(/\\*["'`]/)
  return quote === -1 ? line : start + quote
}

function maskMyNumber(scan: Scan, found: Assignment): number {
  const value = scan.text.slice(found.start, found.end)
  const digits = value.replace(/[ -]/g, '')
  return isMyNumber(digits) ? maskValue(scan, found, value) : 0
}
