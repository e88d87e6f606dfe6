/** A value cannot be decrypted, or a key ring cannot be built. Never holds a key or a plaintext. */
export class KeyError extends Error {
  readonly code: 'KEY_UNKNOWN' | 'KEY_MALFORMED' | 'KEY_MISMATCH'
  constructor(code: KeyError['code'], message: string) {
    super(message)
    this.name = 'KeyError'
    this.code = code
  }
}
