/** What people and time do to a database, and the boot check that must find it. */
export type RowFault = { id: string; expect: string; sql: string; undo: string }

const BACKUP = '20261122T000000Z-abcdef01'
const ADMIN = '00000000-0000-4000-8000-00000000000b'

/** A system in which all is well as far as these checks look. */
export const SOUND = [
  `insert into minato.users (id, email, email_key, name, roles, locale, time_zone, status, last_sign_in_at, created_at, updated_at)
   values ('${ADMIN}', 'h@quay.test', 'h@quay.test', 'H', '{admin}', 'ja', 'Asia/Tokyo', 'active', now(), now(), now())`,
  `insert into minato.two_factors (user_id, secret, confirmed_at, created_at) values ('${ADMIN}', 'x', now(), now())`,
  `insert into minato.backups (id, state, reason, place, started_at, finished_at, snapshot_at, bytes, table_count, row_count, file_count, release)
   values ('${BACKUP}', 'done', 'schedule', 'file', now(), now(), now(), 1, 1, 1, 1, '1')`,
  `insert into minato.drills (backup_id, state, started_at, finished_at, rpo_ms, rto_ms)
   values ('${BACKUP}', 'passed', now(), now(), 1, 1)`,
]

export const ROW_FAULTS: readonly RowFault[] = [
  {
    id: 'an administrator without two-factor',
    expect: 'auth.two-factor',
    sql: `update minato.two_factors set confirmed_at = null where user_id = '${ADMIN}'`,
    undo: `update minato.two_factors set confirmed_at = now() where user_id = '${ADMIN}'`,
  },
  {
    id: 'the newest backup is a week old',
    expect: 'backup.age',
    sql: `update minato.backups set snapshot_at = now() - interval '7 days', started_at = now() - interval '7 days', finished_at = now() - interval '7 days'`,
    undo: 'update minato.backups set snapshot_at = now(), started_at = now(), finished_at = now()',
  },
  {
    id: 'the last drill failed',
    expect: 'backup.drilled',
    sql: "update minato.drills set state = 'failed', error_code = 'DRILL_FILES'",
    undo: "update minato.drills set state = 'passed', error_code = null",
  },
  {
    id: 'a migration is pending',
    expect: 'data.migrations',
    sql: "update minato.migrations set owner = 'away' where id like '%audit_runs'",
    undo: "update minato.migrations set owner = 'minato' where owner = 'away'",
  },
  {
    id: 'every worker is dead',
    expect: 'jobs.workers',
    sql: 'delete from minato.job_workers',
    undo: 'select 1',
  },
  {
    id: 'people of the sample data are still here',
    expect: 'auth.sample-users',
    sql: `insert into minato.users (email, email_key, name, roles, locale, time_zone, status, created_at, updated_at)
          values ('hanako@demo.example', 'hanako@demo.example', 'H', '{user}', 'ja', 'Asia/Tokyo', 'active', now(), now())`,
    undo: "delete from minato.users where email_key like '%@demo.example'",
  },
]
