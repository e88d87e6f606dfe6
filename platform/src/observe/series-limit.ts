import { Counter, type Registry } from 'prom-client'

export type Labels = Partial<Record<string, string | number>>
/** For one metric: whether these labels are known, or may still be added. */
export type SeriesLimit = (
  name: string,
  labelNames: readonly string[],
) => (labels: Labels) => boolean

/** A hundred routes times a few states; memory and the collector's disk both pay for each series. */
const MAX_SERIES = 1000

/**
 * Keeps a label that somebody let a user choose from filling the memory: past its limit a metric
 * goes on counting what it knows, takes nothing new, says so once in the log and counts what it left out.
 */
export function seriesLimit(
  registry: Registry,
  options: { maxSeries?: number; log?: { warn(event: string, fields?: object): void } },
): SeriesLimit {
  const { maxSeries = MAX_SERIES, log } = options
  const dropped = new Counter({
    name: 'metrics_writes_dropped_total',
    help: 'Writes to series that were not opened because the metric has too many.',
    labelNames: ['metric'],
    registers: [registry],
  })
  return (name, labelNames) => {
    const seen = new Set<string>()
    let told = false
    return (labels) => {
      const key = labelNames.map((label) => labels[label] ?? '').join('\u0000')
      if (seen.has(key)) return true
      if (seen.size < maxSeries) {
        seen.add(key)
        return true
      }
      dropped.inc({ metric: name })
      if (!told) log?.warn('metrics.too_many_series', { metric: name, maxSeries, labelNames })
      told = true
      return false
    }
  }
}
