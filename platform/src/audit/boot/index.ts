import type { BootCheck } from '../define-check.ts'

/** Every check of the boot phase. */
export const bootChecks: readonly BootCheck[] = []
