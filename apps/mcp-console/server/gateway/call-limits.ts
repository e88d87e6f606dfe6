import type { Redis } from '@minato/platform/cache'

const WINDOW_MS = 60_000
const SYNC_EVERY_MS = 200
const MAX_WINDOWS = 20_000

type Window = { endsAt: number; count: number; unsent: number }

/**
 * Calls a minute and calls at once, by any key. Minutes are counted over all processes: each counts
 * by itself and exchanges with the others through Redis beside the calls. Calls at once are counted
 * in each process.
 */
export function createCallLimits({
  redis,
  clock,
}: {
  redis: Redis | undefined
  clock: () => number
}) {
  const windows = new Map<string, Window>()
  const dirty = new Set<string>()
  const running = new Map<string, number>()
  const timer =
    redis === undefined
      ? undefined
      : setInterval(() => void exchange(redis, windows, dirty), SYNC_EVERY_MS).unref()
  return {
    /** Milliseconds until another call is let in, or 0: this one is and was counted. */
    take(key: string, perMinute: number): number {
      const now = clock()
      let window = windows.get(key)
      if (window === undefined || window.endsAt <= now) {
        window = { endsAt: (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS, count: 0, unsent: 0 }
        windows.delete(key)
        windows.set(key, window)
        if (windows.size > MAX_WINDOWS) evictOldest(windows)
      }
      if (window.count >= perMinute) return window.endsAt - now
      window.count += 1
      window.unsent += 1
      if (redis !== undefined) dirty.add(key)
      return 0
    },
    /** False when as many are running as may. */
    enter(key: string, max: number): boolean {
      const count = running.get(key) ?? 0
      if (count >= max) return false
      running.set(key, count + 1)
      return true
    },
    leave(key: string): void {
      const count = (running.get(key) ?? 1) - 1
      if (count === 0) running.delete(key)
      else running.set(key, count)
    },
    close: () => clearInterval(timer),
  }
}

export type CallLimits = ReturnType<typeof createCallLimits>

function evictOldest(windows: Map<string, Window>): void {
  const oldest = windows.keys().next().value
  if (oldest !== undefined) windows.delete(oldest)
}

async function exchange(
  redis: Redis,
  windows: Map<string, Window>,
  dirty: Set<string>,
): Promise<void> {
  if (redis.status !== 'ready' || dirty.size === 0) return
  const keys = [...dirty]
  dirty.clear()
  await Promise.allSettled(
    keys.map(async (key) => {
      const window = windows.get(key)
      if (window === undefined) return
      const sent = window.unsent
      window.unsent = 0
      const name = `minato:mcp-console:calls:${key}:${window.endsAt}`
      try {
        const total = await redis.incrby(name, sent)
        window.count = total + window.unsent
        await redis.pexpireat(name, window.endsAt + 1000)
      } catch {
        window.unsent += sent
        dirty.add(key) // said again at the next exchange
      }
    }),
  )
}
