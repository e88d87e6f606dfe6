import { isMyNumber } from './numbers.ts'
import type { Scan } from './scan-state.ts'

/** The names that a My Number stands beside. */
export const MY_NUMBER_NAMES = [
  'マイナンバー',
  '個人番号',
  ...'my_number mynumber my-number individual_number individualnumber individual-number kojin_bango kojinbango'.split(
    ' ',
  ),
]

const AFTER = /[^0-9０-９\r\n{}[\],]{0,24}?([0-9０-９](?:[ -]?[0-9０-９]){11})(?![0-9０-９])/y
const BEFORE = /(?:^|[^0-9０-９])([0-9０-９](?:[ -]?[0-9０-９]){11})[^0-9０-９\r\n]{0,6}$/

/** Twelve digits with the right check digit, after the name or right before it. */
export function readMyNumber(scan: Scan, start: number, end: number): number {
  const { text } = scan
  const before = maskBefore(scan, start)
  AFTER.lastIndex = end
  const after = AFTER.exec(text)?.[1]
  if (after === undefined || !isMyNumber(plain(after))) return before ? end : 0
  return maskDigits(scan, AFTER.lastIndex - after.length, after.length)
}

function maskBefore(scan: Scan, start: number): boolean {
  const from = scan.back(start, 32)
  const near = scan.text.slice(from, start)
  const digits = BEFORE.exec(near)?.[1]
  if (digits === undefined || !isMyNumber(plain(digits))) return false
  const at = from + near.lastIndexOf(digits)
  scan.mask(at, at + digits.length)
  return true
}

const plain = (digits: string) => digits.normalize('NFKC').replace(/[ -]/g, '')

function maskDigits(scan: Scan, start: number, length: number): number {
  // A number in JSON becomes a string, in quotation marks of the name's depth.
  const quote = scan.json
    ? /(\\*")[ \t]*:[ \t]*$/.exec(scan.text.slice(Math.max(0, start - 24), start))?.[1]
    : undefined
  const replacement = quote === undefined ? undefined : `${quote}[secret]${quote}`
  return scan.mask(start, start + length, replacement)
}
