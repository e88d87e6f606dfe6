import type { Services } from '../app/services.ts'
import type { BackupView } from './view.ts'

/** Acts that may be preceded or followed by a backup of their own. */
export type MarkReason = 'deploy' | 'import' | 'key-rotation' | 'bulk-delete'

const ALL: readonly MarkReason[] = ['deploy', 'import', 'key-rotation', 'bulk-delete']
/** Two acts within this time share one backup: the second changed nothing yet. */
const SHARED_MS = 60_000

/**
 * Makes a backup around a dangerous act, as `BACKUP_MARKS` says (unset: on in staging and production,
 * off on a laptop). A failure is thrown: the act must not go on without its way back.
 *
 * @example
 * await markBackup(services, 'import', 'before the orders of 2024')
 * @returns the backup, or undefined when this reason is turned off
 * @throws {MinatoError} what `services.backups.create` throws
 */
export async function markBackup(
  services: Pick<Services, 'config' | 'profile' | 'backups' | 'clock'>,
  reason: MarkReason,
  note = '',
): Promise<BackupView | undefined> {
  const live = services.profile === 'production' || services.profile === 'staging'
  const marks: readonly string[] = services.config.backup.marks ?? (live ? ALL : [])
  if (!marks.includes(reason)) return undefined
  const [newest] = await services.backups.list(1)
  const age = services.clock() - (newest?.snapshotAt?.getTime() ?? 0)
  if (newest?.state === 'done' && note === '' && newest.reason === reason && age < SHARED_MS) {
    return newest
  }
  return await services.backups.create({ reason, note })
}
