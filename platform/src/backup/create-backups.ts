import type { BackupDeps } from './context.ts'
import { openStore } from './open-store.ts'
import { applyRetention, reconcile } from './retention.ts'
import { type CreateOptions, runBackup } from './run-backup.ts'
import { type DrillOptions, runDrill } from './run-drill.ts'
import { type BackupView, type DrillView, listBackups, listDrills } from './view.ts'

export type Backups = {
  /**
   * @example
   * const { id } = await services.backups.create({ reason: 'manual' })
   * @throws {MinatoError} BACKUP_STORAGE_FULL, BACKUP_STORE_UNAVAILABLE, …; nothing is published then
   */
  create(options: CreateOptions): Promise<BackupView>
  /** Restores a backup (default: the newest) into a scratch database. Never throws for what it finds: see `state`. */
  drill(options?: DrillOptions): Promise<DrillView>
  /** Newest first. */
  list(limit?: number): Promise<BackupView[]>
  drills(limit?: number): Promise<DrillView[]>
  /** Rows as the store has them: after a restore, or when files were moved by hand. */
  refresh(): Promise<void>
  /** Deletes what is older than the retention; never the newest, never the newest proven one. */
  expire(): Promise<{ deleted: string[] }>
}

const SHOWN = 100

/** Backups of this installation: made, listed, proven, deleted when their time is over. */
export function createBackups(deps: BackupDeps): Backups {
  return {
    create: (options) => runBackup(deps, options),
    drill: (options = {}) => runDrill(deps, options),
    list: (limit = SHOWN) => listBackups(deps.db, limit),
    drills: (limit = SHOWN) => listDrills(deps.db, limit),
    refresh: async () => {
      await reconcile(deps, await openStore(deps))
    },
    expire: () => applyRetention(deps),
  }
}
