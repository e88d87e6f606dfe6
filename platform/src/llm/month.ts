/** Japan has had no daylight saving since 1951: a fixed offset is exact and costs no Intl call. */
const TOKYO_OFFSET_MS = 9 * 3_600_000

/** The month a budget counts for, in Asia/Tokyo, e.g. `2026-11`. */
export function monthOf(now: number): string {
  return new Date(now + TOKYO_OFFSET_MS).toISOString().slice(0, 7)
}
