import type { Bilingual } from '../config/index.ts'
import type { JobsContext } from './context.ts'
import { jobErrors } from './errors.ts'
import type { Failure, Message, Output, QueueState } from './tables.ts'

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

export type TimelineEntry = { at: Date; percent: number; message: Message; data?: unknown }

/** A job as people and programs see it. */
export type JobView = {
  id: string
  name: string
  title: Bilingual
  state: JobState
  /** 0 to 100. */
  progress: number
  message: Bilingual | null
  timeline: TimelineEntry[]
  result: unknown
  /** Why it failed: the code of an error, for programs. */
  reason: string | null
  /** Why it failed and what to do, for people. */
  detail: Bilingual | null
  ownerId: string | null
  attempts: number
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

export type JobRow = {
  id: string
  name: string
  state: QueueState
  retry_count: number
  group_id: string | null
  created_on: Date
  started_on: Date | null
  completed_on: Date | null
  output: (Output & { value?: { message?: string } }) | null
}

export type EventRow = {
  at: Date
  kind: 'progress' | 'log' | 'state'
  attempt: number
  percent: number | null
  message: Message
  data: unknown
}

const STATES: Record<QueueState, JobState> = {
  created: 'queued',
  retry: 'queued',
  active: 'running',
  completed: 'succeeded',
  cancelled: 'cancelled',
  failed: 'failed',
}

/** pg-boss's states behind each of ours. */
export const QUEUE_STATES: Record<JobState, QueueState[]> = {
  queued: ['created', 'retry'],
  running: ['active'],
  succeeded: ['completed'],
  failed: ['failed'],
  cancelled: ['cancelled'],
}

export const JOB_COLUMNS = [
  'id',
  'name',
  'state',
  'retry_count',
  'group_id',
  'created_on',
  'started_on',
  'completed_on',
  'output',
] as const

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads one job of a known name, with its timeline. */
export async function findJob(context: JobsContext, id: string): Promise<JobView | undefined> {
  const { db, registered } = context
  if (registered.size === 0 || !UUID.test(id)) return undefined
  const row = await db
    .selectFrom('pgboss.job')
    .select(JOB_COLUMNS)
    .where('name', 'in', [...registered.keys()])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const events = await db
    .selectFrom('minato.job_events')
    .select(['at', 'kind', 'attempt', 'percent', 'message', 'data'])
    .where('job_id', '=', id)
    .where('kind', '<>', 'log')
    .orderBy('seq')
    .execute()
  return viewOf(context, row, events)
}

/** `events` are those of the job, oldest first. */
export function viewOf(context: JobsContext, row: JobRow, events: readonly EventRow[]): JobView {
  const state = STATES[row.state]
  const attempts = row.started_on === null ? 0 : row.retry_count + 1
  const last = events.findLast((event) => event.kind === 'progress' && event.attempt === attempts)
  const failure = state === 'failed' ? failureOf(row) : null
  return {
    id: row.id,
    name: row.name,
    title: context.registered.get(row.name)?.definition.title ?? { en: row.name, ja: row.name },
    state,
    progress: state === 'succeeded' ? 100 : (last?.percent ?? 0),
    message: last === undefined ? null : inBoth(last.message),
    timeline: timelineOf(events),
    result: row.output?.result ?? null,
    reason: failure?.reason ?? null,
    detail: failure?.detail ?? null,
    ownerId: row.group_id,
    attempts,
    createdAt: row.created_on,
    startedAt: row.started_on,
    finishedAt: row.completed_on,
  }
}

/** A job that pg-boss itself ended has pg-boss's text as output instead of ours. */
function failureOf({ output }: JobRow): Failure {
  if (output?.failure !== undefined) return output.failure
  const error = /timed out/.test(output?.value?.message ?? '')
    ? jobErrors.JOB_TIMEOUT({ seconds: '…' })
    : jobErrors.JOB_FAILED()
  return { reason: error.code, detail: error.detail }
}

function timelineOf(events: readonly EventRow[]): TimelineEntry[] {
  let percent = 0
  return events.map((event) => {
    percent = event.percent ?? percent
    const { at, message, data } = event
    return { at, percent, message, ...(data === null ? {} : { data }) }
  })
}

export function inBoth(message: Message): Bilingual {
  return typeof message === 'string' ? { en: message, ja: message } : message
}
