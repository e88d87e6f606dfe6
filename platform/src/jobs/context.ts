import type { Services } from '../app/services.ts'
import type { AuditLog } from '../auth/index.ts'
import type { Database, Listen } from '../data/index.ts'
import type { ErrorReporter } from '../errors/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { JobChange } from './changes.ts'
import type { JobDefinition, Schedule } from './define-job.ts'
import type { JobMetrics } from './metrics.ts'
import type { JobDatabase } from './tables.ts'

export type JobsDeps = {
  db: Database
  /** Absent where the database cannot notify: then workers only poll. */
  listen: Listen | undefined
  log: Logger
  clock: () => number
  version: string
  errors: ErrorReporter
  metrics: Metrics
  audit: AuditLog
  /** Told of what becomes of jobs that have an owner. */
  onChange?: (change: JobChange) => void
}

export type Registered = { definition: JobDefinition; services: () => Services }

/** What the parts of this concern share. */
export type JobsContext = Omit<JobsDeps, 'db' | 'metrics'> & {
  raw: Database
  db: JobDatabase
  registered: Map<string, Registered>
  schedules: Map<string, Schedule>
  metrics: JobMetrics
  /** Tells that an attempt has ended for good: the chart counts it. */
  ended(name: string, state: 'succeeded' | 'failed' | 'cancelled', durationMs: number): void
}
