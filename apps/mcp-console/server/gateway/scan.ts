import { sanitize } from '@minato/platform/log'

/** Members that hold base64: masking inside one would break a picture and find nothing. */
const BINARY = new Set(['data', 'blob'])
const MAX_DEPTH = 40

/**
 * Masks secrets in every text of a value, by the log's detectors and by every value that is loaded
 * (a vault's among them). The same value comes back when there was none. Names of members are not
 * judged: a schema has a property called "password" without holding one.
 */
export function sanitizeDeep<T>(value: T, depth = 0): T {
  if (typeof value === 'string') return sanitize(value) as T
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  if (Array.isArray(value)) return scanList(value, depth) as T
  return scanObject(value as Record<string, unknown>, depth) as T
}

function scanList(list: unknown[], depth: number): unknown[] {
  let copy: unknown[] | undefined
  for (const [index, item] of list.entries()) {
    const clean = sanitizeDeep(item, depth + 1)
    if (clean === item) continue
    copy ??= [...list]
    copy[index] = clean
  }
  return copy ?? list
}

function scanObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (BINARY.has(key) && typeof object['mimeType'] === 'string') continue
    const clean = sanitizeDeep(value, depth + 1)
    if (clean === value) continue
    copy ??= { ...object }
    copy[key] = clean
  }
  return copy ?? object
}
