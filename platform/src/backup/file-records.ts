import { z } from 'zod'
import { MinatoError } from '../errors/index.ts'
import type { FileStore } from '../files/index.ts'
import { filesErrors } from '../files/index.ts'
import type { ArchiveRecord } from './records.ts'

/** A further part of a backup: logs, configuration. */
export type ExtraPart = { name: string; records: () => AsyncIterable<ArchiveRecord> }

/** What an item of the files part says of its file. */
export const fileItem = z.object({
  key: z.string(),
  size: z.number().int(),
  sha256: z.string(),
  contentType: z.string(),
  metadata: z.record(z.string(), z.string()),
})

/** What is swept away by itself is not worth keeping. */
const PASSING = /^(temp|quarantine)\//
const PAGE = 1000

/** Every file with its bytes; each is checked against its own hash while it is read. */
export async function* fileRecords(
  store: FileStore,
  counted: { count: number; bytes: number },
): AsyncGenerator<ArchiveRecord> {
  let cursor: string | null = null
  do {
    const page = await store.list('', cursor, PAGE)
    for (const { key } of page.items) {
      if (PASSING.test(key)) continue
      yield* oneFile(store, key, counted)
    }
    cursor = page.nextCursor
  } while (cursor !== null)
}

async function* oneFile(
  store: FileStore,
  key: string,
  counted: { count: number; bytes: number },
): AsyncGenerator<ArchiveRecord> {
  const file = await store.get(key).catch(deletedMeanwhile)
  if (file === undefined) return
  const { size, sha256, contentType, metadata } = file
  yield { type: 'item', value: { key, size, sha256, contentType, metadata } }
  for await (const piece of file.stream) {
    yield { type: 'data', bytes: Buffer.isBuffer(piece) ? piece : Buffer.from(piece) }
  }
  counted.count += 1
  counted.bytes += size
  yield { type: 'end', value: { sha256 } }
}

/** A file may go between the list and its turn. */
function deletedMeanwhile(error: unknown): undefined {
  if (error instanceof MinatoError && error.code === filesErrors.FILES_NOT_FOUND().code) return
  throw error
}
