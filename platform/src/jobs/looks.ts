import type { JobsContext } from './context.ts'
import type { Message } from './tables.ts'

export type JobLogEntry = {
  at: Date
  attempt: number
  level: 'debug' | 'info' | 'warn' | 'error'
  event: Message
  fields: unknown
}

/** The lines of all attempts, oldest first; an attempt keeps at most 500. */
export async function jobLog({ db }: JobsContext, id: string): Promise<JobLogEntry[]> {
  const rows = await db
    .selectFrom('minato.job_events')
    .select(['at', 'attempt', 'level', 'message', 'data'])
    .where('job_id', '=', id)
    .where('kind', '=', 'log')
    .orderBy('seq')
    .limit(5000)
    .execute()
  return rows.map(({ level, message, data, ...row }) => ({
    ...row,
    level: level ?? 'info',
    event: message,
    fields: data,
  }))
}

export type WorkerView = {
  id: string
  host: string
  pid: number
  version: string
  healthUrl: string | null
  startedAt: Date
  heartbeatAt: Date
  running: number
  draining: boolean
  /** Its heartbeat is young. */
  alive: boolean
}

const ALIVE_MS = 20_000

export async function listWorkers({ db, clock }: JobsContext): Promise<WorkerView[]> {
  const rows = await db
    .selectFrom('minato.job_workers')
    .selectAll()
    .orderBy('started_at')
    .limit(500)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    host: row.host,
    pid: row.pid,
    version: row.version,
    healthUrl: row.health_url,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
    running: row.running,
    draining: row.draining,
    alive: clock() - row.heartbeat_at.getTime() < ALIVE_MS,
  }))
}
