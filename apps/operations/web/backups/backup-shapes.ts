type Bilingual = { en: string; ja: string }

export type BackupRow = {
  id: string
  state: 'running' | 'done' | 'failed'
  proof: 'proven' | 'unproven' | 'failed'
  reason: string
  note: string
  place: string
  startedAt: string
  snapshotAt: string | null
  bytes: number | null
  tables: number | null
  rows: number | null
  files: number | null
  keyIds: string[]
  errorCode: string | null
  errorDetail: Bilingual | null
}

export type Backups = {
  items: BackupRow[]
  nextCursor: null
  running: { id: string; kind: 'backup' | 'drill'; progress: number; message: Bilingual | null }[]
  retentionDays: number
  maxAgeMs: number
}

export type Drill = {
  id: string
  backupId: string | null
  state: 'running' | 'passed' | 'failed'
  startedAt: string
  finishedAt: string | null
  rpoMs: number | null
  rtoMs: number | null
  errorCode: string | null
  errorDetail: Bilingual | null
  checks: {
    name: string
    status: 'passed' | 'failed' | 'skipped'
    evidence: Bilingual
    durationMs: number
  }[]
}
