import type { Scan } from './scan-state.ts'

/** How base64 of PNG, JPEG, GIF, WebP, PDF and zip begins, and any base64 in a data URL. */
export const IMAGE_STARTS = [
  ';base64,',
  'ivborw0kgg',
  '/9j/4',
  'r0lgod',
  'uklgr',
  'jvberi0',
  'uesdbb',
]

const BASE64 = /[A-Za-z0-9+/_-]{48,}={0,2}/y

/** Base64 of a picture or document is passed over: chance strings in it are no keys. */
export function skipImage(scan: Scan, start: number, end: number): number {
  BASE64.lastIndex = scan.text.charCodeAt(start) === 59 ? end : start
  if (BASE64.test(scan.text)) scan.quietUntil = BASE64.lastIndex
  return 0
}
