import { CompiledQuery, type QueryExecutorProvider, sql } from 'kysely'
import type { JobDefinition } from './define-job.ts'
import { CHANNEL, notifyOf } from './signals.ts'

/** One row as the insert takes it. */
export type NewJob = {
  id: string
  data: { input: unknown; schedule?: string }
  priority: number
  startAfter: string | undefined
  singletonKey: string | undefined
  groupId: string | undefined
}

const DEFAULT_RETENTION_MS = 7 * 86_400_000
/** How long a job may wait for a worker before pg-boss removes it. */
const KEEP_QUEUED = "interval '30 days'"
/** pg-boss's own limit is a second net below ours: it ends what a worker could not. */
const EXPIRY_MARGIN_SECONDS = 120

const COLUMNS = `id, name, data, priority, start_after, keep_until, singleton_key, group_id,
  expire_seconds, deletion_seconds, retry_limit, policy`

/** The rows that were new, as pg-boss's own insert makes them; workers are woken at the commit. */
export async function insertRows(
  job: JobDefinition,
  rows: readonly NewJob[],
  executor: QueryExecutorProvider,
): Promise<string[]> {
  const [only] = rows
  const query =
    rows.length === 1 && only !== undefined ? insertOne(job, only) : insertMany(job, rows, executor)
  const result = await executor.getExecutor().executeQuery<{ id: string }>(query)
  return result.rows.map((row) => row.id)
}

function limitsOf(job: JobDefinition) {
  return {
    expireSeconds: Math.ceil(job.timeoutMs / 1000) + EXPIRY_MARGIN_SECONDS,
    deletionSeconds: Math.ceil((job.retentionMs ?? DEFAULT_RETENTION_MS) / 1000),
    retries: job.retries ?? 0,
    policy: job.unique === undefined ? 'standard' : 'exclusive',
  }
}

/** One row is planned in half the time of a set of one, and compiled beforehand. */
const INSERT_ONE = `
  insert into pgboss.job_common (${COLUMNS})
  values ($1, $2, $3::text::jsonb, $4, coalesce($5::timestamptz, now()),
    coalesce($5::timestamptz, now()) + ${KEEP_QUEUED}, $6, $7, $8, $9, $10, $11)
  on conflict do nothing
  returning id, case when start_after <= now() then pg_notify('${CHANNEL}', $12) end`

function insertOne(job: JobDefinition, row: NewJob): CompiledQuery<{ id: string }> {
  const { expireSeconds, deletionSeconds, retries, policy } = limitsOf(job)
  return CompiledQuery.raw(INSERT_ONE, [
    row.id,
    job.name,
    JSON.stringify(row.data),
    row.priority,
    row.startAfter ?? null,
    row.singletonKey ?? null,
    row.groupId ?? null,
    expireSeconds,
    deletionSeconds,
    retries,
    policy,
    `due:${job.name}`,
  ]) as CompiledQuery<{ id: string }>
}

function insertMany(
  job: JobDefinition,
  rows: readonly NewJob[],
  executor: QueryExecutorProvider,
): CompiledQuery<{ id: string }> {
  const { expireSeconds, deletionSeconds, retries, policy } = limitsOf(job)
  return sql<{ id: string }>`
    with new as (
      insert into pgboss.job_common (${sql.raw(COLUMNS)})
      select id, ${job.name}, data, priority, coalesce("startAfter", now()),
        coalesce("startAfter", now()) + ${sql.raw(KEEP_QUEUED)}, "singletonKey", "groupId",
        ${expireSeconds}, ${deletionSeconds}, ${retries}, ${policy}
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as x (id uuid, data jsonb,
        priority integer, "startAfter" timestamptz, "singletonKey" text, "groupId" text)
      on conflict do nothing
      returning id, start_after
    ), told as (
      select ${notifyOf({ kind: 'due', name: job.name })} from new where start_after <= now() limit 1
    )
    select id from new where (select count(*) from told) >= 0`.compile(executor)
}
