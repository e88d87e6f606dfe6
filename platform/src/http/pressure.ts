export type Pressure = {
  overloaded(): boolean
  delayMs(): number
  /** Forgets the past: a start is busy, and says nothing of what comes after it. */
  reset(): void
  close(): void
}

const SAMPLE_EVERY_MS = 100
const LOOK_AT_MEMORY_EVERY = 5
/** How fast a past delay is forgotten: to a third after this long without another. */
const FORGET_MS = 300

/**
 * Watches the event loop: when its delay passes the limit, new work is turned away with 503 before
 * everyone's requests time out together. Each gap between two turns weighs as long as it lasted, so
 * the figure is what a request meets that comes at any moment; a plain mean over a second would hide
 * a long block among many short turns. `onMemoryLimit` is called once when RSS passes its limit.
 */
export function watchPressure(options: {
  maxDelayMs: number
  maxRssBytes?: number | undefined
  onMemoryLimit: (rss: number) => void
}): Pressure {
  let last = performance.now()
  let time = 0
  let weighted = 0
  let turns = 0
  let told = false
  const timer = setInterval(() => {
    const now = performance.now()
    const gap = now - last
    last = now
    const kept = Math.exp(-gap / FORGET_MS)
    time = time * kept + gap
    weighted = weighted * kept + gap * Math.max(0, gap - SAMPLE_EVERY_MS)
    turns += 1
    const limit = options.maxRssBytes
    if (limit === undefined || told || turns % LOOK_AT_MEMORY_EVERY !== 0) return
    const rss = process.memoryUsage.rss()
    if (rss < limit) return
    told = true
    options.onMemoryLimit(rss)
  }, SAMPLE_EVERY_MS).unref()
  const delayMs = () => (time === 0 ? 0 : weighted / time)
  return {
    overloaded: () => delayMs() > options.maxDelayMs,
    delayMs,
    reset() {
      last = performance.now()
      time = 0
      weighted = 0
    },
    close: () => clearInterval(timer),
  }
}
