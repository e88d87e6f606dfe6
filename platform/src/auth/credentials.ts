import type { CredentialHeaders } from './types.ts'

const BEARER = /^bearer\s+(\S+)\s*$/i

/** The value of `Authorization: Bearer …`; undefined for other schemes (a proxy's Basic is not ours). */
export function bearerOf(header: CredentialHeaders['authorization']): string | undefined {
  if (typeof header !== 'string') return undefined
  // The usual spelling without a regular expression: this runs on every request.
  if (header.startsWith('Bearer ')) {
    const token = header.slice(7)
    if (!token.includes(' ')) return token
  }
  return BEARER.exec(header)?.[1]
}

/** One cookie out of the header. The first wins, as browsers send the most specific path first. */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  let start = 0
  while (start < header.length) {
    while (header.charCodeAt(start) === 32) start += 1
    let end = header.indexOf(';', start)
    if (end === -1) end = header.length
    if (header.startsWith(name, start) && header.charCodeAt(start + name.length) === 61) {
      return header.slice(start + name.length + 1, end).trim()
    }
    start = end + 1
  }
  return undefined
}

/** Names and flags of the cookies, by whether people reach the site over https. */
export type CookieNames = { session: string; challenge: string; secure: boolean }

/**
 * `__Host-` makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2): no sibling
 * host can plant or read the cookie. It needs https, so a laptop's plain http goes without.
 */
export function cookieNames(publicUrl: string | undefined): CookieNames {
  const secure = publicUrl?.startsWith('https://') ?? false
  const prefix = secure ? '__Host-' : ''
  return {
    session: `${prefix}minato_session`,
    challenge: `${prefix}minato_challenge`,
    secure,
  }
}

/** A Set-Cookie line. Without `maxAgeSeconds` the cookie lasts as long as the browser; 0 removes it. */
export function setCookie(
  name: string,
  value: string,
  options: { secure: boolean; maxAgeSeconds?: number },
): string {
  const age = options.maxAgeSeconds === undefined ? '' : `; Max-Age=${options.maxAgeSeconds}`
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}${age}`
}
