import { DIGITS, HARD, type KeyKind, SOFT, WEAK } from './key-names.ts'
import type { Scan } from './scan-state.ts'
import { isPlaceholder, looksRandom, UUID } from './value-shape.ts'

const NEXT =
  /[ \t]{1,3}((?:is|was|are|were|to|of|value|set to)[ \t]{1,3})?(?:(\\{0,7}["'`])([^\s"'`\\]{6,512})\2|([^\s"'`\\,;:=<>(){}|]{6,512}))/y

/**
 * `password is hunter2-Zx9`, `invalid api key 5pCc8C…`: no mark between the name and the value, so the value itself must
 * look like a secret.
 */
export function maskAfterName(
  scan: Scan,
  kind: KeyKind,
  nameStart: number,
  nameEnd: number,
): number {
  const { text } = scan
  if (kind === DIGITS || (kind === HARD && /^t?otp$/i.test(text.slice(nameStart, nameEnd))))
    return maskCode(scan, nameEnd)
  if (kind !== HARD && kind !== SOFT && kind !== WEAK) return 0
  NEXT.lastIndex = nameEnd
  const found = NEXT.exec(text)
  if (found === null) return 0
  const quote = found[2] ?? ''
  const value = (found[3] ?? found[4] ?? '').replace(/[.!?]+$/, '')
  const before = text.slice(Math.max(0, nameStart - 100), nameStart)
  if (kind === WEAK && !/\b(?:api|access|secret|private|licen[cs]e)[ \t-]$/i.test(before)) return 0
  if (value.startsWith('-') || (quote.endsWith('`') && !looksRandom(value))) return 0
  if (
    isPlaceholder(value) ||
    UUID.test(value) ||
    !isLikely(kind, value, before, found[1] !== undefined, quote)
  )
    return 0
  const start = nameEnd + found[0].length - quote.length - (found[3] ?? found[4] ?? '').length
  return scan.mask(start, start + value.length)
}

const CODE = /[ \t](\d{3,8})(?![\w.,:/-]*\d)(?!\w)/y

/** `OTP 482193`, `cvv 123`. */
function maskCode(scan: Scan, nameEnd: number): number {
  CODE.lastIndex = nameEnd
  const code = CODE.exec(scan.text)?.[1]
  return code === undefined ? 0 : scan.mask(CODE.lastIndex - code.length, CODE.lastIndex)
}

function isLikely(
  kind: KeyKind,
  value: string,
  before: string,
  said: boolean,
  quote: string,
): boolean {
  if (looksRandom(value)) return true
  if (kind !== HARD)
    return quote !== '' && value.length >= 16 && /\d/.test(value) && !/[/.]/.test(value)
  // The `.netrc` file and SQL put the password right after the word.
  if (/\blogin[ \t]+\S{1,80}[ \t]+$/.test(before)) return true
  if (/\b(?:user|role|alter|create|with|encrypted|set)\b/i.test(before) && quote.endsWith("'"))
    return true
  if (
    !/\d/.test(value) ||
    !/[A-Za-z]/.test(value) ||
    /^[\w.-]+\/|:\/\/|^v?\d+(?:\.\d+)+$/.test(value)
  )
    return false
  return said || (/[a-z]/.test(value) && /[A-Z]/.test(value) && value.length >= 8)
}
