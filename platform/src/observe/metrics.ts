import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { type Labels, type SeriesLimit, seriesLimit } from './series-limit.ts'

type Shape = { name: string; help: string; labelNames?: readonly string[] }
/** As an app declares it: the values of each label too. */
type DeclaredShape = {
  name: string
  help: string
  labels?: Readonly<Record<string, readonly string[]>>
}

/** `inc()`, `inc(3)`, `inc({ template: 'invite' })`, `inc({ template: 'invite' }, 3)`. */
export type MetricCounter = { inc(labels?: Labels | number, value?: number): void }
export type MetricGauge = {
  set(labels: Labels | number, value?: number): void
  inc(labels?: Labels | number, value?: number): void
  dec(labels?: Labels | number, value?: number): void
  /** Forgets every series: what is not measured any more must not be told. */
  reset(): void
}
export type MetricHistogram = { observe(labels: Labels | number, value?: number): void }

/** A thin door to prom-client: asking twice for a name gives the same metric. */
export type Metrics = {
  counter(shape: Shape | DeclaredShape): MetricCounter
  gauge(shape: Shape & { collect?: (this: MetricGauge) => void }): MetricGauge
  histogram(shape: Shape & { buckets?: number[] }): MetricHistogram
  /** Adds text made elsewhere (hand-kept histograms of the hot path) to the exposition. */
  addSource(source: () => string): void
  /** Runs before each exposition, for figures that are measured when somebody asks. */
  beforeExpose(measure: () => Promise<void>): void
  /** The exposition in Prometheus' text format. */
  expose(): Promise<string>
}

type MetricsOptions = {
  /** Series that one metric may have before it takes no new ones. */
  maxSeries?: number
  log?: { warn(event: string, fields?: object): void; error(event: string, fields?: object): void }
}

/**
 * @example
 * const sent = metrics.counter({ name: 'mail_sent_total', help: 'Mails handed over.', labelNames: ['template'] })
 * sent.inc({ template: 'invite' })
 * @throws {Error} when a name is asked for as another kind of metric.
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const registry = new Registry()
  const sources: (() => string)[] = []
  const measures: (() => Promise<void>)[] = []
  collectDefaultMetrics({ register: registry })
  const limit = seriesLimit(registry, options)
  const registers = [registry]
  return {
    counter(shape) {
      const made = known(registry, shape.name, Counter)
      if (made !== undefined) return made
      const { name, help } = shape
      const labelNames = 'labels' in shape ? Object.keys(shape.labels ?? {}) : shapeLabels(shape)
      return guarded(new Counter({ name, help, labelNames, registers }), limit)
    },
    gauge({ collect, ...shape }) {
      const made = known(registry, shape.name, Gauge)
      if (made !== undefined) return made
      const gauge: Gauge = new Gauge({
        ...shape,
        registers,
        ...(collect === undefined ? {} : { collect: () => collect.call(gauge) }),
      })
      // Without labels prom-client's own would go on telling 0, which is a figure too.
      if (shapeLabels(shape).length === 0) gauge.reset = () => gauge.remove()
      return guarded(gauge, limit)
    },
    histogram: (shape) =>
      known(registry, shape.name, Histogram) ??
      guarded(new Histogram({ ...shape, registers }), limit),
    addSource: (source) => void sources.push(source),
    beforeExpose: (measure) => void measures.push(measure),
    async expose() {
      await Promise.all(
        measures.map((measure) =>
          measure().catch((error: unknown) =>
            options.log?.error('metrics.measure_failed', { err: error }),
          ),
        ),
      )
      return (await registry.metrics()) + sources.map((source) => source()).join('')
    },
  }
}

function shapeLabels(shape: Shape): string[] {
  return [...(shape.labelNames ?? [])]
}

function known<T>(
  registry: Registry,
  name: string,
  type: abstract new (...args: never[]) => T,
): T | undefined {
  const metric: unknown = registry.getSingleMetric(name)
  return metric instanceof type ? metric : undefined
}

const ACTS = ['inc', 'dec', 'set', 'observe'] as const

/** Puts the limit in front of every act that could open a series. */
function guarded<T extends object>(metric: T, limit: SeriesLimit): T {
  const acts = metric as Record<string, unknown>
  const { name, labelNames } = metric as { name?: string; labelNames?: readonly string[] }
  if (name === undefined || labelNames === undefined || labelNames.length === 0) return metric
  const mayWrite = limit(name, labelNames)
  for (const act of ACTS) {
    const write = acts[act]
    if (typeof write !== 'function') continue
    acts[act] = (labels: Labels | number | undefined, value?: number): void => {
      if (typeof labels !== 'object' || mayWrite(labels)) write.call(metric, labels, value)
    }
  }
  return metric
}
