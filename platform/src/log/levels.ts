/** The six levels by weight, as pino has them. */
export const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const
export type Level = keyof typeof LEVELS

/**
 * The weight from which lines are written; `silent` writes none.
 *
 * @throws RangeError for a word that is no level
 */
export function weightOf(level: string): number {
  if (level === 'silent') return Number.POSITIVE_INFINITY
  const weight = (LEVELS as Record<string, number | undefined>)[level]
  if (weight !== undefined) return weight
  const known = [...Object.keys(LEVELS), 'silent'].join(', ')
  throw new RangeError(`Unknown log level "${level}". Use one of: ${known}.`)
}
