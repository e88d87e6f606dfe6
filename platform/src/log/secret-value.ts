import type { Assignment } from './assignment.ts'
import { isExpression } from './code-values.ts'
import { ACCOUNT, DIGITS, HARD, type KeyKind, PARAMETER, SOFT, WEAK } from './key-names.ts'
import { isPublicSample } from './public-samples.ts'
import {
  isMasked,
  isNothing,
  isOrdinaryWord,
  isPlaceholder,
  isSampleToken,
  looksRandom,
  UUID,
} from './value-shape.ts'

const HEAD = 600

/** Whether the value beside a name of this kind is a secret, and not a word about it. */
export function isSecretValue(
  text: string,
  kind: KeyKind,
  found: Assignment,
  nameStart: number,
): boolean {
  // The beginning is enough to judge by, and bounds the work on values without end.
  const value = text.slice(found.start, Math.min(found.end, found.start + HEAD))
  if (isNothing(value) || isMasked(value) || isPublicSample(value) || isSampleToken(value))
    return false
  if (kind === DIGITS) return /^\d{3,8}$/.test(value)
  if (kind === ACCOUNT) return /^\d{4}-?\d{4}-?\d{4}$/.test(value)
  if (kind === PARAMETER) return isParameter(text, nameStart, found) && !isPlaceholder(value)
  if (!found.keyQuoted && (isPlaceholder(value) || isOwnName(text, value, kind, nameStart)))
    return false
  if (
    found.quoted ? isCommand(text, found, value) : isExpression(text, kind, found, value, nameStart)
  )
    return false
  if (/^={2,3}$/.test(found.operator) && (found.quoted || found.spaced))
    return found.quoted && /\d/.test(value) && value.length >= 8
  if (kind === WEAK) return isWeakSecret(text, value, nameStart)
  if (found.operator === ',' || found.operator === '(' || found.operator.startsWith('|'))
    return isArgument(found, value, kind)
  if (found.quoted) return !(kind === SOFT && isCount(found, value))
  return !isProse(found, value, kind) && !isAmount(text, value, nameStart)
}

/** `access_token=ACCESS_TOKEN`: the name again, to be filled in. */
function isOwnName(text: string, value: string, kind: KeyKind, nameStart: number): boolean {
  if (kind === HARD) return false
  return text.slice(nameStart, nameStart + value.length).toLowerCase() === value.toLowerCase()
}

/** A command or a word of code in backticks: `` KEY=`etcdctl get /key` ``, `` for session: `session.kind` ``. */
function isCommand(text: string, found: Assignment, value: string): boolean {
  return (
    text.charCodeAt(found.start - 1) === 96 &&
    /^(?:[\w./-]+ |-|[A-Za-z_]+(?:\.[A-Za-z_]+)+$)/.test(value)
  )
}

/** In a URL's query or fragment, or a form's body. */
function isParameter(text: string, nameStart: number, found: Assignment): boolean {
  if (found.operator !== '=' && !/^%(?:25)*3d$/i.test(found.operator)) return false
  const before = text.slice(Math.max(0, nameStart - 6), nameStart)
  if (/(?:[?&#]|%(?:25)*(?:26|3f|23)|\\u0026|&amp;)$/i.test(before)) return true
  return /^&(?:amp;)?[\w.%-]{1,60}=/.test(text.slice(found.end, found.end + 72))
}

/** `key` and `api` alone say little: the value must look random, and more than a hash does outside of a URL. */
function isWeakSecret(text: string, value: string, nameStart: number): boolean {
  if (!looksRandom(value)) return false
  const inUrl = /[?&]$/.test(text.slice(Math.max(0, nameStart - 1), nameStart))
  return (
    inUrl || !/^[0-9a-f]+$/i.test(value) || !/^keys?\b/i.test(text.slice(nameStart, nameStart + 5))
  )
}

/** The second argument or cell after a name: `("api_token", "x")`, `token,x`. */
function isArgument(found: Assignment, value: string, kind: KeyKind): boolean {
  if (UUID.test(value)) return found.quoted
  if (looksRandom(value)) return true
  if (kind === HARD && found.operator === '(' && found.quoted)
    return /^(?=.*\d)(?=.*[A-Za-z])\S{6,}$/.test(value)
  return !found.quoted && found.operator === ',' && /^(?=.*\d)[\w+/=.:-]{12,}$/.test(value)
}

function isCount(found: Assignment, value: string): boolean {
  return found.keyQuoted && /^\d{1,5}$/.test(value)
}

/** `tokens=1200`, `totalTokens: 150000`. */
function isAmount(text: string, value: string, nameStart: number): boolean {
  return (
    /^\d[\d.,_]*$/.test(value) && /^[\w-]*tokens(?!\w)/i.test(text.slice(nameStart, nameStart + 40))
  )
}

function isProse(found: Assignment, value: string, kind: KeyKind): boolean {
  const number = /^-?\d[\d.,]*%?$/.test(value)
  if (kind === SOFT && number)
    return !/^\d{6,}$/.test(value) || (found.operator === ':' && value.length < 10)
  if (found.keyQuoted) return false
  if (kind === SOFT && found.operator === ':' && /^https?:\/\//.test(value)) return true
  if (found.operator === '=' || /^%|^\\/.test(found.operator)) return /^[01]$/.test(value)
  if (found.operator === '>') return false
  return isOrdinaryWord(value) || (kind === SOFT && /^[a-z]+(?:\.[a-zA-Z_]+)+$/.test(value))
}
