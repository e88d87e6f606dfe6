import type { Severity } from './define-check.ts'
import type { Counts, Result } from './report.ts'
import { isFinding } from './report.ts'

/** A critical fault weighs as much as eight cosmetic ones. */
const WEIGHTS: Readonly<Record<Severity, number>> = { critical: 8, high: 4, medium: 2, low: 1 }

/**
 * 0 to 100: the weight of what is proven right among all that was asked. What could not be looked at
 * is asked but not proven; what is waived is left out on both sides.
 */
export function scoreOf(
  results: readonly Pick<Result, 'severity' | 'status' | 'waiver'>[],
): number {
  let asked = 0
  let proven = 0
  for (const { severity, status, waiver } of results) {
    if (waiver !== undefined) continue
    asked += WEIGHTS[severity]
    if (status === 'pass') proven += WEIGHTS[severity]
  }
  // Rounded down: 100 means that nothing at all is open.
  return asked === 0 ? 100 : Math.floor((proven / asked) * 100)
}

export function countsOf(results: readonly Pick<Result, 'status' | 'waiver'>[]): Counts {
  const counts: Counts = { pass: 0, fail: 0, waived: 0, skip: 0 }
  for (const result of results) {
    if (result.status === 'fail' && !isFinding(result)) counts.waived += 1
    else counts[result.status] += 1
  }
  return counts
}
