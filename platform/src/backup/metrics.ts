import { sql } from 'kysely'
import type { BackupDeps } from './context.ts'

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

/** One statement: it is asked at every scrape, by each process. */
async function readFigures(db: BackupDeps['db']): Promise<Figures> {
  const { rows } = await sql<Figures>`
    with newest as (
      select id, bytes, snapshot_at from minato.backups where state = 'done' order by id desc limit 1
    )
    select (select extract(epoch from snapshot_at)::float8 from newest) as success,
      (select bytes::float8 from newest) as bytes,
      (select count(*)::int from minato.backups
        where state = 'failed' and id > coalesce((select id from newest), '')) as failed,
      (select count(*)::int from minato.backups b where state = 'done' and not exists (
        select from minato.drills d where d.backup_id = b.id and d.state = 'passed')) as unproven,
      (select extract(epoch from max(started_at))::float8 from minato.drills
        where state = 'passed') as passed,
      (select extract(epoch from max(started_at))::float8 from minato.drills
        where state = 'failed') as lost,
      (select rto_ms / 1000::float8 from minato.drills where state = 'passed'
        order by started_at desc limit 1) as rto`.execute(db)
  const [figures] = rows
  if (figures === undefined) throw new Error('PostgreSQL gave no row.')
  return figures
}
