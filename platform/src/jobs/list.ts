import { sql } from 'kysely'
import type { JobsContext } from './context.ts'
import { type JobState, type JobView, QUEUE_STATES, viewOf } from './view.ts'

export type JobFilter = {
  ownerId?: string | undefined
  name?: string | undefined
  state?: JobState | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

export type JobPage = { items: JobView[]; nextCursor: string | null }

const MAX_PAGE = 200
const CURSOR = /^(\d{4}-\d\d-\d\d[ T][\d:.]+\+\d\d(?::?\d\d)?)_([0-9a-f-]{36})$/

/** Newest first. Timelines are left out: they are read one job at a time. */
export async function listJobs(context: JobsContext, filter: JobFilter): Promise<JobPage> {
  const { registered } = context
  const known = [...registered.keys()]
  const names = filter.name === undefined ? known : known.filter((name) => name === filter.name)
  if (names.length === 0) return { items: [], nextCursor: null }
  const limit = Math.min(filter.limit ?? 50, MAX_PAGE)
  const rows = await select(context, filter, names, limit + 1)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    items: page.map((row) => ({ ...viewOf(context, row, lastEvent(row)), timeline: [] })),
    nextCursor: last === undefined ? null : `${last.stamp}_${last.id}`,
  }
}

function lastEvent(row: Awaited<ReturnType<typeof select>>[number]) {
  const { at, attempt, percent, message } = row
  if (at === null || attempt === null || message === null) return []
  return [{ at, attempt, percent, message, kind: 'progress' as const, data: null }]
}

async function select(context: JobsContext, filter: JobFilter, names: string[], limit: number) {
  const cursor = CURSOR.exec(filter.cursor ?? '')
  let query = context.db
    .selectFrom('pgboss.job as j')
    .leftJoinLateral(
      (e) =>
        e
          .selectFrom('minato.job_events')
          .select(['at', 'attempt', 'percent', 'message'])
          .whereRef('job_id', '=', 'j.id')
          .where('kind', '=', 'progress')
          .orderBy('seq', 'desc')
          .limit(1)
          .as('e'),
      (join) => join.onTrue(),
    )
    .select([
      'j.id',
      'j.name',
      'j.state',
      'j.retry_count',
      'j.group_id',
      'j.created_on',
      'j.started_on',
      'j.completed_on',
      'j.output',
      'e.at',
      'e.attempt',
      'e.percent',
      'e.message',
      // Microseconds: a Date has only milliseconds, and a page must not skip its neighbours.
      sql<string>`j.created_on::text`.as('stamp'),
    ])
  query =
    names.length === 1
      ? query.where('j.name', '=', names[0] ?? '')
      : query.where('j.name', 'in', names)
  if (filter.ownerId !== undefined) query = query.where('j.group_id', '=', filter.ownerId)
  if (filter.state !== undefined) query = query.where('j.state', 'in', QUEUE_STATES[filter.state])
  if (cursor !== null) {
    query = query.where(
      sql<boolean>`(j.created_on, j.id) < (${cursor[1]}::timestamptz, ${cursor[2]}::uuid)`,
    )
  }
  return await query.orderBy('j.created_on', 'desc').orderBy('j.id', 'desc').limit(limit).execute()
}
