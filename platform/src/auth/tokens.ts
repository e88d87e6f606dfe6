import { createHash, hash, timingSafeEqual } from 'node:crypto'

/** Source of randomness, passed in so that tests can repeat themselves. */
export type RandomBytes = (bytes: number) => Buffer

const TOKEN_BYTES = 32 // 256 bits: not guessable, so a plain SHA-256 is enough to store

/** A fresh one-time or session token and the hash to store. The token itself is never stored. */
export function newToken(random: RandomBytes, prefix = ''): { token: string; hash: string } {
  const token = prefix + random(TOKEN_BYTES).toString('base64url')
  return { token, hash: hashToken(token) }
}

/** SHA-256 in hex. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'hex')
}

/** Whether a string could be a token of ours at all: saves the database a query. */
export function looksLikeToken(token: string, prefix = ''): boolean {
  return token.startsWith(prefix) && /^[A-Za-z0-9_-]{43}$/.test(token.slice(prefix.length))
}

/** Equality in constant time, whatever the lengths. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(a).digest(),
    createHash('sha256').update(b).digest(),
  )
}
