import type { Services } from '../app/services.ts'
import type { Bilingual } from '../config/index.ts'
import type { Migration } from '../data/index.ts'
import type { EncryptedColumn } from '../keys/index.ts'

/** What a backup must know of the whole system, which lies above this concern. */
export type BackupHost = {
  encryptedColumns: readonly EncryptedColumn[]
  migrations(): Promise<Migration[]>
  /** The effective configuration; secrets are printed as `[secret]`. */
  settings(): { variable: { name: string }; value: string; source: string }[]
  /** Starts the system read-only on a restored copy; gives what it answered. */
  askCopy(copy: { dataDir: string; databaseUrl: string | undefined }): Promise<string[]>
}

export type BackupDeps = Pick<
  Services,
  | 'config'
  | 'db'
  | 'files'
  | 'keys'
  | 'log'
  | 'clock'
  | 'version'
  | 'outbound'
  | 'audit'
  | 'metrics'
  | 'profile'
  | 'role'
> & { dataDir: string; host: BackupHost }

/** Told while a backup or a drill goes on. Must not be waited for: the embedded database is taken meanwhile. */
export type Progress = (percent: number, message: Bilingual) => void
