import type { Redis } from '../cache/index.ts'
import type { Database } from '../data/index.ts'
import { databaseFigures, type Figure } from './figures.ts'
import type { Metrics } from './metrics.ts'
import { processFigures } from './process-figures.ts'

/**
 * A figure of an app's business: counted by its code, or read from its tables. The values of a
 * counter's labels are named here, so that each series is there from the start, at 0, and no other.
 */
export type AppMetric =
  | {
      kind: 'counter'
      /** Begins with the app's schema: `chatbot_answers_total`. */
      name: string
      help: string
      labels?: Readonly<Record<string, readonly string[]>>
    }
  | ({ kind: 'gauge' } & Figure)

type ObserveDeps = {
  metrics: Metrics
  db: Database
  redis: Redis | undefined
  version: string
  role: string
  dataDir: string
  maxRssBytes: number | undefined
  eventLoopDelayMs: () => number
  /** Of the concerns. */
  figures: readonly Figure[]
  appMetrics: readonly AppMetric[]
}

/** Adds what a running process tells beside what its concerns count: itself, the database, the apps. */
export function observeProcess(deps: ObserveDeps): void {
  const { metrics, figures, appMetrics } = deps
  processFigures(deps)
  const gauges = appMetrics.filter((metric) => metric.kind === 'gauge')
  databaseFigures({ ...deps, further: [...figures, ...gauges] })
  for (const metric of appMetrics) {
    if (metric.kind !== 'counter') continue
    const counter = metrics.counter(metric)
    const series = combinations(Object.entries(metric.labels ?? {}))
    for (const labels of series) counter.inc(labels, 0)
  }
}

function combinations(labels: [string, readonly string[]][]): Record<string, string>[] {
  return labels.reduce<Record<string, string>[]>(
    (known, [label, values]) =>
      known.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  )
}
