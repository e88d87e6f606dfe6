import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import type { Bilingual } from '../config/index.ts'
import type { Message } from './tables.ts'

/** One attempt of one job: what every write of a worker is fenced to. */
export type Attempt = { name: string; id: string; attempt: number }

export type NewEvent = {
  kind: 'progress' | 'log' | 'state'
  level?: 'debug' | 'info' | 'warn' | 'error'
  percent?: number
  message: Message
  data?: unknown
}

/** The attempt is still the job's own: a worker that has lost it writes nothing any more. */
export function stillHeld({ name, id, attempt }: Attempt): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from pgboss.job_common where name = ${name} and id = ${id}
    and state = 'active' and retry_count = ${attempt - 1})`
}

/** Adds an event of a running attempt. Gives its number, or undefined when the attempt has lost the job. */
export async function addEvent(
  executor: QueryExecutorProvider,
  attempt: Attempt,
  event: NewEvent,
): Promise<number | undefined> {
  const { rows } = await sql<{ seq: number }>`
    insert into minato.job_events (job_name, job_id, attempt, at, kind, level, percent, message, data)
    select ${values(attempt, event)} where ${stillHeld(attempt)} returning seq`.execute(executor)
  return rows[0]?.seq
}

/** Adds an event about a job that no attempt is telling: cancelled, queued again, lost. */
export async function addStateEvent(
  executor: QueryExecutorProvider,
  attempt: Attempt,
  message: Bilingual,
): Promise<void> {
  await sql`
    insert into minato.job_events (job_name, job_id, attempt, at, kind, level, percent, message, data)
    select ${values(attempt, { kind: 'state', message })}`.execute(executor)
}

/** Replaces an event's contents: for jobs that tell more than their timeline takes. */
export async function replaceEvent(
  executor: QueryExecutorProvider,
  seq: number,
  attempt: Attempt,
  event: NewEvent,
): Promise<void> {
  await sql`
    update minato.job_events set at = clock_timestamp(), percent = ${event.percent ?? null}::smallint,
      message = ${JSON.stringify(event.message)}::text::jsonb, data = ${jsonOf(event.data)}::text::jsonb
    where job_id = ${attempt.id} and seq = ${seq}`.execute(executor)
}

function values({ name, id, attempt }: Attempt, event: NewEvent): RawBuilder<unknown> {
  return sql`${name}::text, ${id}::uuid, ${attempt}::int, clock_timestamp(), ${event.kind}::text,
    ${event.level ?? null}::text, ${event.percent ?? null}::smallint,
    ${JSON.stringify(event.message)}::text::jsonb, ${jsonOf(event.data)}::text::jsonb`
}

function jsonOf(data: unknown): string | null {
  return data === undefined ? null : JSON.stringify(data)
}
