import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { JobsContext } from './context.ts'
import { every } from './every.ts'
import type { WorkerState } from './worker.ts'

const HEARTBEAT_MS = 5000
const DEPTH_MS = 15_000
const PRUNE_MS = 10 * 60_000

export type Upkeep = {
  /** Milliseconds since this worker last wrote its heartbeat. */
  silentMs(): number
  setHealthUrl(url: string): void
  stop(): Promise<void>
}

/** This worker's row, the queue's figures, and the removal of what belongs to jobs that are gone. */
export function startUpkeep(
  context: JobsContext,
  state: WorkerState,
  flush: () => Promise<void>,
): Upkeep {
  let healthUrl: string | null = null
  let writtenAt = performance.now()
  const beat = async (): Promise<void> => {
    await writeHeartbeat(context, state, healthUrl)
    writtenAt = performance.now()
  }
  const repeated = [
    every(HEARTBEAT_MS, context.log, 'jobs.worker_heartbeat_failed', async () => {
      await beat()
      await flush()
    }),
    every(HEARTBEAT_MS, context.log, 'jobs.analyze_failed', () => keepAnalyzed(context)),
    every(DEPTH_MS, context.log, 'jobs.depth_failed', () => measureDepth(context)),
    every(PRUNE_MS, context.log, 'jobs.prune_failed', () => prune(context)),
  ]
  return {
    silentMs: () => performance.now() - writtenAt,
    setHealthUrl(url) {
      healthUrl = url
      // The next round writes it in any case.
      beat().catch((error: unknown) => {
        context.log.warn('jobs.worker_heartbeat_failed', { err: error })
      })
    },
    async stop() {
      await Promise.all(repeated.map((one) => one.stop()))
      await flush()
      await sql`delete from minato.job_workers where id = ${state.id}`.execute(context.raw)
    },
  }
}

async function writeHeartbeat(
  { raw, version }: JobsContext,
  { id, running, draining }: WorkerState,
  healthUrl: string | null,
): Promise<void> {
  await sql`
    insert into minato.job_workers (id, host, pid, version, health_url, started_at, heartbeat_at, running, draining)
    values (${id}, ${hostname()}, ${process.pid}, ${version}, ${healthUrl}, now(), now(), ${running.size}, ${draining})
    on conflict (id) do update set heartbeat_at = now(), health_url = excluded.health_url,
      running = excluded.running, draining = excluded.draining`.execute(raw)
}

async function measureDepth({ raw, registered, metrics }: JobsContext): Promise<void> {
  const { rows } = await sql<{ name: string; queued: number; running: number }>`
    select n.name,
      (select count(*) from pgboss.job_common j where j.name = n.name and j.state < 'active' and not j.blocked)::int as queued,
      (select count(*) from pgboss.job_common j where j.name = n.name and j.state = 'active'
        and j.heartbeat_on > now() - interval '1 day')::int as running
    from unnest(${[...registered.keys()]}::text[]) as n (name)`.execute(raw)
  for (const { name, queued, running } of rows) {
    metrics.depth.set({ name, state: 'queued' }, queued)
    metrics.depth.set({ name, state: 'running' }, running)
  }
}

/**
 * Thousands of jobs come and go within the minute that autovacuum takes to look. With old statistics
 * the planner sorts the whole queue for every fetch.
 */
async function keepAnalyzed({ raw }: JobsContext): Promise<void> {
  const { rows } = await sql<{ stale: boolean }>`
    select n_mod_since_analyze > greatest(1000, n_live_tup / 10) as stale from pg_stat_user_tables
    where schemaname = 'pgboss' and relname = 'job_common'`.execute(raw)
  if (rows[0]?.stale !== true) return
  await raw.transaction().execute(async (tx) => {
    const { rows: locks } = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtext('minato.jobs.analyze')) as mine`.execute(tx)
    if (locks[0]?.mine === true) await sql`analyze pgboss.job_common`.execute(tx)
  })
}

/** pg-boss removes jobs that were kept long enough; what they told goes after them. */
async function prune({ raw }: JobsContext): Promise<void> {
  await sql`
    delete from minato.job_events where (job_id, seq) in (
      select e.job_id, e.seq from minato.job_events e where e.at < now() - interval '1 hour'
        and not exists (select 1 from pgboss.job_common j where j.name = e.job_name and j.id = e.job_id)
      order by e.at limit 5000)`.execute(raw)
  await sql`
    delete from minato.job_steps s where s.done_at < now() - interval '1 hour'
      and not exists (select 1 from pgboss.job_common j where j.name = s.job_name and j.id = s.job_id)`.execute(
    raw,
  )
  await sql`delete from minato.job_minutes where minute < now() - interval '30 days'`.execute(raw)
  await sql`delete from minato.job_workers where heartbeat_at < now() - interval '1 day'`.execute(
    raw,
  )
}
