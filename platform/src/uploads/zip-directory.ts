import type { Content } from './content.ts'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
/** End record (22 bytes) and the longest comment after it. */
const MAX_END_BYTES = 22 + 0xffff
/** A directory beyond this is no document. */
const MAX_DIRECTORY_BYTES = 4 * 1024 * 1024

export type ZipEntry = { name: string; expandedBytes: number; encrypted: boolean }

/**
 * Reads the list of a zip archive's entries without expanding anything (APPNOTE 6.3.10 §4.3.12–16).
 * Undefined when the directory is missing, cut or larger than any document's. Zip64 is not read: no document needs it.
 */
export async function zipDirectory(content: Content): Promise<ZipEntry[] | undefined> {
  const tailStart = Math.max(0, content.size - MAX_END_BYTES)
  const tail = await content.read(tailStart, content.size - tailStart)
  const end = findEnd(tail)
  if (end === undefined) return undefined
  const count = tail.readUInt16LE(end + 10)
  const size = tail.readUInt32LE(end + 12)
  const start = tail.readUInt32LE(end + 16)
  if (size > MAX_DIRECTORY_BYTES || start + size > content.size) return undefined
  return readEntries(await content.read(start, size), count)
}

function findEnd(tail: Buffer): number | undefined {
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) === END_OF_DIRECTORY) return at
  }
  return undefined
}

function readEntries(directory: Buffer, count: number): ZipEntry[] | undefined {
  const entries: ZipEntry[] = []
  let at = 0
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY)
      return undefined
    const nameLength = directory.readUInt16LE(at + 28)
    const rest = directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      expandedBytes: directory.readUInt32LE(at + 24),
      encrypted: (directory.readUInt16LE(at + 8) & 1) === 1,
    })
    at += 46 + nameLength + rest
  }
  return entries
}
