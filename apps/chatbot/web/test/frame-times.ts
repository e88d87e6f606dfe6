import type { Locator } from 'playwright-core'

export type Frames = { p50: number; p95: number; max: number }

export const sayFrames = ({ p50, p95, max }: Frames) =>
  `p50 ${p50.toFixed(1)} p95 ${p95.toFixed(1)} max ${max.toFixed(1)} ms`

/** How long frames take while the thread is scrolled by so many pixels in each. */
export async function frameTimes(thread: Locator, step: number): Promise<Frames> {
  const times = await thread.evaluate(async (element, by) => {
    const all: number[] = []
    let last = performance.now()
    for (let at = 0; at < 200; at += 1) {
      element.scrollTop += by
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      all.push(now - last)
      last = now
    }
    return all.sort((a, b) => a - b)
  }, step)
  return { p50: times[100] ?? 0, p95: times[190] ?? 0, max: times.at(-1) ?? 0 }
}
