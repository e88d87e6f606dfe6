import type { KeyRing } from '../keys/index.ts'
import { backupErrors } from './errors.ts'
import {
  BACKUP_ID,
  type BackupHeader,
  MANIFEST,
  type OpenBackup,
  openManifest,
  readHeader,
} from './manifest.ts'
import type { BackupStore } from './store.ts'

/** Ids of the backups in a store, newest first: those whose manifest is there. */
export async function publishedIds(store: BackupStore): Promise<string[]> {
  const suffix = `/${MANIFEST}`
  return (await store.list())
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .filter((id) => BACKUP_ID.test(id))
    .sort()
    .reverse()
}

/** The newest backup's id. @throws {MinatoError} BACKUP_NONE */
export async function newestId(store: BackupStore): Promise<string> {
  const [newest] = await publishedIds(store)
  if (newest === undefined) throw backupErrors.BACKUP_NONE({ place: store.place })
  return newest
}

/**
 * Opens one backup, or the newest.
 * @throws {MinatoError} BACKUP_NOT_FOUND, BACKUP_NONE, and what `openManifest` throws
 */
export async function openFrom(
  store: BackupStore,
  keys: KeyRing,
  id?: string,
): Promise<OpenBackup> {
  const wanted = id ?? (await newestId(store))
  const bytes = await manifestBytes(store, wanted)
  return await openManifest(store, keys, wanted, bytes)
}

/** What is written on the outside of a backup, for lists; no key is needed. */
export async function headerOf(store: BackupStore, id: string): Promise<BackupHeader> {
  return readHeader(id, await manifestBytes(store, id))
}

async function manifestBytes(store: BackupStore, id: string): Promise<Buffer> {
  const bytes = BACKUP_ID.test(id) ? await store.get(`${id}/${MANIFEST}`) : undefined
  if (bytes === undefined) throw backupErrors.BACKUP_NOT_FOUND({ id, place: store.place })
  return bytes
}
