import { isMyNumber } from './numbers.ts'
import type { Scan } from './scan-state.ts'

/** The names that a My Number stands beside. */
export const MY_NUMBER_NAMES = [
  'マイナンバー',
  '個人番号',
  '\\u30de\\u30a4\\u30ca\\u30f3\\u30d0\\u30fc',
  '\\u500b\\u4eba\\u756a\\u53f7',
  ...'my_number mynumber my-number individual_number individualnumber individual-number kojin_bango kojinbango'.split(
    ' ',
  ),
]

const AFTER = /[^0-9０-９\r\n]{0,24}?([0-9０-９](?:[ -]?[0-9０-９]){11})(?![0-9０-９])/y
const BEFORE = /(?:^|[^0-9０-９])([0-9０-９](?:[ -]?[0-9０-９]){11})[^0-9０-９\r\n]{0,6}$/

/** Twelve digits with the right check digit, after the name or right before it. */
export function readMyNumber(scan: Scan, start: number, end: number): number {
  const { text } = scan
  AFTER.lastIndex = end
  const after = AFTER.exec(text)?.[1]
  if (after !== undefined && isMyNumber(plain(after)))
    return maskDigits(scan, AFTER.lastIndex - after.length, after.length)
  const from = Math.max(scan.done, start - 32)
  const near = text.slice(from, start)
  const before = BEFORE.exec(near)
  const digits = before?.[1]
  if (before === null || digits === undefined || !isMyNumber(plain(digits))) return 0
  scan.mask(from + near.lastIndexOf(digits), from + near.lastIndexOf(digits) + digits.length)
  return end
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
