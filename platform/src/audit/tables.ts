import type { ColumnType, Generated } from 'kysely'
import type { Report } from './report.ts'

/** One run of the audit, kept whole: what was seen on that day. */
export type AuditTables = {
  'minato.audit_runs': {
    id: Generated<string>
    started_at: Date
    finished_at: Date
    release: string
    profile: string
    phases: string[]
    score: number
    passed: number
    failed: number
    waived: number
    skipped: number
    actor: string
    report: ColumnType<Report, string, string>
  }
}
