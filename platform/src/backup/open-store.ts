import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Services } from '../app/services.ts'
import { s3Credentials } from '../files/s3-credentials.ts'
import { createDiskBackups } from './disk-store.ts'
import { createS3Backups } from './s3-store.ts'
import type { BackupStore } from './store.ts'

export type StoreDeps = Pick<Services, 'outbound'> & {
  config: Pick<Services['config'], 'backup' | 'files'>
  dataDir: string
}

/** The store of `BACKUP_URL`, or of a place named for once. Without both: a folder in the data folder. */
export async function openStore(deps: StoreDeps, to?: string): Promise<BackupStore> {
  const {
    outbound,
    config: { backup, files },
  } = deps
  const place = to ?? backup.url ?? join(deps.dataDir, 'backups')
  const folder = diskPlace(place)
  if (folder !== undefined) return createDiskBackups(folder)
  // The SDK costs some 20 MB: only an installation with backups in S3 loads it.
  const { createS3Store } = await import('../files/s3-store.ts')
  const { hostname, pathname } = new URL(place)
  const store = createS3Store({
    url: place,
    credentials: s3Credentials(backup, { outbound, taskPath: files.taskPath }),
    outbound,
    spoolFolder: join(deps.dataDir, 'tmp'),
  })
  return createS3Backups(store, `s3://${hostname}${pathname.replace(/\/+$/, '')}`)
}

/** The folder that a place names; undefined for a bucket. */
export function diskPlace(place: string): string | undefined {
  if (place.startsWith('s3:')) return undefined
  return place.startsWith('file:') ? fileURLToPath(place) : place
}
