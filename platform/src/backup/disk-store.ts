import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { backupErrors } from './errors.ts'
import type { BackupStore } from './store.ts'

const TEMPORARY = '.tmp'

/** Backups as folders of files below one folder, readable by their owner only. */
export function createDiskBackups(root: string): BackupStore {
  return {
    kind: 'disk',
    place: root,
    put: (name, bytes) => guarded(root, () => put(root, name, bytes)),
    get: (name) =>
      guarded(root, () => readFile(join(root, name)).catch(goneIs<undefined>(undefined))),
    list: (id) => guarded(root, () => list(root, id)),
    delete: (name) => guarded(root, () => remove(root, name)),
  }
}

/** Written beside, synced and renamed: a reader never meets half a file, a crash leaves none. */
async function put(root: string, name: string, bytes: Buffer): Promise<void> {
  const path = join(root, name)
  const scratch = join(root, TEMPORARY, randomUUID())
  await mkdir(dirname(scratch), { recursive: true, mode: 0o700 })
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    const handle = await open(scratch, 'wx', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(scratch, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(scratch, { force: true })
    throw error
  }
}

/** Without this a crash may forget the rename. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function list(root: string, id?: string): Promise<string[]> {
  const folders =
    id === undefined
      ? (await readdir(root, { withFileTypes: true }).catch(goneIs([])))
          .filter((entry) => entry.isDirectory() && entry.name !== TEMPORARY)
          .map((entry) => entry.name)
      : [id]
  const names: string[] = []
  for (const folder of folders) {
    const files = await readdir(join(root, folder)).catch(goneIs<string[]>([]))
    names.push(...files.map((file) => `${folder}/${file}`))
  }
  return names.sort()
}

async function remove(root: string, name: string): Promise<void> {
  await rm(join(root, name), { force: true })
  // The folder goes with its last file; while there are others this is refused, as it should be.
  await rmdir(dirname(join(root, name))).catch(() => undefined)
}

function goneIs<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value
    throw error
  }
}

async function guarded<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw backupErrors.BACKUP_STORAGE_FULL({ place }, { cause: error })
    }
    if (/^E[A-Z]+$/.test(code)) {
      throw backupErrors.BACKUP_STORE_UNAVAILABLE({ place, reason: code }, { cause: error })
    }
    throw error
  }
}
