import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { KeyError } from './errors.ts'

/** Where a ciphertext lives: bound to it as authenticated data, so it cannot be moved elsewhere. */
export type KeyContext = { table: string; column: string; row: string }
export type RingKey = { id: string; key: Buffer }

export type KeyRing = {
  activeKeyId: string
  /** Encrypts with the first key. Returns `v1.<keyId>.<base64url of iv, tag, ciphertext>`. */
  encrypt(plain: string | Uint8Array, context: KeyContext): string
  /** @throws {KeyError} when the key is unknown, or the token was altered or moved. */
  decrypt(token: string, context: KeyContext): Buffer
  /** True when the token was not made with the first key. */
  needsRotation(token: string): boolean
  /** 32 bytes for one purpose, derived from AUTH_SECRET by HKDF-SHA-256 (RFC 5869). */
  derive(label: string): Buffer
}

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM under several keys: the first encrypts, all decrypt.
 *
 * @example
 * const ring = createKeyRing([{ id: 'k1', key }], authSecret)
 * const token = ring.encrypt('s3cret', { table: 'minato.jwks', column: 'private_key', row: id })
 */
export function createKeyRing(keys: readonly RingKey[], authSecret: string): KeyRing {
  const active = keys[0]
  if (active === undefined)
    throw new KeyError('KEY_MALFORMED', 'A key ring needs at least one key.')
  const byId = new Map(keys.map((key) => [key.id, key.key]))
  return {
    activeKeyId: active.id,
    encrypt: (plain, context) => encrypt(active, plain, context),
    decrypt: (token, context) => decrypt(byId, token, context),
    needsRotation: (token) => token.split('.')[1] !== active.id,
    derive: (label) => Buffer.from(hkdfSync('sha256', authSecret, 'minato', label, 32)),
  }
}

// Length prefixes keep ("a", "bc") and ("ab", "c") apart.
function authenticatedData({ table, column, row }: KeyContext, keyId: string): Buffer {
  return Buffer.from(JSON.stringify(['v1', keyId, table, column, row]))
}

function encrypt(active: RingKey, plain: string | Uint8Array, context: KeyContext): string {
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', active.key, iv)
  cipher.setAAD(authenticatedData(context, active.id))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  const packed = Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
  return `v1.${active.id}.${packed}`
}

function decrypt(keys: Map<string, Buffer>, token: string, context: KeyContext): Buffer {
  const [version, keyId, packed, ...rest] = token.split('.')
  if (version !== 'v1' || keyId === undefined || packed === undefined || rest.length > 0) {
    throw new KeyError('KEY_MALFORMED', 'The stored value is not a ciphertext of this system.')
  }
  const key = keys.get(keyId)
  if (key === undefined) {
    throw new KeyError('KEY_UNKNOWN', `Key "${keyId}" is not in ENCRYPTION_KEYS: add it back.`)
  }
  const bytes = Buffer.from(packed, 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) {
    throw new KeyError('KEY_MALFORMED', 'The stored value is cut short.')
  }
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
  decipher.setAAD(authenticatedData(context, keyId))
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    throw new KeyError(
      'KEY_MISMATCH',
      'The stored value was altered, moved, or made with another key.',
    )
  }
}
