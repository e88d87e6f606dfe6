import { MinatoError } from '../errors/index.ts'
import { filesErrors } from './errors.ts'

const GONE = new Set(['NoSuchKey', 'NotFound'])
const FULL = new Set([
  'InsufficientStorage',
  'QuotaExceeded',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
])

/** S3 takes no more in one piece. */
const FIVE_GB = 5 * 1024 ** 3

/** What the SDK throws, in this concern's words. The reason is the store's error name, never its message. */
export function s3Error(error: unknown): unknown {
  if (error instanceof MinatoError && error.code.startsWith('FILES_')) return error
  const name = errorName(error)
  if (isGone(error)) return filesErrors.FILES_NOT_FOUND({}, { cause: error })
  if (FULL.has(name)) return filesErrors.FILES_STORAGE_FULL({}, { cause: error })
  if (name === 'EntityTooLarge') {
    return filesErrors.FILES_TOO_LARGE({ maxBytes: FIVE_GB }, { cause: error })
  }
  return filesErrors.FILES_UNAVAILABLE({ reason: name }, { cause: error })
}

export function isGone(error: unknown): boolean {
  return GONE.has(errorName(error))
}

export function isInvalidRange(error: unknown): boolean {
  return errorName(error) === 'InvalidRange'
}

function errorName(error: unknown): string {
  if (error instanceof MinatoError) return error.code
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
