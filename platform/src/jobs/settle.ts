import { sql } from 'kysely'
import type { JobsContext } from './context.ts'
import type { JobDefinition } from './define-job.ts'
import { type Attempt, addStateEvent } from './events.ts'
import type { Failure } from './tables.ts'

export type Success = { attempt: Attempt; output: string }

/**
 * Marks attempts of one job name as succeeded, all in one statement. Gives the ids that were still
 * theirs: one that was cancelled or taken over stays as it is. The names come with the ids, and the
 * state as text, so that the primary key is the only index to go by: with statistics that are a
 * minute old the planner took others, and twenty times as long.
 */
export async function settleSucceeded(
  context: JobsContext,
  name: string,
  successes: readonly Success[],
): Promise<Set<string>> {
  const names = successes.map(() => name)
  const ids = successes.map(({ attempt }) => attempt.id)
  const counts = successes.map(({ attempt }) => attempt.attempt - 1)
  const outputs = successes.map(({ output }) => output)
  const { rows } = await sql<{ id: string }>`
    update pgboss.job_common j set state = 'completed', completed_on = now(), output = i.output::jsonb
    from unnest(${names}::text[], ${ids}::uuid[], ${counts}::int[], ${outputs}::text[])
      as i (name, id, retry_count, output)
    where j.name = i.name and j.id = i.id and j.state::text = 'active' and j.retry_count = i.retry_count
    returning j.id`.execute(context.raw)
  return new Set(rows.map((row) => row.id))
}

const DEFAULT_BACKOFF = { firstMs: 5000, factor: 2, maxMs: 15 * 60_000 }

/** Ends a failed attempt: another one later when retries are left, else the job has failed. */
export async function settleFailed(
  context: JobsContext,
  job: JobDefinition,
  attempt: Attempt,
  failure: Failure,
): Promise<'retried' | 'failed' | 'gone'> {
  const { firstMs, factor, maxMs } = { ...DEFAULT_BACKOFF, ...job.backoff }
  const retries = job.retries ?? 0
  // Up to a quarter more: jobs that failed together must not come back together.
  const jitter = 1 + Math.random() / 4
  const { rows } = await sql<{ state: 'retry' | 'failed'; delay_ms: number }>`
    with ended as (
      select id, coalesce((output->>'failures')::int, 0) as failures,
        coalesce((output->>'lost')::int, 0) as lost,
        least(${maxMs}::float8, ${firstMs}::float8
          * power(${factor}::float8, least(coalesce((output->>'failures')::int, 0), 40))) * ${jitter}::float8 as delay_ms
      from pgboss.job_common where name = ${attempt.name} and id = ${attempt.id}
        and state = 'active' and retry_count = ${attempt.attempt - 1} for update
    )
    update pgboss.job_common j set
      state = (case when e.failures < ${retries}::int then 'retry' else 'failed' end)::pgboss.job_state,
      completed_on = case when e.failures < ${retries}::int then null else now() end,
      start_after = now() + e.delay_ms * interval '1 ms',
      output = jsonb_build_object('failures', e.failures + 1, 'lost', e.lost,
        'failure', ${JSON.stringify(failure)}::text::jsonb)
    from ended e where j.name = ${attempt.name} and j.id = e.id
    returning j.state, e.delay_ms`.execute(context.raw)
  const row = rows[0]
  if (row === undefined) return 'gone'
  if (row.state === 'failed') return 'failed'
  const seconds = Math.ceil(row.delay_ms / 1000)
  await addStateEvent(context.raw, attempt, {
    en: `Attempt ${attempt.attempt} failed (${failure.reason}); the next one starts in ${seconds} s`,
    ja: `${attempt.attempt} 回目は失敗しました（${failure.reason}）。${seconds} 秒後に再試行します`,
  })
  return 'retried'
}
