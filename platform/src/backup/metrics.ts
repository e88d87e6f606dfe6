import type { Kysely } from 'kysely'
import type { BackupDeps } from './context.ts'
import type { BackupTables } from './tables.ts'

/** What the alerts look at: age, proof and failures. Asked of the database when somebody scrapes. */
export function backupMetrics({
  db,
  metrics,
  log,
}: Pick<BackupDeps, 'db' | 'metrics' | 'log'>): void {
  const success = metrics.gauge({
    name: 'backup_last_success_timestamp_seconds',
    help: 'Moment whose state the newest backup holds.',
  })
  const bytes = metrics.gauge({ name: 'backup_last_bytes', help: 'Size of the newest backup.' })
  const failed = metrics.gauge({
    name: 'backup_failed_since_success',
    help: 'Backups that failed after the newest one that did not.',
  })
  const unproven = metrics.gauge({
    name: 'backup_unproven',
    help: 'Backups in the store that no drill has restored.',
  })
  const drill = metrics.gauge({
    name: 'backup_last_drill_timestamp_seconds',
    help: 'When the newest drill with this outcome began.',
    labelNames: ['state'],
  })
  const rto = metrics.gauge({
    name: 'backup_drill_rto_seconds',
    help: 'Time to restore in the newest drill.',
  })
  metrics.beforeExpose(async () => {
    try {
      const found = await readFigures(db)
      if (found.success !== null) success.set(found.success)
      if (found.bytes !== null) bytes.set(found.bytes)
      failed.set(found.failed)
      unproven.set(found.unproven)
      if (found.passed !== null) drill.set({ state: 'passed' }, found.passed)
      if (found.lost !== null) drill.set({ state: 'failed' }, found.lost)
      if (found.rto !== null) rto.set(found.rto)
    } catch (error) {
      // The exposition tells of everything else also while the database is away.
      log.warn('backup.figures_failed', { err: error })
    }
  })
}

type Figures = {
  success: number | null
  bytes: number | null
  failed: number
  unproven: number
  passed: number | null
  lost: number | null
  rto: number | null
}

async function readFigures(database: BackupDeps['db']): Promise<Figures> {
  const db = database.withTables<BackupTables>()
  const newest = await db
    .selectFrom('minato.backups')
    .select(['id', 'bytes', 'snapshot_at'])
    .where('state', '=', 'done')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const count = (given: { count: number | string | bigint } | undefined): number =>
    Number(given?.count ?? 0)
  const failed = await db
    .selectFrom('minato.backups')
    .select((given) => given.fn.countAll().as('count'))
    .where('state', '=', 'failed')
    .where('id', '>', newest?.id ?? '')
    .executeTakeFirst()
  const unproven = await db
    .selectFrom('minato.backups as b')
    .select((given) => given.fn.countAll().as('count'))
    .where('state', '=', 'done')
    .where((given) =>
      given.not(
        given.exists(
          given
            .selectFrom('minato.drills as d')
            .select('d.id')
            .whereRef('d.backup_id', '=', 'b.id')
            .where('d.state', '=', 'passed'),
        ),
      ),
    )
    .executeTakeFirst()
  const [passed, lost] = await Promise.all([newestDrill(db, 'passed'), newestDrill(db, 'failed')])
  return {
    success: seconds(newest?.snapshot_at),
    bytes: newest?.bytes ?? null,
    failed: count(failed),
    unproven: count(unproven),
    passed: seconds(passed?.started_at),
    lost: seconds(lost?.started_at),
    rto: passed?.rto_ms === null || passed === undefined ? null : passed.rto_ms / 1000,
  }
}

async function newestDrill(db: Kysely<BackupTables>, state: 'passed' | 'failed') {
  return await db
    .selectFrom('minato.drills')
    .select(['started_at', 'rto_ms'])
    .where('state', '=', state)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

const seconds = (date: Date | null | undefined): number | null =>
  date === null || date === undefined ? null : date.getTime() / 1000
