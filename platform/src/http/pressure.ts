import { monitorEventLoopDelay } from 'node:perf_hooks'

export type Pressure = { overloaded(): boolean; delayMs(): number; close(): void }

const SAMPLE_EVERY_MS = 500
const RESOLUTION_MS = 20

/**
 * Watches the event loop: when its delay passes the limit, new work is turned away with 503 before
 * everyone's requests time out together. `onMemoryLimit` is called once when RSS passes its limit.
 */
export function watchPressure(options: {
  maxDelayMs: number
  maxRssBytes?: number | undefined
  onMemoryLimit: (rss: number) => void
}): Pressure {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  let delayMs = 0
  let told = false
  const timer = setInterval(() => {
    delayMs = Math.max(0, histogram.mean / 1e6 - RESOLUTION_MS)
    histogram.reset()
    const limit = options.maxRssBytes
    if (limit === undefined || told) return
    const rss = process.memoryUsage.rss()
    if (rss < limit) return
    told = true
    options.onMemoryLimit(rss)
  }, SAMPLE_EVERY_MS).unref()
  return {
    overloaded: () => delayMs > options.maxDelayMs,
    delayMs: () => delayMs,
    close() {
      clearInterval(timer)
      histogram.disable()
    },
  }
}
