import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Received } from './receive.ts'

/** What is known of a stored object; the headers and metadata come back as they were given. */
export type ObjectRecord = {
  key: string
  /** Name of the file that holds the bytes. */
  data: string
  byteLength: number
  etag: string
  lastModified: string
  headers: Record<string, string>
  metadata: Record<string, string>
  checksums: Received['checksums']
}

type NewObject = Pick<ObjectRecord, 'key' | 'byteLength' | 'etag' | 'headers' | 'metadata'> & {
  checksums: Received['checksums']
  /** A file in the store's temporary folder, moved into place. */
  file: string
}

export type Bucket = { name: string; createdAt: string; objects: Map<string, ObjectRecord> }

export type ObjectStore = {
  /** For bodies on their way in; on the same file system, so that moving is atomic. */
  temporary: string
  /** For multipart uploads. */
  uploads: string
  buckets: Map<string, Bucket>
  createBucket(name: string): Promise<void>
  deleteBucket(name: string): Promise<void>
  put(bucket: Bucket, object: NewObject): Promise<ObjectRecord>
  remove(bucket: Bucket, key: string): Promise<void>
  dataFile(bucket: Bucket, record: ObjectRecord): string
  clear(): Promise<void>
}

/**
 * Objects on disk: a record (JSON) and the bytes, each under a name of ours, so that no key can
 * name a path. The record is renamed into place last: a kill leaves the old object or the new one.
 */
export async function openObjectStore(root: string, now: () => Date): Promise<ObjectStore> {
  const temporary = join(root, 'tmp')
  const uploads = join(root, 'uploads')
  await rm(temporary, { recursive: true, force: true })
  for (const folder of [temporary, uploads, join(root, 'buckets')]) {
    await mkdir(folder, { recursive: true })
  }
  const buckets = new Map<string, Bucket>()
  const folderOf = (name: string) => join(root, 'buckets', name)
  for (const name of await readdir(join(root, 'buckets'))) {
    buckets.set(name, await loadBucket(folderOf(name), name))
  }
  const recordFile = (bucket: Bucket, key: string) =>
    join(folderOf(bucket.name), `${createHash('sha256').update(key).digest('hex')}.json`)
  const dataFile = (bucket: Bucket, record: ObjectRecord) =>
    join(folderOf(bucket.name), record.data)

  async function createBucket(name: string): Promise<void> {
    const createdAt = now().toISOString()
    await mkdir(folderOf(name), { recursive: true })
    await writeWhole(temporary, join(folderOf(name), 'bucket.json'), { createdAt })
    buckets.set(name, { name, createdAt, objects: new Map() })
  }

  async function put(bucket: Bucket, { file, ...object }: NewObject): Promise<ObjectRecord> {
    const data = `${randomUUID()}.data`
    const lastModified = now().toISOString()
    const record: ObjectRecord = { ...object, data, lastModified }
    const old = bucket.objects.get(object.key)
    await rename(file, dataFile(bucket, record))
    await writeWhole(temporary, recordFile(bucket, object.key), record)
    bucket.objects.set(object.key, record)
    // A reader that has the old bytes open keeps them until it is done.
    if (old) await rm(dataFile(bucket, old), { force: true })
    return record
  }

  async function remove(bucket: Bucket, key: string): Promise<void> {
    const record = bucket.objects.get(key)
    if (!record) return
    bucket.objects.delete(key)
    await rm(recordFile(bucket, key), { force: true })
    await rm(dataFile(bucket, record), { force: true })
  }

  async function deleteBucket(name: string): Promise<void> {
    buckets.delete(name)
    await rm(folderOf(name), { recursive: true, force: true })
  }

  async function clear(): Promise<void> {
    for (const bucket of buckets.values()) {
      for (const key of [...bucket.objects.keys()]) await remove(bucket, key)
    }
  }

  return { temporary, uploads, buckets, createBucket, deleteBucket, put, remove, dataFile, clear }
}

async function loadBucket(folder: string, name: string): Promise<Bucket> {
  const bucket: Bucket = { name, createdAt: '', objects: new Map() }
  const names = await readdir(folder)
  for (const file of names.filter((candidate) => candidate.endsWith('.json'))) {
    const content: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'))
    if (file === 'bucket.json') bucket.createdAt = (content as Bucket).createdAt
    else bucket.objects.set((content as ObjectRecord).key, content as ObjectRecord)
  }
  // Bytes without a record were being written when the process ended.
  const used = new Set([...bucket.objects.values()].map((record) => record.data))
  for (const file of names.filter((candidate) => candidate.endsWith('.data'))) {
    if (!used.has(file)) await rm(join(folder, file), { force: true })
  }
  return bucket
}

export async function writeWhole(temporary: string, file: string, content: object): Promise<void> {
  const part = join(temporary, `${randomUUID()}.json`)
  await writeFile(part, JSON.stringify(content))
  await rename(part, file)
}
