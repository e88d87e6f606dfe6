/** Longest wait a server may ask of us; more is a refusal, not a pause. */
export const RETRY_AFTER_MAX_MS = 20_000

/**
 * `Retry-After` (RFC 9110 §10.2.3: seconds or a date) or `retry-after-ms` → milliseconds.
 * Undefined when absent or unreadable.
 */
export function retryAfterMs(
  headers: { get(name: string): string | null },
  now: number,
): number | undefined {
  const precise = Number(headers.get('retry-after-ms') ?? Number.NaN)
  if (Number.isFinite(precise) && precise >= 0) return precise
  const text = headers.get('retry-after')?.trim()
  if (!text) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Pause before attempt `attempt` (1 is the first retry): doubling, with full jitter above half. */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(8000, 250 * 2 ** attempt)
  return ceiling / 2 + random() * (ceiling / 2)
}
