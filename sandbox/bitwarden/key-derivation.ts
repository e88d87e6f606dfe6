import { createCipheriv, createHmac, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** 64 bytes: the first half encrypts, the second half authenticates. */
export type SymmetricKey = Buffer

/** PBKDF2 of the master password, salted with the address (Bitwarden security whitepaper, "Key derivation"). */
export function masterKey(password: string, email: string, iterations: number): Promise<Buffer> {
  return derive(password, email.trim().toLowerCase(), iterations, 32, 'sha256')
}

/** What the client sends instead of the password: one more round, salted with the password. */
export async function masterPasswordHash(key: Buffer, password: string): Promise<string> {
  return (await derive(key, password, 1, 32, 'sha256')).toString('base64')
}

/** HKDF-Expand (RFC 5869, 2.3) of 32 bytes into an encryption and a MAC key; the extract step is left out. */
export function stretch(key: Buffer): SymmetricKey {
  const expand = (info: string) =>
    createHmac('sha256', key)
      .update(Buffer.concat([Buffer.from(info), Buffer.of(1)]))
      .digest()
  return Buffer.concat([expand('enc'), expand('mac')])
}

/** `2.<iv>|<ciphertext>|<mac>`: AES-256-CBC, then HMAC-SHA-256 over iv and ciphertext. */
export function encString(key: SymmetricKey, plain: string | Buffer): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', key.subarray(0, 32), iv)
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  const mac = createHmac('sha256', key.subarray(32)).update(iv).update(body).digest()
  return `2.${[iv, body, mac].map((part) => part.toString('base64')).join('|')}`
}
