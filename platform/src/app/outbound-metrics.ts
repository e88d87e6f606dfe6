import type { Metrics } from '../observe/index.ts'
import type { OutboundMetrics } from '../outbound/index.ts'

/** Counts and durations of calls to the outside; labels are bounded by `outbound`. */
export function outboundMetrics(metrics: Metrics): OutboundMetrics {
  const calls = metrics.counter({
    name: 'outbound_requests_total',
    help: 'Calls to other hosts by outcome.',
    labelNames: ['host', 'service', 'method', 'outcome'],
  })
  const durations = metrics.histogram({
    name: 'outbound_request_duration_seconds',
    help: 'Time of calls to other hosts.',
    labelNames: ['host', 'service'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  })
  return {
    observe({ host, service, method, outcome, durationMs }) {
      const name = service ?? ''
      calls.inc({ host, service: name, method, outcome })
      durations.observe({ host, service: name }, durationMs / 1000)
    },
  }
}
