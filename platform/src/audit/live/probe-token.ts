import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyRing } from '../../keys/index.ts'

const LIFETIME_MS = 5 * 60_000

type Keys = Pick<KeyRing, 'derive'>

/** Proves that a request comes from an audit of this very installation: only its keys make one. */
export function probeToken(keys: Keys, purpose: string, now: number): string {
  const expires = String(now + LIFETIME_MS)
  return `${expires}.${mark(keys, purpose, expires)}`
}

export function isProbeToken(keys: Keys, purpose: string, token: unknown, now: number): boolean {
  if (typeof token !== 'string') return false
  const [expires = '', given = '', ...rest] = token.split('.')
  if (rest.length > 0 || !/^\d{1,15}$/.test(expires) || Number(expires) < now) return false
  const [a, b] = [Buffer.from(given), Buffer.from(mark(keys, purpose, expires))]
  return a.length === b.length && timingSafeEqual(a, b)
}

function mark(keys: Keys, purpose: string, expires: string): string {
  return createHmac('sha256', keys.derive('audit.probe'))
    .update(`${purpose}.${expires}`)
    .digest('base64url')
}
