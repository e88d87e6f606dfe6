import { filesErrors } from './errors.ts'
import type { ByteRange } from './store.ts'

/**
 * Fits a range into a file of `size` bytes (RFC 9110 §14.1.2: an end past the last byte means the last byte).
 *
 * @throws FILES_RANGE_INVALID with the Content-Range header that a 416 must carry
 */
export function fitRange(range: ByteRange, size: number): { start: number; end: number } {
  const end = Math.min(range.end ?? size - 1, size - 1)
  const valid = Number.isSafeInteger(range.start) && range.start >= 0 && range.start <= end
  if (valid) return { start: range.start, end }
  throw filesErrors.FILES_RANGE_INVALID(
    { size },
    { headers: { 'content-range': `bytes */${size}` } },
  )
}
