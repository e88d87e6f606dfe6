import { MinatoError } from '../errors/index.ts'
import type { FileStore } from '../files/index.ts'
import { backupErrors } from './errors.ts'
import type { BackupStore } from './store.ts'

const PAGE = 1000

/** Backups in object storage, through the same client as files: every request goes through `outbound`. */
export function createS3Backups(store: FileStore, place: string): BackupStore {
  return {
    kind: 's3',
    place,
    put: (name, bytes) =>
      guarded(place, async () => {
        await store.put(name, bytes, { contentType: 'application/octet-stream' })
      }),
    get: (name) => guarded(place, () => get(store, name)),
    list: (id) => guarded(place, () => list(store, id === undefined ? '' : `${id}/`)),
    delete: (name) => guarded(place, () => store.delete(name)),
  }
}

async function get(store: FileStore, name: string): Promise<Buffer | undefined> {
  try {
    const { stream } = await store.get(name)
    const pieces: Buffer[] = []
    for await (const piece of stream) pieces.push(piece)
    return Buffer.concat(pieces)
  } catch (error) {
    if (error instanceof MinatoError && error.code === 'FILES_NOT_FOUND') return undefined
    throw error
  }
}

async function list(store: FileStore, prefix: string): Promise<string[]> {
  const names: string[] = []
  let cursor: string | null = null
  do {
    const page = await store.list(prefix, cursor, PAGE)
    names.push(...page.items.map(({ key }) => key))
    cursor = page.nextCursor
  } while (cursor !== null)
  return names
}

async function guarded<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof MinatoError)) throw error
    if (error.code === 'FILES_STORAGE_FULL') {
      throw backupErrors.BACKUP_STORAGE_FULL({ place }, { cause: error })
    }
    if (error.code === 'FILES_UNAVAILABLE') {
      const reason = error.detail.en
      throw backupErrors.BACKUP_STORE_UNAVAILABLE({ place, reason }, { cause: error })
    }
    throw error
  }
}
