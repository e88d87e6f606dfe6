import type { Metrics } from '../observe/index.ts'

/** Seconds; wide enough for a JSON read and for a streamed answer. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30, 60]

type Series = { count: number; sum: number; buckets: Uint32Array; byStatus: Map<number, number> }

export type HttpMetrics = {
  observe(method: string, route: string, status: number, durationMs: number): void
}

/**
 * Counts and durations of requests, kept by hand in fixed buckets: prom-client's label look-up
 * costs more than the request it measures. Routes are patterns, so cardinality is bounded.
 */
export function createHttpMetrics(metrics: Metrics): HttpMetrics {
  const series = new Map<string, Map<string, Series>>()
  metrics.addSource(() => expose(series))
  return {
    observe(method, route, status, durationMs) {
      const entry = series.get(method)?.get(route) ?? addSeries(series, method, route)
      const seconds = durationMs / 1000
      entry.count += 1
      entry.sum += seconds
      entry.byStatus.set(status, (entry.byStatus.get(status) ?? 0) + 1)
      let index = 0
      while (index < BUCKETS.length && seconds > (BUCKETS[index] ?? 0)) index += 1
      entry.buckets[index] = (entry.buckets[index] ?? 0) + 1
    },
  }
}

function addSeries(series: Map<string, Map<string, Series>>, method: string, route: string) {
  const buckets = new Uint32Array(BUCKETS.length + 1)
  const entry: Series = { count: 0, sum: 0, buckets, byStatus: new Map() }
  series.set(method, (series.get(method) ?? new Map()).set(route, entry))
  return entry
}

function expose(series: Map<string, Map<string, Series>>): string {
  const totals: string[] = []
  const durations: string[] = []
  for (const [method, routes] of series) {
    for (const [route, entry] of routes) {
      const labels = `method="${method}",route="${route.replace(/["\\\n]/g, '_')}"`
      for (const [status, count] of entry.byStatus) {
        totals.push(`http_requests_total{${labels},status="${status}"} ${count}`)
      }
      let running = 0
      BUCKETS.forEach((bound, index) => {
        running += entry.buckets[index] ?? 0
        durations.push(`http_request_duration_seconds_bucket{${labels},le="${bound}"} ${running}`)
      })
      durations.push(
        `http_request_duration_seconds_bucket{${labels},le="+Inf"} ${entry.count}`,
        `http_request_duration_seconds_sum{${labels}} ${entry.sum}`,
        `http_request_duration_seconds_count{${labels}} ${entry.count}`,
      )
    }
  }
  return [
    '# HELP http_requests_total Requests by method, route pattern and status.',
    '# TYPE http_requests_total counter',
    ...totals,
    '# HELP http_request_duration_seconds Time from the first byte to the end of the answer.',
    '# TYPE http_request_duration_seconds histogram',
    ...durations,
    '',
  ].join('\n')
}
