import { createHmac } from 'node:crypto'
import { base32Encode } from './base32.ts'
import { type RandomBytes, sameSecret } from './tokens.ts'

const STEP_MS = 30_000
const DIGITS = 6
/** RFC 4226, 4: at least 128 bits, 160 recommended. */
const SECRET_BYTES = 20
/** One step of clock drift either way (RFC 6238, 5.2). */
const WINDOW = 1

export function newTotpSecret(random: RandomBytes): Buffer {
  return random(SECRET_BYTES)
}

/** HOTP (RFC 4226) of one counter, six digits, HMAC-SHA-1: what every authenticator app speaks. */
export function hotp(secret: Uint8Array, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const digest = createHmac('sha1', secret).update(message).digest()
  const offset = (digest[digest.length - 1] ?? 0) & 15
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The time step a moment falls into. */
export function stepAt(nowMs: number): number {
  return Math.floor(nowMs / STEP_MS)
}

/**
 * The step whose code was entered, or undefined. All candidates are computed and compared whichever
 * fits. The caller must still refuse a step that was used before.
 */
export function matchingStep(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  let found: number | undefined
  for (let drift = -WINDOW; drift <= WINDOW; drift += 1) {
    const step = stepAt(nowMs) + drift
    if (sameSecret(hotp(secret, step), code)) found = step
  }
  return found
}

/** What the QR code holds (the key URI format of authenticator apps). */
export function otpauthUrl(secret: Uint8Array, email: string, issuer = 'Minato'): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(email)}`
  const query = new URLSearchParams({
    secret: base32Encode(secret),
    issuer,
    algorithm: 'SHA1',
    digits: String(DIGITS),
    period: String(STEP_MS / 1000),
  })
  return `otpauth://totp/${label}?${query}`
}

/** The QR code as SVG; the library is loaded when somebody sets two-factor up. */
export async function qrSvg(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode')
  return await qrcode.toString(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 2 })
}
