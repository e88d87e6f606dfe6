import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { filesErrors } from './errors.ts'

/** Opens a fresh file for writing; passed in so that a test can point it at a full device. */
export type OpenTemporary = (path: string) => Promise<FileHandle>

/** Owner only, and never through an existing name or link (O_EXCL). */
export const openTemporary: OpenTemporary = (path) => open(path, 'wx', 0o600)

export type Spooled = { size: number; sha256: string }

/**
 * Writes a source to an open file while hashing and counting it.
 *
 * @throws FILES_TOO_LARGE past `maxBytes`; FILES_STORAGE_FULL when the device or quota is full
 */
export async function spool(
  handle: FileHandle,
  source: Uint8Array | Readable,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Spooled> {
  const hash = createHash('sha256')
  let size = 0
  // A stream that ends this loop early is destroyed by it; a buffer is one chunk.
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    const bytes = chunk instanceof Uint8Array ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > maxBytes) throw filesErrors.FILES_TOO_LARGE({ maxBytes })
    hash.update(bytes)
    await writeAll(handle, bytes)
  }
  return { size, sha256: hash.digest('hex') }
}

/** A single write may be short when a disk runs full: the next one then says why. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let offset = 0
  while (offset < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, offset)
    offset += bytesWritten
  }
}

/** Turns "no space left" and "quota exceeded" into an answer a person can act on. */
export function storageError(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return filesErrors.FILES_STORAGE_FULL({}, { cause: error })
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EIO' || code === 'EMFILE') {
    return filesErrors.FILES_UNAVAILABLE({ reason: code }, { cause: error })
  }
  return error
}
