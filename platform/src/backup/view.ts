import type { Bilingual } from '../config/index.ts'
import type { Database } from '../data/index.ts'
import type { BackupTables, DrillCheck } from './tables.ts'

export type BackupView = {
  id: string
  state: 'running' | 'done' | 'failed' | 'deleted'
  /** What its newest drill found; a backup without one is unproven. */
  proof: 'proven' | 'unproven' | 'failed'
  reason: string
  note: string
  place: string
  startedAt: Date
  finishedAt: Date | null
  snapshotAt: Date | null
  bytes: number | null
  tables: number | null
  rows: number | null
  files: number | null
  keyIds: string[]
  release: string
  leftOut: string[]
  errorCode: string | null
  errorDetail: Bilingual | null
}

export type DrillView = {
  id: string
  backupId: string | null
  state: 'running' | 'passed' | 'failed'
  startedAt: Date
  finishedAt: Date | null
  rpoMs: number | null
  rtoMs: number | null
  errorCode: string | null
  errorDetail: Bilingual | null
  checks: DrillCheck[]
}

export async function listBackups(db: Database, limit: number, id?: string): Promise<BackupView[]> {
  let query = db
    .withTables<BackupTables>()
    .selectFrom('minato.backups as b')
    .selectAll('b')
    .select((given) =>
      given
        .selectFrom('minato.drills as d')
        .select('d.state')
        .whereRef('d.backup_id', '=', 'b.id')
        .where('d.state', '<>', 'running')
        .orderBy('d.started_at', 'desc')
        .limit(1)
        .as('drill'),
    )
    .orderBy('b.started_at', 'desc')
    .limit(limit)
  if (id !== undefined) query = query.where('b.id', '=', id)
  return (await query.execute()).map((row) => ({
    id: row.id,
    state: row.state,
    proof: row.drill === 'passed' ? 'proven' : row.drill === 'failed' ? 'failed' : 'unproven',
    reason: row.reason,
    note: row.note,
    place: row.place,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    snapshotAt: row.snapshot_at,
    bytes: row.bytes,
    tables: row.table_count,
    rows: row.row_count,
    files: row.file_count,
    keyIds: row.key_ids,
    release: row.release,
    leftOut: row.left_out,
    errorCode: row.error_code,
    errorDetail: row.error_detail,
  }))
}

export async function listDrills(db: Database, limit: number, id?: string): Promise<DrillView[]> {
  let query = db
    .withTables<BackupTables>()
    .selectFrom('minato.drills')
    .selectAll()
    .orderBy('started_at', 'desc')
    .limit(limit)
  if (id !== undefined) query = query.where('id', '=', id)
  return (await query.execute()).map((row) => ({
    id: row.id,
    backupId: row.backup_id,
    state: row.state,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    rpoMs: row.rpo_ms,
    rtoMs: row.rto_ms,
    errorCode: row.error_code,
    errorDetail: row.error_detail,
    checks: row.checks,
  }))
}
