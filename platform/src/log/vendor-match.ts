import { beginsHere } from './boundary.ts'
import { entropy } from './entropy.ts'
import type { Scan } from './scan-state.ts'
import type { VendorToken } from './vendor-tokens.ts'

/** Masks a vendor's key that begins at `start`. */
export function maskVendorToken(scan: Scan, start: number, token: VendorToken): number {
  const { text } = scan
  const { pattern } = token
  pattern.lastIndex = start
  if (!pattern.test(text)) return 0
  const end = pattern.lastIndex
  if (!beginsHere(text, start)) return 0
  if (token.minEntropy !== undefined && entropy(text.slice(start, end)) < token.minEntropy) return 0
  return scan.mask(start, end)
}
