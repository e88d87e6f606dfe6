import { Readable } from 'node:stream'
import type { FileStore } from '../files/index.ts'
import { backupErrors } from './errors.ts'
import { fileItem } from './file-records.ts'
import type { OpenBackup } from './manifest.ts'
import { readItems } from './read-parts.ts'

/**
 * Writes every file of the backup; what is there with the same hash stays. Files that came later are
 * left alone: nothing points to them.
 */
export async function loadFiles(
  store: FileStore,
  backup: OpenBackup,
  onProgress?: (percent: number) => void,
): Promise<{ written: number; present: number }> {
  const result = { written: 0, present: 0 }
  const { count } = backup.manifest.files
  for await (const { value, bytes } of readItems(backup, 'files')) {
    const { key, sha256, size, contentType, metadata } = fileItem.parse(value)
    const there = await store.stat(key)
    if (there?.sha256 === sha256 && there.size === size) {
      for await (const _ of bytes);
      result.present += 1
    } else {
      const put = await store.put(key, Readable.from(bytes), { contentType, metadata })
      if (put.sha256 !== sha256) {
        await store.delete(key)
        const reason = `the file ${key} is not the one that was backed up`
        throw backupErrors.BACKUP_CORRUPT({ id: backup.manifest.id, part: 'files', reason })
      }
      result.written += 1
    }
    onProgress?.((100 * (result.written + result.present)) / Math.max(1, count))
  }
  return result
}
