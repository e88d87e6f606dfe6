import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * The verification key as SendGrid shows it: base64 of a DER SubjectPublicKeyInfo, or the same as PEM.
 * @throws when it is neither, or not an elliptic curve key
 */
export function parsePublicKey(text: string): KeyObject {
  const key = text.includes('BEGIN PUBLIC KEY')
    ? createPublicKey(text)
    : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'ec') throw new TypeError('not an elliptic curve key')
  return key
}

export function isPublicKey(text: string): boolean {
  try {
    parsePublicKey(text)
    return true
  } catch {
    return false
  }
}
