import { createHash, randomUUID } from 'node:crypto'
import { type QueryExecutorProvider, sql } from 'kysely'
import type { z } from 'zod'
import type { JobsContext } from './context.ts'
import type { JobDefinition } from './define-job.ts'
import { jobErrors } from './errors.ts'
import { insertRows, type NewJob } from './insert.ts'

export type EnqueueOptions = {
  /** Whose job it is: they may see it, cancel it and retry it. Null: the system's own. */
  ownerId: string | null
  /** The caller's transaction: the job exists if and only if the rest is committed. */
  transaction?: QueryExecutorProvider
  /** Idempotency key: enqueuing again under it (same name, same owner) gives the first job's id. */
  key?: string
  /** Larger first (default 0). */
  priority?: number
  startAfter?: Date
}

const MAX_INPUT_BYTES = 256 * 1024

/** Checks the input by its schema and makes the row; the caller inserts it. */
export function newJob<Input extends z.ZodType>(
  job: JobDefinition<Input>,
  input: unknown,
  options: Pick<EnqueueOptions, 'ownerId' | 'key' | 'priority' | 'startAfter'>,
): NewJob {
  const parsed = job.input.safeParse(input)
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    throw jobErrors.JOB_INPUT_INVALID({ name: job.name, fields: fields.join('; ') })
  }
  if (Buffer.byteLength(JSON.stringify(input) ?? '') > MAX_INPUT_BYTES)
    throw jobErrors.JOB_INPUT_TOO_LARGE()
  return {
    id: options.key === undefined ? randomUUID() : idOf(job.name, options.ownerId, options.key),
    // As given, not as parsed: the worker parses again, and a transform must not be applied twice.
    data: { input },
    priority: options.priority ?? 0,
    startAfter: options.startAfter?.toISOString(),
    singletonKey: job.unique?.(parsed.data),
    groupId: options.ownerId ?? undefined,
  }
}

/** The same key gives the same id, so the primary key itself refuses a second job (UUID version 8, RFC 9562). */
function idOf(name: string, ownerId: string | null, key: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([name, ownerId, key]))
    .digest('hex')
  const variant = ((Number.parseInt(hash.slice(16, 17), 16) & 3) | 8).toString(16)
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join('-')
}

/**
 * Writes the rows in one statement, as pg-boss's own insert does, and wakes workers when the
 * transaction is committed. Gives the ids in the order of `rows`: a row that met an equal one has
 * that one's id.
 */
export async function insertJobs(
  context: JobsContext,
  job: JobDefinition,
  rows: readonly NewJob[],
  executor: QueryExecutorProvider = context.raw,
): Promise<string[]> {
  if (!context.registered.has(job.name)) throw jobErrors.JOB_UNKNOWN({ name: job.name })
  if (rows.length === 0) return []
  const inserted = new Set(await insertRows(job, rows, executor))
  context.metrics.enqueued.inc({ name: job.name }, inserted.size)
  if (inserted.size === rows.length) return rows.map((row) => row.id)
  const ids: string[] = []
  for (const row of rows) {
    ids.push(inserted.has(row.id) ? row.id : await existing(job, row, executor))
  }
  return ids
}

/** The job that stood in the way: of the same idempotency key, or of the same unique key. */
async function existing(
  job: JobDefinition,
  row: NewJob,
  executor: QueryExecutorProvider,
): Promise<string> {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const found = await sql<{ id: string }>`
      select id from pgboss.job_common where name = ${job.name} and (id = ${row.id}
        or (singleton_key = ${row.singletonKey ?? null} and state <= 'active'))
      order by (id = ${row.id}) desc limit 1`.execute(executor)
    const id = found.rows[0]?.id ?? (await insertRows(job, [row], executor))[0]
    // Neither there nor insertable: the other one ended in between. Look once more.
    if (id !== undefined) return id
  }
  throw jobErrors.JOB_SAME_IS_QUEUED()
}
