import type { Bilingual } from '../config/index.ts'
import type { BackupDeps, Progress } from './context.ts'
import { type ExtraName, extraParts } from './extra-parts.ts'
import { asFailure } from './failure.ts'
import { makeBackup } from './make.ts'
import { type Manifest, newBackupId } from './manifest.ts'
import { openStore } from './open-store.ts'
import type { BackupTables } from './tables.ts'
import { type BackupView, listBackups } from './view.ts'

export type CreateOptions = {
  /** Why: `manual`, `schedule`, `deploy`, `import`, `key-rotation`, `bulk-delete`. */
  reason: string
  note?: string
  include?: readonly ExtraName[]
  /** Another place than BACKUP_URL, for once. */
  to?: string
  signal?: AbortSignal
  onProgress?: Progress
}

const STEPS: Record<'database' | 'files' | 'extra' | 'manifest', Bilingual> = {
  database: { en: 'Copying the database', ja: 'データベースを複製しています' },
  files: { en: 'Copying files', ja: 'ファイルを複製しています' },
  extra: { en: 'Copying logs and configuration', ja: 'ログと設定を複製しています' },
  manifest: { en: 'Publishing', ja: '公開しています' },
}

/** Makes a backup and keeps its row: running, then done or failed with the reason. */
export async function runBackup(deps: BackupDeps, options: CreateOptions): Promise<BackupView> {
  const { reason, note = '', include = [], onProgress } = options
  const store = await openStore(deps, options.to)
  const id = newBackupId(new Date(deps.clock()))
  const db = deps.db.withTables<BackupTables>()
  await db
    .insertInto('minato.backups')
    .values({
      ...{ id, reason, note, state: 'running', place: store.place, release: deps.version },
      started_at: new Date(deps.clock()),
    })
    .execute()
  const change = db.updateTable('minato.backups').where('id', '=', id)
  try {
    const manifest = await makeBackup(
      { ...deps, encryptedColumns: deps.host.encryptedColumns },
      {
        ...{ id, store, reason, note, extra: extraParts(deps, include) },
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        onProgress: (percent, step) => onProgress?.(percent, STEPS[step]),
      },
    )
    await change.set({ state: 'done', ...figures(manifest) }).execute()
    deps.log.info('backup.done', { backupId: id, reason, bytes: manifest.bytes })
  } catch (error) {
    const { code, detail } = asFailure(error)
    const finished_at = new Date(deps.clock())
    await change
      .set({
        state: 'failed',
        error_code: code,
        error_detail: JSON.stringify(detail) as never,
        finished_at,
      })
      .execute()
    deps.log.error('backup.failed', { backupId: id, reason, code, err: error })
    throw error
  }
  const [view] = await listBackups(deps.db, 1, id)
  if (view === undefined) throw new Error('The backup has no row.')
  return view
}

function figures(manifest: Manifest) {
  return {
    finished_at: new Date(manifest.finishedAt),
    snapshot_at: new Date(manifest.snapshotAt),
    bytes: manifest.bytes,
    table_count: manifest.tables.length,
    row_count: manifest.tables.reduce((sum, { tally }) => sum + tally.rows, 0),
    file_count: manifest.files.count,
    key_ids: manifest.keyIds,
    left_out: manifest.leftOut,
  }
}
