import { beginsHere } from './boundary.ts'
import { entropy } from './entropy.ts'
import { isPublicSample } from './public-samples.ts'
import type { Scan } from './scan-state.ts'
import { isSequence } from './value-shape.ts'
import type { VendorToken } from './vendor-token.ts'

/** Masks a vendor's key whose literal begins at `at`. */
export function maskVendorToken(scan: Scan, at: number, token: VendorToken): number {
  if (token.lead === 0) return maskFrom(scan, at, at, token)
  // The known mark is in the key's middle: try the places before it where a key may begin.
  for (let start = scan.back(at, token.lead); start <= at; start++) {
    const end = maskFrom(scan, start, at, token)
    if (end > 0) return end
  }
  return 0
}

function maskFrom(scan: Scan, start: number, at: number, token: VendorToken): number {
  const { text } = scan
  const { pattern } = token
  if (start < at && !hasEdge(text, start, token.edge)) return 0
  pattern.lastIndex = start
  if (!pattern.test(text) || pattern.lastIndex <= at) return 0
  const end = pattern.lastIndex
  if (!hasEdge(text, start, token.edge)) return 0
  const found = text.slice(start, end)
  if (entropy(found) < token.minEntropy || isPublicSample(found)) return 0
  if (token.notSequence && isSequence(found)) return 0
  return scan.mask(start, end)
}

function hasEdge(text: string, start: number, edge: VendorToken['edge']): boolean {
  if (edge === 'open') return true
  if (!beginsHere(text, start)) return false
  if (edge === 'word' || start === 0) return true
  const before = text.charCodeAt(start - 1)
  if (before === 45 || before === 43) return false
  return before !== 47 || isPath(text, start)
}

/** Whether the slash before `start` belongs to a path or URL rather than to base64. */
function isPath(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 200), start)
  const run = /[^\s"'=<>(]*$/.exec(before)?.[0] ?? ''
  return run.startsWith('/') || run.startsWith('\\/') || /:|\.[a-z]/i.test(run)
}
