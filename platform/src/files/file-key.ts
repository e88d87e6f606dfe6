import { filesErrors } from './errors.ts'

const MAX_CHARACTERS = 512
/** S3's own limit for a key, in UTF-8 bytes. */
const MAX_BYTES = 1024

/**
 * Returns the key as it is stored, or refuses it. Keys are never file names of the disk store, so this rule protects
 * object stores, prefixes and people reading lists rather than the disk alone (CWE-22, CWE-158).
 *
 * @throws FILES_KEY_INVALID
 * @example fileKey('uploads/4f1c/見積書.pdf')
 */
export function fileKey(key: string): string {
  if (isFileKey(key)) return key
  throw filesErrors.FILES_KEY_INVALID()
}

export function isFileKey(key: string): boolean {
  return (
    key.length > 0 &&
    key.length <= MAX_CHARACTERS &&
    key.isWellFormed() &&
    Buffer.byteLength(key) <= MAX_BYTES &&
    !/[\p{Cc}\p{Cf}\u2028\u2029\\]/u.test(key) &&
    key.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

/** A prefix is a key, a key with a trailing slash, or nothing at all. */
export function filePrefix(prefix: string): string {
  if (prefix !== '') fileKey(prefix.endsWith('/') ? prefix.slice(0, -1) : prefix)
  return prefix
}
