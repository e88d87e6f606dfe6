import type { LogEvent } from 'kysely'
import type { Metrics } from '../observe/index.ts'

/** Seconds; from an index look-up to the usual statement timeout. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30]

type Pool = { totalCount: number; idleCount: number; waitingCount: number }

/**
 * Durations and errors of queries. The histogram is kept by hand: a query happens on nearly every
 * request, and a label look-up would be felt.
 */
export function createQueryMetrics(metrics: Metrics, slowQueryMs: number, pool?: Pool) {
  const buckets = new Float64Array(BUCKETS.length + 1)
  let sum = 0
  metrics.addSource(() => expose(buckets, sum))
  const slow = metrics.counter({
    name: 'database_slow_queries_total',
    help: 'Queries that took longer than DATABASE_SLOW_QUERY_MS.',
  })
  const errors = metrics.counter({
    name: 'database_errors_total',
    help: 'Queries that failed, by the class of their SQLSTATE; none: the server did not answer.',
    labelNames: ['class'],
  })
  if (pool !== undefined) countConnections(metrics, pool)
  return (event: LogEvent): void => {
    const seconds = event.queryDurationMillis / 1000
    let index = 0
    while (index < BUCKETS.length && seconds > (BUCKETS[index] ?? 0)) index += 1
    buckets[index] = (buckets[index] ?? 0) + 1
    sum += seconds
    if (event.queryDurationMillis >= slowQueryMs) slow.inc()
    if (event.level === 'error') errors.inc({ class: classOf(event.error) })
  }
}

/** `23505` → `23`: the class says what kind of trouble it is, and there are some forty of them. */
function classOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^[0-9A-Z]{5}$/.test(code) ? code.slice(0, 2) : 'none'
}

function countConnections(metrics: Metrics, pool: Pool): void {
  metrics.gauge({
    name: 'database_pool_connections',
    help: 'Connections of this process: total, idle, and callers waiting for one.',
    labelNames: ['state'],
    collect() {
      this.set({ state: 'total' }, pool.totalCount)
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
}

function expose(buckets: Float64Array, sum: number): string {
  const name = 'database_query_duration_seconds'
  let running = 0
  const lines = BUCKETS.map((bound, index) => {
    running += buckets[index] ?? 0
    return `${name}_bucket{le="${bound}"} ${running}`
  })
  const count = running + (buckets[BUCKETS.length] ?? 0)
  return [
    `# HELP ${name} Time of queries as the caller met it, the wait for a connection left out.`,
    `# TYPE ${name} histogram`,
    ...lines,
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
    '',
  ].join('\n')
}
