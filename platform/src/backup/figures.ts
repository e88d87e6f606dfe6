import { sql } from 'kysely'
import { type Figure, singleValue, valuesByLabel } from '../observe/index.ts'

const NEWEST = sql`minato.backups where state = 'done' order by id desc limit 1`

/** What the alerts look at: age, proof and failures. */
export const backupFigures: readonly Figure[] = [
  {
    name: 'backup_last_success_timestamp_seconds',
    help: 'Moment whose state the newest backup holds.',
    needs: 'minato.backups',
    read: singleValue(sql`select extract(epoch from snapshot_at) as value from ${NEWEST}`),
  },
  {
    name: 'backup_last_bytes',
    help: 'Size of the newest backup.',
    needs: 'minato.backups',
    read: singleValue(sql`select bytes as value from ${NEWEST}`),
  },
  {
    name: 'backup_failed_since_success',
    help: 'Backups that failed after the newest one that did not.',
    needs: 'minato.backups',
    read: singleValue(sql`
      select count(*) as value from minato.backups
      where state = 'failed' and id > coalesce((select id from ${NEWEST}), '')`),
  },
  {
    name: 'backup_unproven',
    help: 'Backups in the store that no drill has restored.',
    needs: 'minato.drills',
    read: singleValue(sql`
      select count(*) as value from minato.backups b where state = 'done' and not exists (
        select from minato.drills d where d.backup_id = b.id and d.state = 'passed')`),
  },
  {
    name: 'backup_last_drill_timestamp_seconds',
    help: 'When the newest drill with this outcome began.',
    labelNames: ['state'],
    needs: 'minato.drills',
    read: valuesByLabel(
      'state',
      sql`select state as label, extract(epoch from max(started_at)) as value from minato.drills
        where state in ('passed', 'failed') group by state`,
    ),
  },
  {
    name: 'backup_drill_rto_seconds',
    help: 'Time to restore in the newest drill.',
    needs: 'minato.drills',
    read: singleValue(sql`
      select rto_ms / 1000::float8 as value from minato.drills where state = 'passed'
      order by started_at desc limit 1`),
  },
]
