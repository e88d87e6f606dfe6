import { createHmac, randomInt, timingSafeEqual } from 'node:crypto'
import type { Account } from './account.ts'

/** Numbers of the protocol (TwoFactorProviderType). */
export const PROVIDER = { totp: 0, email: 1 } as const

const STEP_MS = 30_000
const EMAIL_CODE_MS = 5 * 60_000
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export type TwoStepCodes = {
  /** Makes a code and says it; earlier ones stop working. */
  newEmailCode(account: Account): string
  /** Whether a mailed code still waits to be used. */
  waits(account: Account): boolean
  /** A code is good once: a replay is refused, as the real server refuses it. */
  use(account: Account, provider: number, code: string): boolean
  clear(): void
}

export function createTwoStepCodes(now: () => Date): TwoStepCodes {
  const emailCodes = new Map<string, { code: string; until: number }>()
  const usedSteps = new Map<string, number>()
  return {
    newEmailCode(account) {
      const code = String(randomInt(0, 1_000_000)).padStart(6, '0')
      emailCodes.set(account.id, { code, until: now().getTime() + EMAIL_CODE_MS })
      return code
    },
    waits: (account) => (emailCodes.get(account.id)?.until ?? 0) > now().getTime(),
    use(account, provider, code) {
      if (provider === PROVIDER.email) {
        const sent = emailCodes.get(account.id)
        if (sent === undefined || sent.until < now().getTime() || !same(sent.code, code))
          return false
        return emailCodes.delete(account.id)
      }
      if (provider !== PROVIDER.totp || account.totpSecret === undefined) return false
      const step = Math.floor(now().getTime() / STEP_MS)
      const used = usedSteps.get(account.id) ?? 0
      const fits = [step - 1, step, step + 1].find(
        (each) => each > used && same(totpAt(account.totpSecret ?? '', each), code),
      )
      if (fits === undefined) return false
      usedSteps.set(account.id, fits)
      return true
    },
    clear() {
      emailCodes.clear()
      usedSteps.clear()
    },
  }
}

/** The code of a moment (RFC 6238: SHA-1, 30 s, 6 digits). */
export function totp(secret: string, at: Date): string {
  return totpAt(secret, Math.floor(at.getTime() / STEP_MS))
}

function totpAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0x0f
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

function fromBase32(text: string): Buffer {
  const bits = [...text.toUpperCase().replace(/[=\s]/g, '')]
    .map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Buffer.from((bits.match(/[01]{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
