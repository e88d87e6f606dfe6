import { type Assignment, readAssignment } from './assignment.ts'
import { isWord } from './characters.ts'
import { maskHeader } from './header-values.ts'
import {
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
import { readMyNumber } from './my-number.ts'
import { maskNested } from './nested-values.ts'
import { maskAfterName } from './prose.ts'
import { MASK, type Scan } from './scan-state.ts'
import { isSecretValue } from './secret-value.ts'
import { isNothing, isPlaceholder } from './value-shape.ts'

/** The stems that names of secrets contain; a hit reads the whole name around it. */
export const KEY_LITERALS = [
  ...`pass pwd pswd secret token key auth cred cookie sess sid otp pin cvv cvc csc code jwt sig mnemonic phrase api access
    bearer samlresponse ticket account`.split(/\s+/),
  ...`パス 暗証番号 鍵 キー シークレット トークン コード 合言葉 クレデンシャル 認証番号 確認番号 認証情報 資格情報
    クッキー セッション ﾊﾟｽ ﾄｰｸﾝ 暗号`.split(/\s+/),
]

/** The first letters of the Japanese names as ASCII-only JSON writes them, at any depth of escaping. */
export const ESCAPED_LITERALS =
  'u30d1 u6697 u79d8 u30c8 u30b7 u30ad u8a8d u78ba u30bb u30af u9375 u30de u500b u5408 u30ef'.split(
    ' ',
  )

/** A name that holds one of the stems: finds its ends, what it is, and what follows it. */
export function readKey(scan: Scan, start: number, end: number): number {
  const { text } = scan
  const native = text.charCodeAt(start) > 127
  const nameEnd = native ? nativeRight(text, end) : nameRight(text, end)
  const nameStart = nameLeft(text, start, scan.done)
  const name = text.slice(nameStart, nameEnd)
  const kind = keyKind(name)
  if (kind === SOFT && text.startsWith(MASK, nameStart - 1)) return 0
  if (kind === NONE) return 0
  // The rest of the name is read with it, unless it may hold a key of its own.
  if (name.length <= 32 && !/\d/.test(name)) scan.nameEnd = nameEnd
  return readNamed(scan, kind, nameStart, nameEnd, native)
}

const ESCAPED = /(?:\\{1,15}u[0-9a-f]{4}){1,48}/iy
const LETTER = /u[0-9a-f]{4}/iy
const MAX_LETTERS = 24

/** Back over letters such as `\u30d1` from the `u` of one of them: where the first begins. */
function escapesStart(text: string, from: number, floor: number): number {
  let start = from
  for (let letters = 0; letters < MAX_LETTERS; letters++) {
    let slashes = start
    while (slashes > floor && start - slashes < 15 && text.charCodeAt(slashes - 1) === 92) slashes--
    if (slashes === start) return start
    LETTER.lastIndex = slashes - 5
    if (slashes - 5 < floor || !LETTER.test(text)) return slashes
    start = slashes - 5
  }
  return start
}

/** A name written in escapes such as `\u30d1`. */
export function readEscapedKey(scan: Scan, start: number): number {
  const { text } = scan
  const first = escapesStart(text, start, scan.done)
  if (first === start) return 0
  ESCAPED.lastIndex = first
  const run = ESCAPED.exec(text)?.[0] ?? ''
  const name = run.replace(/\\+u([0-9a-f]{4})/gi, (_all, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  const kind = keyKind(name)
  if (kind === MY_NUMBER)
    return readMyNumber(scan, ESCAPED.lastIndex - run.length, ESCAPED.lastIndex)
  return kind === NONE
    ? 0
    : readNamed(scan, kind, ESCAPED.lastIndex - run.length, ESCAPED.lastIndex, false)
}

function readNamed(
  scan: Scan,
  kind: KeyKind,
  nameStart: number,
  nameEnd: number,
  native: boolean,
): number {
  const { text } = scan
  if (text.charCodeAt(nameStart) === 45 && kind !== WEAK && kind !== PARAMETER) {
    const masked = maskFlag(scan, nameEnd)
    if (masked > 0) return masked
  }
  const before = text.charCodeAt(nameStart - 1)
  const inUrl = before === 63 || before === 38 || before === 35
  const found = readPaired(scan, nameEnd) ?? readAssignment(scan, nameEnd, inUrl ? 'url' : 'text')
  if (found === undefined) {
    return native
      ? maskNativeProse(scan, kind === HARD, nameEnd)
      : maskAfterName(scan, kind, nameStart, nameEnd)
  }
  if (kind === HEADER) return maskHeader(scan, found)
  const opener = text.charAt(found.start)
  if (
    !found.quoted &&
    (opener === '{' || opener === '[') &&
    /^(?::|=>|%.*3a)$/i.test(found.operator)
  )
    return maskNested(scan, kind, found)
  if (native && !found.quoted && !isNativeValue(text, found)) return 0
  if (!isSecretValue(text, kind, found, nameStart)) return 0
  return maskValue(scan, found)
}

/** Kana, kanji, full-width letters and parentheses. */
const isNative = (code: number) =>
  (code >= 0x3041 && code <= 0x30ff) ||
  (code >= 0x4e00 && code <= 0x9fff) ||
  (code >= 0xff21 && code <= 0xff5a) ||
  (code >= 0xff66 && code <= 0xff9f) ||
  code === 0xff08 ||
  code === 0xff09

const isName = (code: number) => isWord(code) || code === 45 || isNative(code)

/** A Japanese name ends where other letters begin: `パスワードはhunter2です`; but `セッションID`. */
function nativeRight(text: string, from: number): number {
  const limit = Math.min(text.length, from + 64)
  let i = from
  while (i < limit && isNative(text.charCodeAt(i))) i++
  return text.startsWith('ID', i) ? i + 2 : i
}

/** After a Japanese name a value is Latin letters and digits; other letters are the sentence going on: `：8文字以上`. */
function isNativeValue(text: string, found: Assignment): boolean {
  let end = found.start
  while (end < found.end && text.charCodeAt(end) < 128) end++
  found.end = end
  return end - found.start >= 4
}

const NATIVE_VALUE =
  /[ \t\u3000]{0,3}(?:「([^」\n"\\]{1,200})」|([^\s"'\\,;{}\u0080-\uffff]{4,200}))/y

/** `パスワードは「x」です`, `暗証番号は4821`: quoted, or with a digit in it. */
function maskNativeProse(scan: Scan, hard: boolean, nameEnd: number): number {
  const next = scan.text.charAt(nameEnd)
  if (
    !/[はが]/.test(scan.text.charAt(nameEnd - 1)) &&
    next !== '「' &&
    !(hard && /[ 　]/.test(next))
  )
    return 0
  NATIVE_VALUE.lastIndex = nameEnd
  const found = NATIVE_VALUE.exec(scan.text)
  const value = found?.[1] ?? found?.[2] ?? ''
  if (value === '' || isPlaceholder(value) || (!hard && value.length < 8)) return 0
  if (!/^[!-~]+$/.test(value) || !/\d/.test(value)) return 0
  const end = NATIVE_VALUE.lastIndex - (found?.[1] === undefined ? 0 : 1)
  return scan.mask(end - value.length, end)
}

function nameRight(text: string, from: number): number {
  const limit = Math.min(text.length, from + 64)
  let i = from
  while (i < limit && isName(text.charCodeAt(i))) i++
  // `password->x`: the hyphen belongs to the arrow.
  while (i > from && text.charCodeAt(i - 1) === 45) i--
  return i
}

function nameLeft(text: string, from: number, floor: number): number {
  const limit = Math.max(floor, from - 64)
  let i = from
  while (i > limit && isName(text.charCodeAt(i - 1))) i--
  // The `n` of an escaped line end is not part of the name.
  if (i > floor && i < from && text.charCodeAt(i - 1) === 92 && 'nrt'.includes(text.charAt(i))) i++
  return i
}

const FLAG =
  /[ \t]{1,4}(?:(\\?")((?:[^"\\\n]|\\(?!"))+)\\?"|'([^'\n]+)'|((?!-[\w-]|[|&;<>'"])(?:\\\\|[^\s"'\\;|&<>])+))/y

/** `--password x`: a flag, its value after a blank. */
function maskFlag(scan: Scan, nameEnd: number): number {
  FLAG.lastIndex = nameEnd
  const found = FLAG.exec(scan.text)
  if (found === null) return 0
  const value = found[2] ?? found[3] ?? found[4] ?? ''
  if (isPlaceholder(value) || isNothing(value)) return 0
  const quote = found[2] !== undefined ? (found[1] ?? '').length : found[3] !== undefined ? 1 : 0
  const to = FLAG.lastIndex - quote
  return scan.mask(to - value.length, to)
}

const PAIRED =
  /(?:\\{0,7}["'`])[ \t]*,?(?:[ \t]|[\r\n]|\\[nrt]){0,12}(\\{0,7}["'`])?(?:value|val|content|default)(?:\\{0,7}["'`])?[ \t]{0,4}[=:][ \t]{0,4}(?=\\{0,7}["'`\d])/iy
const FORM_PART = /\\{0,15}"(?:;[^\r\n\\]{0,100})?(?:\r?\n|\\{1,15}r\\{1,15}n|\\{1,15}n){2}/y

/** `"name": "password", "value": "x"`, `name="password" value="x"`, a part of a form. */
function readPaired(scan: Scan, nameEnd: number): Assignment | undefined {
  const { text } = scan
  const after = text.charCodeAt(nameEnd)
  if (after !== 34 && after !== 39 && after !== 92) return undefined
  FORM_PART.lastIndex = nameEnd
  if (FORM_PART.test(text)) {
    const start = FORM_PART.lastIndex
    const end = start + Math.max(0, text.slice(start, start + 4000).search(/[\r\n]|\\+[rn]|\\*"|$/))
    return { start, end, keyQuoted: true, quoted: true, operator: '=', spaced: false, quote: '"' }
  }
  PAIRED.lastIndex = nameEnd
  const found = PAIRED.exec(text)
  if (found === null) return undefined
  // The operator again, read as if the name `value` stood before it.
  const colon = PAIRED.lastIndex - 1 - (/[=:][ \t]{0,4}$/.exec(found[0])?.[0].length ?? 1)
  const pair = readAssignment(scan, colon + 1, 'pair')
  if (pair === undefined) return undefined
  return { ...pair, keyQuoted: found[1] !== undefined, quote: found[1] ?? '"' }
}

function maskValue(scan: Scan, found: Assignment): number {
  const value = scan.text.slice(found.start, found.end)
  // A number in JSON becomes a string, in quotation marks of the same depth.
  const asString = !found.quoted && found.keyQuoted && /^-?\d[\d.eE+-]*$/.test(value)
  return scan.mask(
    found.start,
    found.end,
    asString ? `${found.quote}[secret]${found.quote}` : undefined,
  )
}
