import type { Generated, Kysely } from 'kysely'
import type { Bilingual } from '../config/index.ts'

/** pg-boss's own states; `JobState` is what people and programs see. */
export type QueueState = 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed'

export type Failure = { reason: string; detail: Bilingual }
/** What is known of a job's end, and of the attempts before it. */
export type Output = {
  result?: unknown
  failure?: Failure
  /** Attempts that failed by themselves, and those whose worker was lost. */
  failures?: number
  lost?: number
}
export type Payload = { input: unknown; schedule?: string }
export type Message = Bilingual | string

/** The columns of `pgboss.job` that are read or written here; the rest is pg-boss's. */
export type QueueTable = {
  id: Generated<string>
  name: string
  priority: Generated<number>
  data: Payload | null
  state: Generated<QueueState>
  retry_limit: Generated<number>
  retry_count: Generated<number>
  expire_seconds: Generated<number>
  deletion_seconds: Generated<number>
  singleton_key: string | null
  group_id: string | null
  start_after: Generated<Date>
  created_on: Generated<Date>
  started_on: Date | null
  completed_on: Date | null
  keep_until: Generated<Date>
  output: Output | null
  policy: string | null
  heartbeat_on: Date | null
}

export type JobTables = {
  'pgboss.job': QueueTable
  'pgboss.queue': { name: string; policy: string }
  'minato.job_events': {
    seq: Generated<number>
    job_name: string
    job_id: string
    attempt: number
    at: Date
    kind: 'progress' | 'log' | 'state'
    level: 'debug' | 'info' | 'warn' | 'error' | null
    percent: number | null
    message: Message
    data: unknown
  }
  'minato.job_steps': {
    job_name: string
    job_id: string
    key: string
    result: unknown
    done_at: Date
  }
  'minato.job_schedules': {
    name: string
    job_name: string
    cron: string
    time_zone: string
    input: unknown
    paused: Generated<boolean>
    next_at: Date | null
    last_at: Date | null
    last_job_id: string | null
  }
  'minato.job_workers': {
    id: string
    host: string
    pid: number
    version: string
    health_url: string | null
    started_at: Date
    heartbeat_at: Date
    running: Generated<number>
    draining: Generated<boolean>
  }
  'minato.job_minutes': {
    minute: Date
    job_name: string
    state: 'succeeded' | 'failed' | 'cancelled'
    jobs: number
    total_ms: number
  }
}

export type JobDatabase = Kysely<JobTables>
