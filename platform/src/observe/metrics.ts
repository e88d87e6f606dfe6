import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

type Shape = { name: string; help: string; labelNames?: readonly string[] }

/** A thin door to prom-client: asking twice for a name gives the same metric. */
export type Metrics = {
  counter(shape: Shape): Counter
  gauge(shape: Shape & { collect?: (this: Gauge) => void }): Gauge
  histogram(shape: Shape & { buckets?: number[] }): Histogram
  /** Adds text made elsewhere (hand-kept histograms of the hot path) to the exposition. */
  addSource(source: () => string): void
  /** The exposition in Prometheus' text format. */
  expose(): Promise<string>
}

/**
 * @example
 * const sent = metrics.counter({ name: 'mail_sent_total', help: 'Mails handed over.', labelNames: ['template'] })
 * sent.inc({ template: 'invite' })
 */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const sources: (() => string)[] = []
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  return {
    counter: (shape) =>
      known(registry, shape.name, Counter) ?? new Counter({ ...shape, registers }),
    gauge: ({ collect, ...shape }) =>
      known(registry, shape.name, Gauge) ??
      new Gauge({ ...shape, registers, ...(collect === undefined ? {} : { collect }) }),
    histogram: (shape) =>
      known(registry, shape.name, Histogram) ?? new Histogram({ ...shape, registers }),
    addSource: (source) => void sources.push(source),
    async expose() {
      return (await registry.metrics()) + sources.map((source) => source()).join('')
    },
  }
}

function known<T>(
  registry: Registry,
  name: string,
  type: abstract new (...args: never[]) => T,
): T | undefined {
  const metric: unknown = registry.getSingleMetric(name)
  return metric instanceof type ? metric : undefined
}
