import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { GivenHeaders } from './object-headers.ts'
import { type ObjectStore, writeWhole } from './object-store.ts'
import type { Received } from './receive.ts'

export type Part = {
  number: number
  etag: string
  byteLength: number
  lastModified: string
  checksums: Received['checksums']
}

export type Upload = {
  id: string
  bucket: string
  key: string
  createdAt: string
  given: GivenHeaders
  parts: Map<number, Part>
}

export type Uploads = {
  create(bucket: string, key: string, given: GivenHeaders): Promise<Upload>
  find(bucket: string, key: string, id: string): Upload | undefined
  list(bucket: string): Upload[]
  addPart(upload: Upload, number: number, received: Received): Promise<Part>
  partFile(upload: Upload, part: Part): string
  drop(upload: Upload): Promise<void>
  clear(): Promise<void>
}

/** Multipart uploads under way, each in its own folder, so that a restart finds them again. */
export async function openUploads(store: ObjectStore, now: () => Date): Promise<Uploads> {
  const uploads = new Map<string, Upload>()
  const folderOf = (upload: Upload) => join(store.uploads, upload.id)
  for (const id of await readdir(store.uploads)) {
    const upload = await load(join(store.uploads, id))
    if (upload) uploads.set(id, upload)
    else await rm(join(store.uploads, id), { recursive: true, force: true })
  }

  async function create(bucket: string, key: string, given: GivenHeaders): Promise<Upload> {
    const id = randomUUID().replaceAll('-', '')
    const createdAt = now().toISOString()
    const upload: Upload = { id, bucket, key, createdAt, given, parts: new Map() }
    await mkdir(folderOf(upload))
    const { parts: _parts, ...record } = upload
    await writeWhole(store.temporary, join(folderOf(upload), 'upload.json'), record)
    uploads.set(id, upload)
    return upload
  }

  const partFile = (upload: Upload, part: Part) => join(folderOf(upload), `${part.number}.data`)

  async function addPart(upload: Upload, number: number, received: Received): Promise<Part> {
    const { byteLength, md5, checksums } = received
    const lastModified = now().toISOString()
    const part: Part = { number, etag: `"${md5}"`, byteLength, lastModified, checksums }
    await rename(received.file, partFile(upload, part))
    await writeWhole(store.temporary, join(folderOf(upload), `${number}.json`), part)
    upload.parts.set(number, part)
    return part
  }

  async function drop(upload: Upload): Promise<void> {
    uploads.delete(upload.id)
    await rm(folderOf(upload), { recursive: true, force: true })
  }

  return {
    create,
    find(bucket, key, id) {
      const upload = uploads.get(id)
      return upload?.bucket === bucket && upload.key === key ? upload : undefined
    },
    list: (bucket) => [...uploads.values()].filter((upload) => upload.bucket === bucket),
    addPart,
    partFile,
    drop,
    async clear() {
      for (const upload of [...uploads.values()]) await drop(upload)
    },
  }
}

async function load(folder: string): Promise<Upload | null> {
  const names = await readdir(folder)
  if (!names.includes('upload.json')) return null
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8'))
  const parts = new Map<number, Part>()
  for (const name of names.filter((candidate) => /^\d+\.json$/.test(candidate))) {
    const part: Part = await read(name)
    parts.set(part.number, part)
  }
  return { ...(await read('upload.json')), parts }
}
