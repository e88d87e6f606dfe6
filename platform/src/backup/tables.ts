import type { Generated } from 'kysely'
import type { Bilingual } from '../config/index.ts'

export type DrillCheck = {
  name: string
  status: 'passed' | 'failed' | 'skipped'
  evidence: Bilingual
  durationMs: number
}

type BackupsTable = {
  id: string
  state: 'running' | 'done' | 'failed' | 'deleted'
  reason: string
  note: Generated<string>
  place: string
  started_at: Date
  finished_at: Date | null
  snapshot_at: Date | null
  bytes: number | null
  table_count: number | null
  row_count: number | null
  file_count: number | null
  key_ids: Generated<string[]>
  release: string
  left_out: Generated<string[]>
  error_code: string | null
  error_detail: Bilingual | null
}

type DrillsTable = {
  id: Generated<string>
  backup_id: string | null
  state: 'running' | 'passed' | 'failed'
  started_at: Date
  finished_at: Date | null
  rpo_ms: number | null
  rto_ms: number | null
  error_code: string | null
  error_detail: Bilingual | null
  checks: Generated<DrillCheck[]>
}

export type BackupTables = {
  'minato.backups': BackupsTable
  'minato.drills': DrillsTable
}
