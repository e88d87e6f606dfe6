import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { KeyError } from './errors.ts'

/** Sixteen bytes sign, sixteen encrypt (github.com/fernet/spec, "Key Format"). */
type FernetKey = { signing: Buffer; encryption: Buffer }

const KEY_BYTES = 32
const VERSION = 0x80
const TIME_BYTES = 8
const BLOCK_BYTES = 16
const MAC_BYTES = 32
const HEAD_BYTES = 1 + TIME_BYTES + BLOCK_BYTES
/** The version byte and a time before the year 2106 begin every token with these letters. */
export const FERNET_START = 'gAAAA'

/**
 * Reads a Fernet key: 32 bytes in URL-safe base64, as Python's `Fernet.generate_key()` prints it.
 *
 * @throws {KeyError} KEY_MALFORMED; the message never holds the text
 */
export function parseFernetKey(text: string): FernetKey {
  const bytes = fromBase64Url(text.trim())
  if (bytes?.length !== KEY_BYTES) {
    throw new KeyError(
      'KEY_MALFORMED',
      'A Fernet key is 32 bytes in URL-safe base64 (44 characters, the last one "=").',
    )
  }
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) }
}

/**
 * Opens a Fernet token made by the Python original: HMAC-SHA-256 over all before it, then AES-128-CBC. Several keys
 * are tried in turn, as MultiFernet does. The age of the token is not looked at: what is stored has no expiry.
 *
 * @example decryptFernet('gAAAAA…', [parseFernetKey(text)]).toString('utf8')
 * @throws {KeyError} KEY_MALFORMED for what is no token, KEY_MISMATCH when no key made it or it was altered
 */
export function decryptFernet(token: string, keys: readonly FernetKey[]): Buffer {
  const bytes = fromBase64Url(token)
  const bodyBytes = (bytes?.length ?? 0) - HEAD_BYTES - MAC_BYTES
  if (bytes === undefined || bytes[0] !== VERSION) {
    throw new KeyError('KEY_MALFORMED', 'The value is not a Fernet token.')
  }
  if (bodyBytes < BLOCK_BYTES || bodyBytes % BLOCK_BYTES !== 0) {
    throw new KeyError('KEY_MALFORMED', 'The Fernet token is cut short.')
  }
  const signed = bytes.subarray(0, -MAC_BYTES)
  const mac = bytes.subarray(-MAC_BYTES)
  // The MAC is checked before anything is decrypted: a wrong padding is never an answer (CWE-354).
  const key = keys.find(({ signing }) =>
    timingSafeEqual(createHmac('sha256', signing).update(signed).digest(), mac),
  )
  if (key === undefined) {
    throw new KeyError('KEY_MISMATCH', 'No given key made this Fernet token, or it was altered.')
  }
  const iv = bytes.subarray(1 + TIME_BYTES, HEAD_BYTES)
  const decipher = createDecipheriv('aes-128-cbc', key.encryption, iv)
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEAD_BYTES)), decipher.final()])
  } catch {
    throw new KeyError('KEY_MALFORMED', 'The Fernet token is signed, but its padding is wrong.')
  }
}

/** URL-safe base64 with its padding, strictly: Buffer.from passes over what it does not know. */
function fromBase64Url(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined
  return Buffer.from(text, 'base64url')
}
