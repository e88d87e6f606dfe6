import type { StaticCheck } from '../define-check.ts'

/** Every check of the static phase. */
export const staticChecks: readonly StaticCheck[] = []
