import { performance } from 'node:perf_hooks'

const TICK_MS = 5
const SLOTS = 512

type Entry = { turns: number; run: () => void; state: 'waiting' | 'run' | 'cancelled' }

export type TimerWheel = {
  /** Runs the callback once, at most one tick late; returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void
  close(): void
}

/**
 * One interval serves every stream: a thousand paced streams cost one timer and one pass over a
 * slot each tick, instead of twenty thousand timers a second. The interval stands still while
 * nothing waits.
 */
export function createTimerWheel(): TimerWheel {
  const slots: Entry[][] = Array.from({ length: SLOTS }, () => [])
  let waiting = 0
  let cursor = 0
  let startedAt = 0
  let interval: NodeJS.Timeout | null = null

  function stop(): void {
    if (interval) clearInterval(interval)
    interval = null
  }

  function runSlot(index: number): void {
    const entries = slots[index] ?? []
    if (entries.length === 0) return
    slots[index] = []
    for (const entry of entries) {
      if (entry.state !== 'waiting') continue
      if (entry.turns > 0) {
        entry.turns--
        slots[index]?.push(entry)
        continue
      }
      entry.state = 'run'
      waiting--
      entry.run()
    }
  }

  function advance(): void {
    // The wheel follows the clock, not the number of ticks, so a busy loop loses no time.
    const now = Math.floor((performance.now() - startedAt) / TICK_MS)
    while (cursor < now) {
      cursor++
      runSlot(cursor % SLOTS)
    }
    if (waiting === 0) stop()
  }

  function after(delayMs: number, run: () => void): () => void {
    if (!interval) {
      startedAt = performance.now()
      cursor = 0
      for (let index = 0; index < SLOTS; index++) slots[index] = []
      interval = setInterval(advance, TICK_MS)
    }
    const due = Math.ceil((performance.now() - startedAt + delayMs) / TICK_MS)
    const ticks = Math.max(1, due - cursor)
    const entry: Entry = { turns: Math.floor((ticks - 1) / SLOTS), run, state: 'waiting' }
    slots[(cursor + ticks) % SLOTS]?.push(entry)
    waiting++
    return () => {
      // Cancelling what has run must not count twice: the wheel would stop under the others.
      if (entry.state !== 'waiting') return
      entry.state = 'cancelled'
      waiting--
    }
  }

  return { after, close: stop }
}
