import { sql } from 'kysely'
import type { Database } from '../data/index.ts'
import type { Metrics } from './metrics.ts'

export type Reading = { labels?: Record<string, string>; value: number | null }

/** A gauge whose value the database knows; every process tells the same, so dashboards take the max. */
export type Figure = {
  name: string
  help: string
  labelNames?: readonly string[]
  /** Left out while this relation is not there (an older schema, a concern not yet migrated). */
  needs?: string
  read(db: Database): Promise<Reading[]>
}

type Row = Record<string, number | string | null>

async function rowsOf(query: ReturnType<typeof sql>, db: Database): Promise<Row[]> {
  return (await query.execute(db)).rows as Row[]
}

/** One row whose columns are the values of one label. */
function columns(label: string, query: ReturnType<typeof sql>): Figure['read'] {
  return async (db) =>
    Object.entries((await rowsOf(query, db))[0] ?? {}).map(([column, value]) => ({
      labels: { [label]: column },
      value: value === null ? null : Number(value),
    }))
}

/** Rows of `label` and `value`: one reading a row, under that label. */
export function valuesByLabel(label: string, query: ReturnType<typeof sql>): Figure['read'] {
  return async (db) =>
    (await rowsOf(query, db)).map((row) => ({
      labels: { [label]: String(row['label']) },
      value: Number(row['value']),
    }))
}

/** One row with `value`; null leaves the gauge out. */
export function singleValue(query: ReturnType<typeof sql>): Figure['read'] {
  return async (db) => {
    const value = (await rowsOf(query, db))[0]?.['value'] ?? null
    return value === null ? [] : [{ value: Number(value) }]
  }
}

/** Rows of this age are listed while nobody cleans up after a killed worker. */
const SILENT_WORKERS = sql`heartbeat_at between now() - interval '15 minutes' and now() - interval '30 seconds'`

const PEOPLE_AND_WORK: Figure[] = [
  {
    name: 'active_users',
    help: 'People with a session that was used within the last five minutes.',
    needs: 'minato.sessions',
    read: singleValue(sql`
      select count(distinct user_id) as value from minato.sessions
      where revoked_at is null and last_active_at > now() - interval '5 minutes'`),
  },
  {
    name: 'jobs_workers',
    help: 'Worker processes by what their heartbeat says; silent: none for 30 s to 15 min.',
    labelNames: ['state'],
    needs: 'minato.job_workers',
    read: columns(
      'state',
      sql`select count(*) filter (where heartbeat_at > now() - interval '30 seconds') as alive,
        count(*) filter (where ${SILENT_WORKERS}) as silent from minato.job_workers`,
    ),
  },
  {
    name: 'jobs_dead_letters',
    help: 'Jobs that failed for good and wait for a person.',
    labelNames: ['name'],
    needs: 'pgboss.job_common',
    read: valuesByLabel(
      'name',
      sql`select q.name as label, count(j.id) as value from pgboss.queue q
        left join pgboss.job_common j on j.name = q.name and j.state = 'failed'
        where q.name not like '\\_\\_%' group by q.name`,
    ),
  },
  {
    name: 'jobs_oldest_due_seconds',
    help: 'How long the oldest job that is due has waited for a worker.',
    needs: 'pgboss.job_common',
    read: singleValue(sql`
      select coalesce(extract(epoch from now() - min(start_after)), 0) as value
      from pgboss.job_common where state < 'active' and not blocked and start_after <= now()`),
  },
  {
    name: 'mail_waiting',
    help: 'Mails in the outbox that are due and not sent.',
    needs: 'minato.mail_outbox',
    read: singleValue(sql`
      select count(*) as value from minato.mail_outbox
      where state in ('queued', 'sending') and next_attempt_at <= now()`),
  },
  {
    name: 'error_groups_open',
    help: 'Unexpected errors that nobody has marked as dealt with.',
    needs: 'minato.error_groups',
    read: singleValue(
      sql`select count(*) as value from minato.error_groups where resolved_at is null`,
    ),
  },
]

const SERVER: Figure[] = [
  {
    name: 'database_size_bytes',
    help: 'Size of the database on its disk.',
    read: singleValue(sql`select pg_database_size(current_database()) as value`),
  },
  {
    name: 'database_connections',
    help: 'Connections to the server by all processes.',
    read: singleValue(
      sql`select count(*) as value from pg_stat_activity where datname is not null`,
    ),
  },
  {
    name: 'database_max_connections',
    help: 'How many connections the server takes.',
    read: singleValue(sql`select current_setting('max_connections')::int as value`),
  },
  {
    name: 'database_wal_archive_failures',
    help: 'Failed attempts to archive WAL since the statistics were reset.',
    read: singleValue(sql`
      select failed_count as value from pg_stat_archiver
      where current_setting('archive_mode') <> 'off'`),
  },
  {
    name: 'database_wal_archived_timestamp_seconds',
    help: 'When WAL was last archived; absent where archiving is off.',
    read: singleValue(sql`
      select extract(epoch from coalesce(last_archived_time, stats_reset)) as value
      from pg_stat_archiver where current_setting('archive_mode') <> 'off'`),
  },
]

/** How old figures may be: several collectors and the minute's history ask for the same. */
const KEPT_MS = 15_000
const TIMEOUT_MS = 5000

/**
 * Gauges that are read from the database when somebody asks for the metrics. Down, slow or not yet
 * migrated, the exposition still comes out, without them.
 */
export function databaseFigures(deps: {
  db: Database
  metrics: Metrics
  further: readonly Figure[]
  now?: () => number
}): void {
  const { db, metrics, now = () => performance.now() } = deps
  const figures = [...PEOPLE_AND_WORK, ...SERVER, ...deps.further].map((figure) => ({
    ...figure,
    gauge: metrics.gauge(figure),
  }))
  for (const { gauge } of figures) gauge.reset()
  const up = metrics.gauge({ name: 'database_up', help: 'Whether the database answers, 1 or 0.' })
  let measured: Promise<void> | undefined
  let measuredAt = Number.NEGATIVE_INFINITY
  const measure = async (): Promise<void> => {
    const present = await relations(db, figures).catch(() => undefined)
    up.set(present === undefined ? 0 : 1)
    for (const { gauge, needs, read } of figures) {
      const absent = present === undefined || (needs !== undefined && !present.has(needs))
      const readings = absent ? [] : await read(db).catch(() => [])
      gauge.reset()
      for (const { labels, value } of readings) {
        if (value === null) continue
        if (labels === undefined) gauge.set(value)
        else gauge.set(labels, value)
      }
    }
  }
  metrics.beforeExpose(() => {
    if (measured === undefined || now() - measuredAt > KEPT_MS) {
      measuredAt = now()
      measured = measure()
    }
    return withinTime(measured, () => up.set(0))
  })
}

async function relations(db: Database, figures: readonly Figure[]): Promise<Set<string>> {
  const names = [...new Set(figures.flatMap(({ needs }) => needs ?? []))]
  const { rows } = await sql<{ name: string }>`
    select name from unnest(${names}::text[]) as n (name) where to_regclass(name) is not null`.execute(
    db,
  )
  return new Set(rows.map(({ name }) => name))
}

/** A collector waits ten seconds at most; the rest of the figures must not be lost with these. */
async function withinTime(work: Promise<void>, late: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late()
      resolve()
    }, TIMEOUT_MS)
  })
  await Promise.race([work, timeout])
  clearTimeout(timer)
}
