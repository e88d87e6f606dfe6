import { createHash } from 'node:crypto'
import { filesErrors } from './errors.ts'
import type { FileStore } from './store.ts'

export type MoveOptions = {
  /** Only keys that begin with it. */
  prefix?: string
  /** Deletes each source file after its copy was proven; off: the source stays as it was. */
  deleteSource?: boolean
  signal?: AbortSignal
  onProgress?: (moved: { files: number; bytes: number }) => void
}

export type MoveProof = {
  files: number
  bytes: number
  /** Already there with the same checksum: an interrupted move goes on where it stopped. */
  skipped: number
  /** SHA-256 over the sorted lines `<sha256> <size> <key>` of all files moved or found there. */
  manifestSha256: string
}

/**
 * Copies every file from one back end to another and proves each: the source is checked while it is read, and the copy's
 * checksum, size and type are read back from the target. Stops at the first file that cannot be proven.
 *
 * @throws FILES_CORRUPT, FILES_STORAGE_FULL, FILES_UNAVAILABLE; what was moved stays moved, running it again goes on
 */
export async function moveFiles(
  from: FileStore,
  to: FileStore,
  options: MoveOptions = {},
): Promise<MoveProof> {
  const lines: string[] = []
  let bytes = 0
  let skipped = 0
  for await (const key of keysOf(from, options.prefix ?? '')) {
    options.signal?.throwIfAborted()
    const { size, sha256, copied } = await moveOne(from, to, key)
    lines.push(`${sha256} ${size} ${key}`)
    bytes += size
    if (!copied) skipped += 1
    if (options.deleteSource) await from.delete(key)
    options.onProgress?.({ files: lines.length, bytes })
  }
  const manifestSha256 = createHash('sha256').update(lines.sort().join('\n')).digest('hex')
  return { files: lines.length, bytes, skipped, manifestSha256 }
}

async function moveOne(from: FileStore, to: FileStore, key: string) {
  const source = await from.get(key)
  const { size, sha256 } = source
  const there = await to.stat(key)
  const same = there?.sha256 === sha256 && there.size === size && sha256 !== ''
  if (same) {
    source.stream.destroy()
    return { size, sha256, copied: false }
  }
  const { contentType, metadata } = source
  const put = await to.put(key, source.stream, { contentType, metadata })
  const stored = await to.stat(key)
  const expected = sha256 === '' ? put.sha256 : sha256
  if (stored?.sha256 !== expected || stored.size !== size || put.sha256 !== expected) {
    await to.delete(key)
    throw filesErrors.FILES_CORRUPT({ key })
  }
  return { size, sha256: expected, copied: true }
}

/** A page at a time: there may be millions. The cursor is a key, so deleting on the way loses none. */
async function* keysOf(store: FileStore, prefix: string): AsyncGenerator<string> {
  let cursor: string | null = null
  do {
    const page = await store.list(prefix, cursor, 500)
    for (const item of page.items) yield item.key
    cursor = page.nextCursor
  } while (cursor !== null)
}
