import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Database } from '../data/index.ts'
import { readExposition } from './exposition.ts'
import type { Metrics } from './metrics.ts'
import { between, figuresOf, quantileMs } from './minute-figures.ts'

const MINUTE_MS = 60_000
const KEPT_DAYS = 14
/** Who has just started the system sees that it is watched. */
const FIRST_AFTER_MS = 5000

export type HistoryStep = {
  at: Date
  requests: number
  failed: number
  refused: number
  /** Null where nothing was asked. */
  p95Ms: number | null
  /** The worst process at its worst minute. */
  loopDelayMs: number
  /** The largest process. */
  rssBytes: number
  /** Of all processes together, at the highest. */
  connections: number
  activeUsers: number
  jobsSucceeded: number
  jobsFailed: number
  llmTokens: number
  llmCostUsd: number
}

type HistoryDeps = {
  db: Database
  metrics: Metrics
  clock: () => number
  role: string
  log: { warn(event: string, fields?: object): void }
}

export type History = {
  /** Writes what this process did since the last time. */
  note(): Promise<void>
  stop(): Promise<void>
}

/** Writes a row a minute of what this process does, and removes what is older than two weeks. */
export function startHistory(deps: HistoryDeps): History {
  const { db, metrics, clock, role, log } = deps
  const process = randomUUID()
  let before = figuresOf([])
  const note = async (): Promise<void> => {
    const now = figuresOf(readExposition(await metrics.expose()))
    const done = between(before, now)
    const row = {
      minute: new Date(Math.floor(clock() / MINUTE_MS) * MINUTE_MS).toISOString(),
      process,
      host: hostname(),
      role,
      ...done,
    }
    await insert(db, row)
    before = now
  }
  const prune = () =>
    sql`delete from minato.process_minutes
      where minute < ${new Date(clock() - KEPT_DAYS * 86_400_000)}`.execute(db)
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => log.warn('observe.history_failed', { err: error }))
  }
  let running: Promise<void> = Promise.resolve()
  let turn = 0
  const first = setTimeout(() => {
    running = attempt(note)
  }, FIRST_AFTER_MS).unref()
  const timer = setInterval(() => {
    turn += 1
    running = attempt(note)
    if (turn % 60 === 1) running = running.then(() => attempt(prune))
  }, MINUTE_MS).unref()
  return {
    note,
    async stop() {
      clearTimeout(first)
      clearInterval(timer)
      await running
      await attempt(note)
    },
  }
}

type Row = { minute: string; process: string; host: string; role: string } & ReturnType<
  typeof figuresOf
>

/** Two readings within one minute are one row. */
async function insert(db: Database, row: Row): Promise<void> {
  await sql`
    insert into minato.process_minutes as m (minute, process, host, role, requests, failed, refused,
      durations, loop_delay_ms, rss_bytes, connections, active_users, jobs_succeeded, jobs_failed,
      llm_tokens, llm_cost_usd)
    values (${row.minute}::timestamptz, ${row.process}::uuid, ${row.host}, ${row.role},
      ${row.requests}, ${row.failed}, ${row.refused}, ${row.durations}::int[], ${row.loopDelayMs},
      ${row.rssBytes}, ${row.connections}, ${row.activeUsers}, ${row.jobsSucceeded},
      ${row.jobsFailed}, ${row.llmTokens}, ${row.llmCostUsd})
    on conflict (minute, process) do update set
      requests = m.requests + excluded.requests, failed = m.failed + excluded.failed,
      refused = m.refused + excluded.refused,
      durations = (select array_agg(a + b order by i)
        from unnest(m.durations, excluded.durations) with ordinality as d (a, b, i)),
      loop_delay_ms = greatest(m.loop_delay_ms, excluded.loop_delay_ms),
      rss_bytes = excluded.rss_bytes, connections = excluded.connections,
      active_users = excluded.active_users,
      jobs_succeeded = m.jobs_succeeded + excluded.jobs_succeeded,
      jobs_failed = m.jobs_failed + excluded.jobs_failed,
      llm_tokens = m.llm_tokens + excluded.llm_tokens,
      llm_cost_usd = m.llm_cost_usd + excluded.llm_cost_usd`.execute(db)
}

type Sums = Omit<HistoryStep, 'p95Ms'> & { durations: number[] | null }

/**
 * What all processes did since a moment, in steps of so many minutes; steps without any are left out.
 *
 * @example await readHistory(db, { since: new Date(Date.now() - 3_600_000), stepMinutes: 5 })
 */
export async function readHistory(
  db: Database,
  options: { since: Date; stepMinutes: number },
): Promise<HistoryStep[]> {
  const seconds = sql`${options.stepMinutes * 60}::int`
  const { rows } = await sql<Sums>`
    with minutes as (
      select to_timestamp(floor(extract(epoch from minute) / ${seconds}) * ${seconds}) as step, *
      from minato.process_minutes where minute >= ${options.since}
    ), together as (
      select step, minute, sum(connections) as connections from minutes group by step, minute
    ), buckets as (
      select step, i, sum(c)::int as c
      from minutes, unnest(durations) with ordinality as d (c, i) group by step, i
    )
    select step as at, sum(requests)::int as requests, sum(failed)::int as failed,
      sum(refused)::int as refused, max(loop_delay_ms)::float8 as "loopDelayMs",
      max(rss_bytes)::float8 as "rssBytes", max(active_users) as "activeUsers",
      sum(jobs_succeeded)::int as "jobsSucceeded", sum(jobs_failed)::int as "jobsFailed",
      sum(llm_tokens)::float8 as "llmTokens", sum(llm_cost_usd)::float8 as "llmCostUsd",
      (select max(t.connections)::int from together t where t.step = m.step) as connections,
      (select array_agg(c order by i) from buckets b where b.step = m.step) as durations
    from minutes m group by step order by step`.execute(db)
  return rows.map(({ durations, ...row }) => ({ ...row, p95Ms: quantileMs(durations ?? [], 0.95) }))
}
