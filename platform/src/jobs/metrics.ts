import type { Metrics } from '../observe/index.ts'

const SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600]

/** Names of jobs are those of the definitions: few and fixed. */
export function jobMetrics(metrics: Metrics) {
  return {
    enqueued: metrics.counter({
      name: 'jobs_enqueued_total',
      help: 'Jobs put into the queue.',
      labelNames: ['name'],
    }),
    finished: metrics.counter({
      name: 'jobs_finished_total',
      help: 'Attempts of jobs that ended, by how: succeeded, failed, retried, cancelled, lost.',
      labelNames: ['name', 'state'],
    }),
    duration: metrics.histogram({
      name: 'jobs_duration_seconds',
      help: 'How long attempts of jobs ran.',
      labelNames: ['name', 'state'],
      buckets: SECONDS,
    }),
    depth: metrics.gauge({
      name: 'jobs_queue_depth',
      help: 'Jobs that are queued or running, counted by workers every 15 s.',
      labelNames: ['name', 'state'],
    }),
  }
}

export type JobMetrics = ReturnType<typeof jobMetrics>
