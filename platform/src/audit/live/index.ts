import type { LiveCheck } from '../define-check.ts'

/** Every check of the live phase. */
export const liveChecks: readonly LiveCheck[] = []
