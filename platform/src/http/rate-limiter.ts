import type { Redis } from '../cache/index.ts'
import type { Rate, RateClass, RateOverride, Rates } from './rate-classes.ts'

/** The state of one caller's window after a request was counted. */
export type Standing = { allowed: boolean; limit: number; remaining: number; resetAt: number }

/** Counts one request of a caller in a class; synchronous, since every request passes here. */
export type RateLimiter = {
  take(
    rateClass: Exclude<RateClass, 'none'>,
    caller: string,
    now: number,
    app?: string,
    user?: string,
  ): Standing
  close(): void
}

type Window = {
  resetAt: number
  /** Requests of all processes as last heard, plus our own since. */
  count: number
  /** Our own requests that Redis has not heard of. */
  unsent: number
  standing: Standing
}

const SYNC_EVERY_MS = 100
/** Bounds memory when someone sends from many addresses; the oldest windows go first. */
const MAX_WINDOWS = 50_000

/**
 * Fixed windows per caller. Each process counts by itself and exchanges its counts with the others
 * through Redis ten times a second, off the hot path; without Redis, or while it is away, the
 * local count alone decides.
 *
 * @example
 * const limiter = createRateLimiter({ rates, redis })
 * if (!limiter.take('action', `user:${id}`, Date.now()).allowed) throw commonErrors.RATE_LIMITED()
 */
export function createRateLimiter(options: {
  rates: Rates
  overrides?: readonly RateOverride[]
  redis?: Redis | undefined
}): RateLimiter {
  const windows = new Map<string, Window>()
  const dirty = new Map<string, Window>()
  const { redis } = options
  const choose = chooser(options.rates, options.overrides ?? [])
  let syncing = false
  const timer =
    redis === undefined
      ? undefined
      : setInterval(() => {
          if (syncing || dirty.size === 0) return
          syncing = true
          void exchange(redis, dirty).finally(() => {
            syncing = false
          })
        }, SYNC_EVERY_MS).unref()
  return {
    take(rateClass, caller, now, app, user) {
      const { rate, scope } = choose(rateClass, app, user)
      const key = `${scope}:${caller}`
      let window = windows.get(key)
      if (window === undefined || window.resetAt <= now) {
        window = openWindow(rate, now)
        windows.delete(key)
        windows.set(key, window)
        if (windows.size > MAX_WINDOWS) evictOldest(windows)
      }
      window.count += 1
      if (redis !== undefined) {
        window.unsent += 1
        dirty.set(key, window)
      }
      const { standing } = window
      standing.allowed = window.count <= rate.limit
      standing.remaining = Math.max(0, rate.limit - window.count)
      return standing
    },
    close: () => clearInterval(timer),
  }
}

type Choice = { rate: Rate; scope: string }

/** A person's own limit wins over the app's, and that over the deployment's. */
function chooser(rates: Rates, overrides: readonly RateOverride[]) {
  const general = Object.fromEntries(
    Object.entries(rates).map(([name, rate]) => [name, { rate, scope: name }]),
  ) as Record<keyof Rates, Choice>
  if (overrides.length === 0) return (rateClass: keyof Rates): Choice => general[rateClass]
  const special = new Map(
    overrides.map(({ kind, name, rateClass, rate }): [string, Choice] => [
      `${kind}:${name}:${rateClass}`,
      // An app with a limit of its own counts its own requests only.
      { rate, scope: kind === 'app' ? `${rateClass}@${name}` : rateClass },
    ]),
  )
  return (rateClass: keyof Rates, app?: string, user?: string): Choice =>
    special.get(`user:${user?.toLowerCase()}:${rateClass}`) ??
    special.get(`app:${app}:${rateClass}`) ??
    general[rateClass]
}

/** Windows start at multiples of their length, so that all processes agree on them. */
function openWindow(rate: Rate, now: number): Window {
  const resetAt = (Math.floor(now / rate.windowMs) + 1) * rate.windowMs
  return {
    resetAt,
    count: 0,
    unsent: 0,
    standing: { allowed: true, limit: rate.limit, remaining: rate.limit, resetAt },
  }
}

function evictOldest(windows: Map<string, Window>): void {
  const oldest = windows.keys().next().value
  if (oldest !== undefined) windows.delete(oldest)
}

async function exchange(redis: Redis, dirty: Map<string, Window>): Promise<void> {
  if (redis.status !== 'ready') return
  const batch = [...dirty].map(([key, window]) => ({ key, window, sent: window.unsent }))
  dirty.clear()
  // Single commands, sent together all the same: a pipeline's keys would have to share a slot, and
  // in a cluster the callers are spread over all of them.
  const replies = await Promise.allSettled(
    batch.map(({ key, window, sent }) => {
      const name = `minato:rate:${key}:${window.resetAt}`
      const total = redis.incrby(name, sent)
      // Without its end the key would only stay longer; the count above is what must not be lost.
      redis.pexpireat(name, window.resetAt + 1000).catch(() => undefined)
      return total
    }),
  )
  batch.forEach(({ key, window, sent }, index) => {
    const reply = replies[index]
    if (reply?.status !== 'fulfilled') {
      dirty.set(key, window) // said again at the next exchange
      return
    }
    window.unsent -= sent
    window.count = reply.value + window.unsent
  })
}
