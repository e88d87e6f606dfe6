import { beginsHere } from './boundary.ts'
import type { Scan } from './scan-state.ts'
import { isPlaceholder } from './value-shape.ts'

const SCHEME =
  /(?:bearer|basic)(?:[ \t]|%20|\+|\\u0020){1,4}((?:[A-Za-z0-9._~+/=-]|%2[bBfF]|%3[dD]|\\\/){6,8192})/iy

/** `Bearer …` and `Basic …`: the credential after the scheme. */
export function maskBearer(scan: Scan, start: number): number {
  SCHEME.lastIndex = start
  const found = SCHEME.exec(scan.text)
  if (found === null || !beginsHere(scan.text, start)) return 0
  const value = found[1] ?? ''
  const end = SCHEME.lastIndex
  if (!looksLikeCredential(value)) return 0
  return scan.mask(end - value.length, end)
}

function looksLikeCredential(value: string): boolean {
  if (isPlaceholder(value)) return false
  return (
    /\d/.test(value) ||
    /=$/.test(value) ||
    (value.length >= 20 && /[A-Z]/.test(value) && /[a-z]/.test(value))
  )
}

const JWT =
  /eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_/+-]{8,16384}\.(?:[A-Za-z0-9_/+-]{8,4096}={0,2})?/y

/** A JSON Web Token: two base64url parts that begin with `{"`, and a signature. */
export function maskJwt(scan: Scan, start: number): number {
  JWT.lastIndex = start
  if (!JWT.test(scan.text)) return 0
  return scan.mask(start, JWT.lastIndex)
}

/** `scheme://user:password@host`: only the password part. */
export function maskUserInfo(scan: Scan, start: number, end: number): number {
  const { text } = scan
  if (start === 0 || !/[A-Za-z0-9+.-]/.test(text.charAt(start - 1))) return 0
  const colon = userEnd(text, end)
  if (colon === -1) return 0
  const at = passwordEnd(text, colon + 1)
  if (at === -1 || at === colon + 1) return 0
  if (isPlaceholder(text.slice(colon + 1, at))) return 0
  return scan.mask(colon + 1, at)
}

/** The colon after the user's name, or -1 when a path, a blank or a quote comes first. */
function userEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + 256)
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (code === 58) return i
    if (code <= 32 || code === 47 || code === 34 || code === 39 || code === 64 || code === 92)
      return -1
    if (code === 63 || code === 35 || code === 60 || code === 62) return -1
  }
  return -1
}

/** The `@` that ends the password: the last one before the path, the query or the end of the URL. */
function passwordEnd(text: string, from: number): number {
  const limit = Math.min(text.length, from + 1024)
  let last = -1
  for (let i = from; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (code === 64) last = i
    if (code <= 32 || code === 34 || code === 92 || code === 60 || code === 62 || code === 96) break
    if (last !== -1 && (code === 47 || code === 63 || code === 35 || code === 44)) break
    // A port, then the path: `http://host:8080/a@b` has no password.
    if (code === 47 && last === -1 && /^\d{1,5}$/.test(text.slice(from, i))) return -1
  }
  return last
}
