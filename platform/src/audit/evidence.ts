import { fail, type Outcome, type Place, pass } from './define-check.ts'

const SHOWN = 8

/** `a, b, c`; of a long list the first few and how many more. */
export function listed(items: readonly string[]): string {
  const rest = items.length - SHOWN
  return `${items.slice(0, SHOWN).join(', ')}${rest > 0 ? `, … +${rest}` : ''}`
}

/**
 * Fails with the offending items, or passes with what was seen.
 *
 * @example judge(open, { en: 'Publish a port: ', ja: 'ポートを公開: ' }, pass('Only nginx.'), { file })
 */
export function judge(
  wrong: readonly string[],
  what: { en: string; ja: string },
  right: { en: string; ja: string },
  place?: Place,
): Outcome {
  if (wrong.length === 0) return pass(right.en, right.ja)
  return fail({ en: `${what.en} ${listed(wrong)}`, ja: `${what.ja} ${listed(wrong)}` }, place)
}
