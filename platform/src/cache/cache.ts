import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { CacheConfig } from './config.ts'
import { type Levels, openLevels } from './levels.ts'
import { type CacheEvent, type CacheNamespace, createNamespace } from './namespace.ts'
import type { Redis } from './redis.ts'

export type Cache = { namespace(prefix: string): CacheNamespace }

/** What `createCache` needs of the services. */
export type CacheDeps = {
  config: { cache: CacheConfig }
  redis: Redis | undefined
  keys: Pick<KeyRing, 'encrypt' | 'decrypt'>
  log: Logger
  metrics: Pick<Metrics, 'counter'>
  onClose(name: string, close: () => Promise<void> | void): void
}

/**
 * Memory first, Redis second. While Redis is away the memory of each process serves alone.
 * Loaded at the first use: a process that caches nothing pays nothing.
 *
 * @example
 * const cache = createCache(services).namespace('chatbot')
 * const models = await cache.getOrSet('models', listModels, { ttlMs: 60_000, graceMs: 600_000 })
 */
export function createCache(deps: CacheDeps): Cache {
  const { redis, log, keys } = deps
  const { memoryBytes } = deps.config.cache
  const count = counters(deps.metrics)
  let opened: Promise<Levels> | undefined
  const levels = () => {
    if (opened === undefined) {
      opened = openLevels({ redis, memoryBytes, log })
      deps.onClose('cache', async () => (await opened)?.close())
    }
    return opened
  }
  const namespaces = new Map<string, CacheNamespace>()
  return {
    namespace(prefix) {
      const known = namespaces.get(prefix)
      if (known !== undefined) return known
      if (!/^[a-z][a-z0-9-]{0,63}$/.test(prefix)) {
        throw new TypeError(`"${prefix}" is no cache namespace: use lower-case letters and digits`)
      }
      const namespace = createNamespace({
        prefix,
        levels,
        keys,
        log,
        redisReady: () => redis === undefined || redis.status === 'ready',
        count(event) {
          count[event].inc({ prefix })
          if (event === 'hit' || event === 'miss') log.debug(`cache.${event}`, { prefix })
        },
      })
      namespaces.set(prefix, namespace)
      return namespace
    },
  }
}

function counters(
  metrics: CacheDeps['metrics'],
): Record<CacheEvent, { inc(labels: object): void }> {
  const counter = (name: string, help: string) =>
    metrics.counter({ name, help, labelNames: ['prefix'] })
  return {
    hit: counter('cache_hits_total', 'Values found, fresh or within their grace.'),
    miss: counter('cache_misses_total', 'Values that had to be made, or were not there.'),
    purge: counter('cache_purges_total', 'Purges by prefix or tag.'),
    purge_failed: counter('cache_purge_failures_total', 'Purges that Redis will hear of later.'),
  }
}
