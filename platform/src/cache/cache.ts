import type { Redis } from 'ioredis'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import { openBento } from './bento.ts'

export type SetOptions = { ttlMs: number; tags?: string[]; encrypted?: boolean }
export type GetOrSetOptions = SetOptions & {
  /** How long past its time a value may still be served while a new one is made. */
  graceMs?: number
}

/** One app's or concern's part of the cache; its keys never meet another's. */
export type CacheNamespace = {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, options: SetOptions): Promise<void>
  /** Many who ask at once share one call of the factory. */
  getOrSet<T>(key: string, factory: () => Promise<T>, options: GetOrSetOptions): Promise<T>
  delete(key: string): Promise<void>
  deleteByTag(tags: string[]): Promise<void>
  /** Forgets everything of this namespace. */
  purge(): Promise<void>
}

export type Cache = { namespace(prefix: string): CacheNamespace }

export type CacheDeps = {
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
 * const models = await cache.getOrSet('models', listModels, { ttlMs: 60_000 })
 */
export function createCache(deps: CacheDeps): Cache {
  let opened: ReturnType<typeof openBento> | undefined
  const bento = () => {
    opened ??= openBento(deps)
    return opened
  }
  const events = deps.metrics.counter({
    name: 'cache_events_total',
    help: 'Cache hits, misses, purges and failed purges by prefix.',
    labelNames: ['prefix', 'event'],
  })
  return {
    namespace: (prefix) =>
      namespaceOf(deps, bento, prefix, (event) => events.inc({ prefix, event })),
  }
}

function namespaceOf(
  deps: CacheDeps,
  bento: () => ReturnType<typeof openBento>,
  prefix: string,
  count: (event: string) => void,
): CacheNamespace {
  const inside = async () => (await bento()).namespace(prefix)
  const seal = sealer(deps.keys, prefix)
  return {
    async get<T>(key: string) {
      const found = await (await inside()).get<unknown>({ key })
      count(found === undefined || found === null ? 'miss' : 'hit')
      return found === undefined || found === null ? undefined : seal.open<T>(key, found)
    },
    async set(key, value, { ttlMs, tags, encrypted }) {
      const stored = encrypted === true ? seal.close(key, value) : value
      await (await inside()).set({ key, value: stored, ttl: ttlMs, ...(tags ? { tags } : {}) })
    },
    async getOrSet<T>(key: string, factory: () => Promise<T>, options: GetOrSetOptions) {
      let made = false
      const value = await (await inside()).getOrSet<unknown>({
        key,
        ttl: options.ttlMs,
        ...(options.tags ? { tags: options.tags } : {}),
        ...(options.graceMs === undefined ? {} : { grace: options.graceMs }),
        factory: async () => {
          made = true
          const fresh = await factory()
          return options.encrypted === true ? seal.close(key, fresh) : fresh
        },
      })
      count(made ? 'miss' : 'hit')
      return seal.open<T>(key, value)
    },
    async delete(key) {
      await (await inside()).delete({ key })
    },
    async deleteByTag(tags) {
      await purging(deps.log, prefix, count, async () => (await inside()).deleteByTag({ tags }))
    },
    async purge() {
      await purging(deps.log, prefix, count, async () => (await inside()).clear())
    },
  }
}

async function purging(
  log: Logger,
  prefix: string,
  count: (event: string) => void,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work()
    count('purge')
    log.info('cache.purged', { prefix })
  } catch (error) {
    count('purge_failed')
    log.warn('cache.purge_failed', { prefix, err: error })
    throw error
  }
}

const SEALED = 'minato:sealed:'

/** Values the caller marks are encrypted before they leave for Redis, bound to their key. */
function sealer(keys: CacheDeps['keys'], prefix: string) {
  const context = (key: string) => ({ table: 'cache', column: prefix, row: key })
  return {
    close: (key: string, value: unknown): string =>
      SEALED + keys.encrypt(JSON.stringify(value), context(key)),
    open<T>(key: string, stored: unknown): T {
      if (typeof stored !== 'string' || !stored.startsWith(SEALED)) return stored as T
      return JSON.parse(keys.decrypt(stored.slice(SEALED.length), context(key)).toString('utf8'))
    },
  }
}
