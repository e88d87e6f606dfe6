import { crc32 } from 'node:zlib'
import type { RandomBytes } from './tokens.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const BODY_LENGTH = 40 // 238 bits
const CHECKSUM_LENGTH = 6
/** Largest multiple of 62 in a byte: bytes above it are thrown away, or some letters would be likelier. */
const UNBIASED = 248

export const API_KEY_PREFIX = 'mnt_'
const SHAPE = /^mnt_[0-9A-Za-z]{46}$/

/**
 * A new key: `mnt_`, 40 random letters, and their CRC-32 in 6. Scanners find it, and a typo is told
 * from a wrong key without asking the database.
 */
export function newApiKey(random: RandomBytes): string {
  let body = ''
  while (body.length < BODY_LENGTH) {
    for (const byte of random(BODY_LENGTH)) {
      if (byte < UNBIASED && body.length < BODY_LENGTH) body += ALPHABET[byte % 62]
    }
  }
  return API_KEY_PREFIX + body + checksum(body)
}

/** Whether the shape and the checksum fit. Says nothing of whether the key was ever given out. */
export function isApiKey(text: string): boolean {
  if (!SHAPE.test(text)) return false
  const body = text.slice(API_KEY_PREFIX.length, API_KEY_PREFIX.length + BODY_LENGTH)
  return text.endsWith(checksum(body))
}

/** What lists show, for people to tell their keys apart. */
export function visiblePrefix(key: string): string {
  return key.slice(0, API_KEY_PREFIX.length + 6)
}

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  for (let index = 0; index < CHECKSUM_LENGTH; index += 1) {
    text = ALPHABET[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}
