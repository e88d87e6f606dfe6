const BASE_MS = 200
const CAP_MS = 10_000
/** A server that asks for more is not waited for: its answer goes to the caller. */
const MAX_RETRY_AFTER_MS = 30_000

/** Statuses that say "again, later" (RFC 9110, 6585, 8470). 500 is not one: it may have acted. */
const RETRY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 502, 503, 504])

/** Methods whose repetition changes nothing more (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'TRACE',
])

export function isRetryStatus(status: number): boolean {
  return RETRY_STATUSES.has(status)
}

export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method)
}

/** Exponential backoff with full jitter: 0–200 ms, 0–400 ms, 0–800 ms … up to 10 s. */
export function backoffMs(attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt))
}

/**
 * What a Retry-After header asks for in ms (seconds or a date), `undefined` without one or with
 * nonsense, `Infinity` where it asks for more than 30 s.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  const text = header.trim()
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  if (Number.isNaN(ms)) return undefined
  return ms > MAX_RETRY_AFTER_MS ? Number.POSITIVE_INFINITY : Math.max(0, ms)
}
