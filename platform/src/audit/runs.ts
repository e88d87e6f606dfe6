import type { Kysely } from 'kysely'
import type { Database } from '../data/index.ts'
import type { Phase } from './define-check.ts'
import type { Counts, Report } from './report.ts'
import type { AuditTables } from './tables.ts'

/** One run in the history: all but what each check saw. */
export type RunSummary = {
  id: string
  startedAt: Date
  finishedAt: Date
  release: string
  profile: string
  phases: Phase[]
  score: number
  counts: Counts
  actor: string
}

/** How many runs are kept: a year of daily ones, and those by hand. */
const KEEP = 500
const SUMMARY = [
  'id',
  'started_at',
  'finished_at',
  'release',
  'profile',
  'phases',
  'score',
  'passed',
  'failed',
  'waived',
  'skipped',
  'actor',
] as const

function tables(db: Database): Kysely<AuditTables> {
  return db.withTables<AuditTables>()
}

/**
 * Keeps a run; the oldest go when there are more than 500. Gives its id.
 *
 * @example const id = await saveRun(services.db, report, 'Hanako')
 */
export async function saveRun(db: Database, report: Report, actor: string): Promise<string> {
  const { counts } = report
  const row = await tables(db)
    .insertInto('minato.audit_runs')
    .values({
      started_at: new Date(report.startedAt),
      finished_at: new Date(report.finishedAt),
      release: report.release,
      profile: report.profile ?? '',
      phases: report.phases,
      score: report.score,
      passed: counts.pass,
      failed: counts.fail,
      waived: counts.waived,
      skipped: counts.skip,
      actor,
      report: JSON.stringify(report),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const old = tables(db)
    .selectFrom('minato.audit_runs')
    .select('id')
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .offset(KEEP)
  await tables(db).deleteFrom('minato.audit_runs').where('id', 'in', old).execute()
  return row.id
}

/** Newest first. */
export async function listRuns(db: Database, limit: number): Promise<RunSummary[]> {
  const rows = await tables(db)
    .selectFrom('minato.audit_runs')
    .select(SUMMARY)
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(summaryOf)
}

/** One run with all its results; the newest when no id is given. */
export async function readRun(
  db: Database,
  id?: string,
): Promise<(RunSummary & { report: Report }) | undefined> {
  const query = tables(db).selectFrom('minato.audit_runs').select(SUMMARY).select('report')
  const row = await (id === undefined
    ? query.orderBy('started_at', 'desc').orderBy('id').limit(1)
    : query.where('id', '=', id)
  ).executeTakeFirst()
  return row === undefined ? undefined : { ...summaryOf(row), report: row.report }
}

type SummaryRow = {
  id: string
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
}

function summaryOf(row: SummaryRow): RunSummary {
  const { id, release, profile, score, actor } = row
  return {
    id,
    release,
    profile,
    score,
    actor,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    phases: row.phases as Phase[],
    counts: { pass: row.passed, fail: row.failed, waived: row.waived, skip: row.skipped },
  }
}
