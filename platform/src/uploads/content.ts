import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'

/** Up to this size a file stays in memory while it is looked at; beyond, it is written to disk. */
const MEMORY_BYTES = 8 * 1024 * 1024

/** The bytes of one received file, readable at any place. Dispose of it when done. */
export type Content = AsyncDisposable & {
  size: number
  read(start: number, length: number): Promise<Buffer>
  stream(): Readable
}

export function contentOf(bytes: Buffer): Content {
  return {
    size: bytes.length,
    read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)),
    stream: () => Readable.from(bytes.length === 0 ? [] : [bytes]),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** Whole content in memory: for what a parser needs at once, after its size was checked. */
export function wholeOf(content: Content): Promise<Buffer> {
  return content.read(0, content.size)
}

type CollectOptions = {
  /** Folder for what does not fit into memory. */
  folder: string
  maxBytes: number
  /** Made when the source is larger than `maxBytes`. */
  tooLarge: () => Error
}

/**
 * Takes in a stream. Past `maxBytes` it stops at once and leaves nothing behind.
 */
export async function collect(source: Readable, options: CollectOptions): Promise<Content> {
  const chunks: Buffer[] = []
  let size = 0
  let file: SpoolFile | undefined
  try {
    for await (const chunk of source) {
      size += chunk.length
      if (size > options.maxBytes) throw options.tooLarge()
      if (file === undefined && size <= MEMORY_BYTES) {
        chunks.push(chunk)
        continue
      }
      file ??= await createSpoolFile(options.folder)
      for (const held of chunks.splice(0)) await file.append(held)
      await file.append(chunk)
    }
    return file === undefined ? contentOf(Buffer.concat(chunks)) : file.content(size)
  } catch (error) {
    await file?.remove()
    throw error
  }
}

type SpoolFile = {
  append(bytes: Buffer): Promise<void>
  content(size: number): Content
  remove(): Promise<void>
}

async function createSpoolFile(folder: string): Promise<SpoolFile> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `upload-${randomUUID()}`)
  const handle = await open(path, 'wx+', 0o600)
  const remove = async () => {
    await handle.close()
    await rm(path, { force: true })
  }
  return {
    append: (bytes) => handle.appendFile(bytes),
    content: (size) => ({
      size,
      read: (start, length) => readAt(handle, start, Math.min(length, size - start)),
      stream: () => createReadStream(path),
      [Symbol.asyncDispose]: remove,
    }),
    remove,
  }
}

async function readAt(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, length))
  let offset = 0
  while (offset < bytes.length) {
    const { bytesRead } = await handle.read(bytes, offset, bytes.length - offset, start + offset)
    if (bytesRead === 0) break
    offset += bytesRead
  }
  return bytes.subarray(0, offset)
}
