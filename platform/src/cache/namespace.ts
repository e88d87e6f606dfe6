import type { CacheProvider } from 'bentocache/types'
import type { KeyRing } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import type { Levels } from './levels.ts'
import { close, type Envelope, open } from './sealed.ts'

export type SetOptions = {
  ttlMs: number
  tags?: readonly string[]
  /** Encrypted with the key ring at every level, for values that are secrets. */
  encrypted?: boolean
}

export type GetOrSetOptions = SetOptions & {
  /** How long past its time a value is still served while a new one is made in the background. */
  graceMs?: number
}

/** One app's or concern's part of the cache; its keys never meet another's. */
export type CacheNamespace = {
  get<T>(key: string): Promise<T | undefined>
  set(key: string, value: unknown, options: SetOptions): Promise<void>
  /**
   * The value, or what the factory makes of it. Many who ask at once share one call. `undefined` is not kept.
   * @throws what the factory throws, when there is no older value to serve
   */
  getOrSet<T>(key: string, factory: () => Promise<T> | T, options: GetOrSetOptions): Promise<T>
  delete(key: string): Promise<void>
  deleteByTag(tags: readonly string[]): Promise<void>
  /** Removes every key that begins with the prefix; without one, all of the namespace. */
  purge(prefix?: string): Promise<void>
}

export type CacheEvent = 'hit' | 'miss' | 'purge' | 'purge_failed'

export type NamespaceDeps = {
  prefix: string
  levels: () => Promise<Levels>
  keys: Pick<KeyRing, 'encrypt' | 'decrypt'>
  log: Logger
  redisReady: () => boolean
  count(event: CacheEvent): void
}

export function createNamespace(deps: NamespaceDeps): CacheNamespace {
  const { prefix, keys } = deps
  // One object for all calls: the locks against stampedes live in it.
  let opened: Promise<CacheProvider> | undefined
  const inside = () => {
    opened ??= deps.levels().then(({ bento }) => bento.namespace(prefix))
    return opened
  }
  return {
    async get<T>(key: string) {
      const envelope = await (await inside()).get<unknown>({ key })
      const found = open(keys, { prefix, key }, envelope)
      deps.count(found === undefined ? 'miss' : 'hit')
      return found?.value as T | undefined
    },
    async set(key, value, { ttlMs, tags = [], encrypted }) {
      const envelope = close(keys, { prefix, key }, value, encrypted)
      await (await inside()).set({ key, value: envelope, ttl: ttlMs, tags: [...tags] })
    },
    getOrSet: async (key, factory, options) =>
      getOrSet(deps, await inside(), key, factory, options),
    async delete(key) {
      await (await inside()).delete({ key })
    },
    deleteByTag: (tags) =>
      purging(deps, async () => {
        await (await inside()).deleteByTag({ tags: [...tags] })
        // Noted here and owed to Redis: the other processes do not know yet.
        if (!deps.redisReady()) throw new Error('Redis is away')
      }),
    purge: (begin = '') =>
      purging(deps, async () => (await deps.levels()).purge(`${prefix}:${begin}`)),
  }
}

async function getOrSet<T>(
  deps: NamespaceDeps,
  namespace: CacheProvider,
  key: string,
  factory: () => Promise<T> | T,
  { ttlMs, graceMs = 0, tags = [], encrypted }: GetOrSetOptions,
): Promise<T> {
  const { prefix, keys, log } = deps
  let made = false
  const read = (forceFresh: boolean) =>
    namespace.getOrSet<Envelope | undefined>({
      key,
      ttl: ttlMs,
      // The library counts grace from the writing of the value.
      grace: graceMs > 0 ? ttlMs + graceMs : false,
      tags: [...tags],
      forceFresh,
      factory: async (run) => {
        made = true
        const value = await factory()
        return value === undefined ? run.skip() : close(keys, { prefix, key }, value, encrypted)
      },
      // Nobody waits for a value made in the background: without this its failure would go unseen.
      onFactoryError: (error) =>
        void (
          error.isBackgroundFactory &&
          log.warn('cache.refresh_failed', { prefix, err: error.cause })
        ),
    })
  try {
    let envelope = await read(false)
    if (envelope !== undefined && open(keys, { prefix, key }, envelope) === undefined) {
      envelope = await read(true)
    }
    deps.count(made ? 'miss' : 'hit')
    return open(keys, { prefix, key }, envelope)?.value as T
  } catch (error) {
    deps.count('miss')
    throw error instanceof Error && 'isBackgroundFactory' in error ? error.cause : error
  }
}

/** A purge that Redis did not hear of has happened here, and is owed: it is counted and logged, not thrown. */
async function purging(deps: NamespaceDeps, work: () => Promise<void>): Promise<void> {
  const { prefix, log } = deps
  try {
    await work()
    deps.count('purge')
    log.info('cache.purged', { prefix })
  } catch (error) {
    deps.count('purge_failed')
    log.warn('cache.purge_failed', { prefix, err: error })
  }
}
