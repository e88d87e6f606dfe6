import { pipeline, Readable } from 'node:stream'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { ByteQueue } from './byte-queue.ts'

/**
 * What a part holds: items, each opened by `item` (JSON: a table, a file), followed by its bytes in
 * `data` pieces and closed by `end` (JSON: counts and hashes).
 */
export type ArchiveRecord =
  | { type: 'item' | 'end'; value: unknown }
  | { type: 'data'; bytes: Buffer }

const CODES = { item: 0x49, data: 0x44, end: 0x45 } as const
const HEAD_BYTES = 5
const MAX_DATA_BYTES = 1024 * 1024
const MAX_JSON_BYTES = 16 * 1024 * 1024

/** `code (1) | length (4) | bytes` for each record, compressed with zstd. */
export function packRecords(records: AsyncIterable<ArchiveRecord>): AsyncIterable<Buffer> {
  const level = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }
  // The reader of the last stream gets every failure of the first; the callback has nothing to add.
  return pipeline(Readable.from(encode(records)), createZstdCompress(level), () => undefined)
}

async function* encode(records: AsyncIterable<ArchiveRecord>): AsyncGenerator<Buffer> {
  for await (const record of records) {
    if (record.type === 'data') {
      for (let at = 0; at < record.bytes.length; at += MAX_DATA_BYTES) {
        yield* framed(CODES.data, record.bytes.subarray(at, at + MAX_DATA_BYTES))
      }
    } else {
      yield* framed(CODES[record.type], Buffer.from(JSON.stringify(record.value)))
    }
  }
}

function* framed(code: number, bytes: Buffer): Generator<Buffer> {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(code, 0)
  head.writeUInt32BE(bytes.length, 1)
  yield head
  if (bytes.length > 0) yield bytes
}

/**
 * The records again.
 * @throws {Error} when the bytes are not such a stream.
 */
export async function* unpackRecords(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchiveRecord, void, void> {
  const queue = new ByteQueue()
  let head: Buffer | undefined
  for await (const piece of pipeline(
    Readable.from(source),
    createZstdDecompress(),
    () => undefined,
  )) {
    queue.push(piece)
    for (;;) {
      head ??= queue.take(HEAD_BYTES)
      if (head === undefined) break
      const code = head.readUInt8(0)
      const length = head.readUInt32BE(1)
      if (length > (code === CODES.data ? MAX_DATA_BYTES : MAX_JSON_BYTES)) {
        throw new Error('a record is too long')
      }
      const bytes = queue.take(length)
      if (bytes === undefined) break
      yield decode(code, bytes)
      head = undefined
    }
  }
  if (head !== undefined || queue.length > 0) throw new Error('a record is cut')
}

function decode(code: number, bytes: Buffer): ArchiveRecord {
  if (code === CODES.data) return { type: 'data', bytes }
  const type = code === CODES.item ? 'item' : code === CODES.end ? 'end' : undefined
  if (type === undefined) throw new Error('a record is of no known type')
  return { type, value: JSON.parse(bytes.toString('utf8')) }
}
