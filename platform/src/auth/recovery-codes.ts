import { base32Encode } from './base32.ts'
import { hashToken, type RandomBytes } from './tokens.ts'

const COUNT = 10
/** 80 bits: out of reach for offline guessing even at the speed of a plain SHA-256. */
const CODE_BYTES = 10

/** Ten codes in groups of four (`abcd-efgh-ijkl-mnop`), with the hashes to store. */
export function newRecoveryCodes(random: RandomBytes): { code: string; hash: string }[] {
  return Array.from({ length: COUNT }, () => {
    const code = base32Encode(random(CODE_BYTES))
      .toLowerCase()
      .replace(/(.{4})(?=.)/g, '$1-')
    return { code, hash: hashRecoveryCode(code) }
  })
}

/** Case, hyphens, blanks and full-width letters (Japanese keyboards) do not matter. */
export function hashRecoveryCode(code: string): string {
  return hashToken(
    code
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  )
}
