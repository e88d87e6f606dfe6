import type { Scan } from './scan-state.ts'

/** Whether the digits pass the Luhn check of payment cards (ISO/IEC 7812-1). */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2
    sum += digit
  }
  return sum % 10 === 0
}

/** Issuer ranges with the lengths they are issued in. */
const ISSUERS =
  /^(?:4\d{12}(?:\d{3})?(?:\d{3})?|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12}|62\d{14,17})$/
/** Written in one piece, or in the groups of the card with one kind of separator. */
const CARD =
  /(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![ -]?\d|[.,]\d)/y

/** The first thirteen digits of a card, in one piece or in its groups; `0` stands for any digit. */
export const CARD_STARTS = [
  '0000000000000',
  '0000 0000 0000 0',
  '0000-0000-0000-0',
  '0000 000000 000',
  '0000-000000-000',
]

/** A card number that begins at `start`. */
export function maskCard(scan: Scan, start: number): number {
  const { text } = scan
  const before = text.charAt(start - 1)
  if (
    start > 0 &&
    /[\w.%+-]/.test(before) &&
    !/\\[nrt]$/.test(text.slice(Math.max(0, start - 2), start))
  )
    return 0
  CARD.lastIndex = start
  if (!CARD.test(text)) return 0
  const end = CARD.lastIndex
  if (/[A-Za-z_]/.test(text.charAt(end))) return 0
  const plain = text.slice(start, end).replace(/[ -]/g, '')
  if (
    !ISSUERS.test(plain) ||
    !passesLuhn(plain) ||
    /^(\d)\1+$/.test(plain) ||
    isArticleNumber(plain)
  )
    return 0
  const quote = scan.json ? bareNumberQuote(text, start, end) : undefined
  return scan.mask(start, end, quote === undefined ? undefined : `${quote}[secret]${quote}`)
}

/** Thirteen digits with the check digit of EAN and JAN: goods, not a card of the old short length. */
function isArticleNumber(digits: string): boolean {
  if (digits.length !== 13) return false
  let sum = 0
  for (let i = 0; i < 12; i++) sum += (digits.charCodeAt(i) - 48) * (i % 2 === 0 ? 1 : 3)
  return (10 - (sum % 10)) % 10 === digits.charCodeAt(12) - 48
}

/** In JSON a number without quotes must become a string: the quotation mark at its depth of escaping. */
function bareNumberQuote(text: string, start: number, end: number): string | undefined {
  const before = text.slice(Math.max(0, start - 200), start)
  if (!/[:[,]\s*$/.test(before) || !/^\s*[,\]}]/.test(text.slice(end, end + 4))) return undefined
  return /(\\*")[^"]*$/.exec(before)?.[1] ?? '"'
}

/** The check digit of a My Number (Order 85 of 2014 of the Ministry of Internal Affairs and Communications, article 5). */
export function isMyNumber(digits: string): boolean {
  if (!/^\d{12}$/.test(digits)) return false
  let sum = 0
  for (let n = 1; n <= 11; n++) {
    sum += (digits.charCodeAt(11 - n) - 48) * (n <= 6 ? n + 1 : n - 5)
  }
  const rest = sum % 11
  return digits.charCodeAt(11) - 48 === (rest <= 1 ? 0 : 11 - rest)
}
