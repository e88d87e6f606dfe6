import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { type Description, encodeDescription, readDescription } from './disk-format.ts'
import { filesErrors } from './errors.ts'
import { fitRange } from './range.ts'
import { type OpenTemporary, openTemporary, spool, storageError, writeAll } from './spool.ts'
import type {
  ByteRange,
  FileList,
  FileStore,
  ListedFile,
  PutOptions,
  ReadFile,
  StoredFile,
} from './store.ts'
import { verified } from './verified.ts'

type DiskOptions = { root: string; clock: () => number; openTemporary?: OpenTemporary }

/**
 * Files below one folder. A key never becomes a path: its SHA-256 does, in shards of 256 × 256 folders below the key's
 * first segment, so traversal, reserved names and case-folding file systems cannot matter.
 */
export function createDiskStore(options: DiskOptions): FileStore {
  const { root } = options
  return {
    kind: 'disk',
    put: (key, source, putOptions) => put(options, key, source, putOptions),
    get: (key, range) => get(root, key, range),
    stat: async (key) => stored(await described(root, key)),
    list: (prefix, cursor, limit) => list(root, prefix, cursor, limit),
    delete: (key) => rm(pathOf(root, key), { force: true }),
    copy: async (from, to) => {
      const { stream, contentType, metadata } = await get(root, from, undefined)
      return put(options, to, stream, { contentType, metadata })
    },
    sweepLeftovers: (before) => sweepLeftovers(root, before),
    probe: () => probe(options),
  }
}

function pathOf(root: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex')
  return join(root, 'objects', shelf(key), hash.slice(0, 2), hash.slice(2, 4), hash)
}

/** Folder of a key's first segment: lists of temp/ or quarantine/ need not walk everything. */
function shelf(key: string): string {
  const first = key.split('/', 1)[0] ?? ''
  // Lower case, digits and hyphens stand for themselves; anything else by hash, safe on every file system.
  if (key.includes('/') && /^[a-z0-9][a-z0-9-]{0,63}$/.test(first)) return first
  return `_${createHash('sha256')
    .update(key.includes('/') ? first : '')
    .digest('hex')
    .slice(0, 16)}`
}

async function put(
  { root, clock, openTemporary: openFile = openTemporary }: DiskOptions,
  key: string,
  source: Uint8Array | Readable,
  { contentType, maxBytes, metadata = {} }: PutOptions,
): Promise<StoredFile> {
  const temporary = join(root, 'tmp', randomUUID())
  try {
    await mkdir(dirname(temporary), { recursive: true })
    const description = await writeTemporary(await openFile(temporary), async (handle) => {
      const { size, sha256 } = await spool(handle, source, maxBytes)
      const modifiedAt = new Date(clock()).toISOString()
      return { key, size, sha256, contentType, metadata, modifiedAt }
    })
    const path = pathOf(root, key)
    await mkdir(dirname(path), { recursive: true })
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return present(description)
  } catch (error) {
    if (source instanceof Readable) source.destroy()
    await rm(temporary, { force: true })
    throw storageError(error)
  }
}

/** Content, description, fsync, close: after this the file may be given its name. */
async function writeTemporary(
  handle: FileHandle,
  write: (handle: FileHandle) => Promise<Description>,
): Promise<Description> {
  try {
    const description = await write(handle)
    await writeAll(handle, encodeDescription(description))
    await handle.sync()
    return description
  } finally {
    await handle.close()
  }
}

/** Without this a crash may forget the rename (Linux; other systems refuse to open folders, which is fine). */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined)
  try {
    await handle?.sync().catch(() => undefined)
  } finally {
    await handle?.close()
  }
}

async function get(root: string, key: string, range: ByteRange | undefined): Promise<ReadFile> {
  const handle = await openStored(root, key)
  try {
    const description = handle === undefined ? undefined : await readDescription(handle)
    if (handle === undefined) throw filesErrors.FILES_NOT_FOUND()
    if (description === undefined) throw filesErrors.FILES_CORRUPT({ key })
    const file = present(description)
    const fitted = range === undefined ? undefined : fitRange(range, file.size)
    return { ...file, range: fitted, stream: await contentOf(handle, file, fitted) }
  } catch (error) {
    await handle?.close()
    throw storageError(error)
  }
}

async function contentOf(
  handle: FileHandle,
  file: StoredFile,
  range: { start: number; end: number } | undefined,
): Promise<Readable> {
  if (file.size === 0) {
    await handle.close()
    return Readable.from([])
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 }
  const bytes = handle.createReadStream({ start, end, highWaterMark: 256 * 1024 })
  return range === undefined ? verified(bytes, file) : bytes
}

async function openStored(root: string, key: string): Promise<FileHandle | undefined> {
  return open(pathOf(root, key), 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw storageError(error)
  })
}

async function described(root: string, key: string): Promise<Description | undefined> {
  const handle = await openStored(root, key)
  if (handle === undefined) return undefined
  try {
    const description = await readDescription(handle)
    if (description === undefined) throw filesErrors.FILES_CORRUPT({ key })
    return description
  } finally {
    await handle.close()
  }
}

function present(description: Description): StoredFile {
  return { ...description, modifiedAt: new Date(description.modifiedAt) }
}

function stored(description: Description | undefined): StoredFile | undefined {
  return description === undefined ? undefined : present(description)
}

async function list(
  root: string,
  prefix: string,
  cursor: string | null,
  limit: number,
): Promise<FileList> {
  const objects = join(root, 'objects')
  const start = prefix.includes('/') ? join(objects, shelf(prefix)) : objects
  const found: ListedFile[] = []
  for await (const path of filesBelow(start)) {
    const item = await listedAt(path)
    if (item?.key.startsWith(prefix) && (cursor === null || item.key > cursor)) found.push(item)
  }
  found.sort((a, b) => (a.key < b.key ? -1 : 1))
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last !== undefined ? last.key : null }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(nothingWhenGone)
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

/** A file may be deleted, or cut by a crash of the disk, while the list is being made: it is left out. */
async function listedAt(path: string): Promise<ListedFile | undefined> {
  const handle = await open(path, 'r').catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const description = await readDescription(handle)
    if (description === undefined) return undefined
    const { key, size, modifiedAt } = description
    return { key, size, modifiedAt: new Date(modifiedAt) }
  } finally {
    await handle.close()
  }
}

async function sweepLeftovers(root: string, before: Date): Promise<number> {
  let removed = 0
  for await (const path of filesBelow(join(root, 'tmp'))) {
    const found = await stat(path).catch(() => undefined)
    if (found === undefined || found.mtime >= before) continue
    await rm(path, { force: true })
    removed += 1
  }
  return removed
}

function nothingWhenGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return []
  throw storageError(error)
}

async function probe({
  root,
  openTemporary: openFile = openTemporary,
}: DiskOptions): Promise<void> {
  const path = join(root, 'tmp', `probe-${randomUUID()}`)
  try {
    await mkdir(dirname(path), { recursive: true })
    const handle = await openFile(path)
    await writeAll(handle, Buffer.from('probe')).finally(() => handle.close())
  } catch (error) {
    throw storageError(error)
  } finally {
    await rm(path, { force: true })
  }
}
