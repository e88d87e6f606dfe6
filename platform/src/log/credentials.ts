import { beginsHere } from './boundary.ts'
import { isWord } from './characters.ts'
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
  if (/^basic/i.test(scan.text.slice(start, start + 5)) && !isUserAndPassword(value)) return 0
  return scan.mask(end - value.length, end)
}

/** RFC 7617: base64 of `user:password`. */
function isUserAndPassword(value: string): boolean {
  const plain = value
    .replace(/%2b/gi, '+')
    .replace(/%2f/gi, '/')
    .replace(/%3d/gi, '=')
    .replaceAll('\\/', '/')
  if (!/^[A-Za-z0-9+/]{6,}={0,2}$/.test(plain)) return false
  return Buffer.from(plain, 'base64').includes(58)
}

function looksLikeCredential(value: string): boolean {
  // `realm="api"` of a challenge.
  if (isPlaceholder(value) || /^[a-z_]+=/.test(value)) return false
  return (
    /\d/.test(value) ||
    /=$/.test(value) ||
    (value.length >= 20 && /[A-Z]/.test(value) && /[a-z]/.test(value))
  )
}

const JWT =
  /eyJ[A-Za-z0-9_-]{8,4096}\.(?:[A-Za-z0-9_/+-]{8,16384}|(?=\.))\.(?:[A-Za-z0-9_/+-]{8,16384}={0,2})?(?:\.[\w-]{8,16384}\.[\w-]{8,400})?/y
const JWT_LIKE =
  /ey[A-Za-z0-9_-]{14,4096}\.ey[A-Za-z0-9_/+-]{15,16384}\.(?:[A-Za-z0-9_/+-]{8,4096}={0,2})?/y

/** A JSON Web Token: base64url parts of which the first begins with `{"`. */
export function maskJwt(scan: Scan, start: number): number {
  if (!beginsHere(scan.text, start)) return 0
  JWT.lastIndex = start
  return JWT.test(scan.text) ? scan.mask(start, JWT.lastIndex) : 0
}

/** The dot between two parts that begin with `{`, in tokens whose first part is not quite JSON. */
export function maskJwtLike(scan: Scan, dot: number): number {
  const { text } = scan
  const floor = Math.max(scan.done, dot - 4096)
  let start = dot
  while (start > floor && (isWord(text.charCodeAt(start - 1)) || text.charCodeAt(start - 1) === 45))
    start--
  if (text.charCodeAt(start - 1) === 92 && text.charCodeAt(start) === 110) start++
  if (text.charCodeAt(start - 1) === 37) start += 2
  JWT_LIKE.lastIndex = start
  return JWT_LIKE.test(text) ? scan.mask(start, JWT_LIKE.lastIndex) : 0
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
