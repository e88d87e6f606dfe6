import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Redis } from '../cache/index.ts'
import { commonErrors } from '../errors/index.ts'

/** Counts one act of a caller. @throws RATE_LIMITED with the seconds to wait */
export type TakeEvent = (caller: string) => Promise<void>

/** Shared by all processes through Redis; while that is away each counts by itself. */
export function eventLimit(
  redis: Redis | undefined,
  name: string,
  { limit, windowMs }: { limit: number; windowMs: number },
): TakeEvent {
  const window = { points: limit, duration: windowMs / 1000, keyPrefix: `minato:realtime:${name}` }
  const own = new RateLimiterMemory(window)
  const limiter =
    redis === undefined
      ? own
      : new RateLimiterRedis({
          ...window,
          storeClient: redis,
          rejectIfRedisNotReady: true,
          insuranceLimiter: own,
        })
  return async (caller) => {
    try {
      await limiter.consume(caller)
    } catch (reason) {
      if (!(reason instanceof RateLimiterRes)) throw reason
      throw commonErrors.RATE_LIMITED({ seconds: Math.ceil(reason.msBeforeNext / 1000) })
    }
  }
}
