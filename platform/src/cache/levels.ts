import { randomUUID } from 'node:crypto'
import type { BentoCache, BentoStore } from 'bentocache'
import type { Redis } from 'ioredis'
import type { Logger } from '../log/index.ts'
import { createMemory, forget, memoryLevel } from './memory-level.ts'
import { createOwed } from './owed.ts'
import { createRedisBus } from './redis-bus.ts'
import { unlinkPrefix } from './redis-commands.ts'
import { redisLevel } from './redis-level.ts'

/** Below this prefix lies all that the cache keeps in Redis. */
const ROOT = 'minato:cache'

export type Levels = {
  bento: BentoCache<{ main: BentoStore }>
  /** Removes what begins with the prefix at every level. Rejects when Redis could not be told now: it will be, later. */
  purge(prefix: string): Promise<void>
  close(): Promise<void>
}

type Options = {
  redis: Redis | undefined
  memoryBytes: number
  log: Logger
}

/** Memory, Redis below it, and a bus that keeps the memories of several processes true to one another. */
export async function openLevels({ redis, memoryBytes, log }: Options): Promise<Levels> {
  const { BentoCache, bentostore } = await import('bentocache')
  const memory = createMemory(memoryBytes)
  const l1 = { options: {}, factory: () => memoryLevel(memory, ROOT) }
  const store = bentostore({ prefix: ROOT }).useL1Layer(l1)
  if (redis === undefined) {
    return {
      bento: new BentoCache({ default: 'main', stores: { main: store } }),
      purge: async (prefix) => forget(memory, `${ROOT}:${prefix}`),
      close: async () => undefined,
    }
  }
  const owed = createOwed(`${ROOT}:`)
  const bus = createRedisBus({
    redis,
    id: randomUUID(),
    onPurge: (prefix) => forget(memory, prefix),
    // Whatever the others announced meanwhile was not heard.
    onGap: () => forget(memory, ''),
  })
  const settle = async () => {
    try {
      // Another process may have read a value again just before it was made good here.
      if (await owed.settle(redis)) await bus.announcePurge(ROOT)
    } catch (error) {
      log.warn('cache.settle_failed', { err: error })
    }
  }
  redis.on('ready', settle)
  const bento = new BentoCache({
    default: 'main',
    stores: {
      main: store.useL2Layer({ options: {}, factory: () => redisLevel(redis, owed, ROOT) }).useBus({
        options: { retryQueue: { enabled: true, maxSize: 1000 } },
        factory: () => bus.driver,
      }),
    },
  })
  bento.use()
  bus.open()
  return {
    bento,
    async purge(prefix) {
      const full = `${ROOT}:${prefix}`
      forget(memory, full)
      try {
        await unlinkPrefix(redis, full)
        await bus.announcePurge(full)
      } catch (error) {
        owed.prefix(full)
        throw error
      }
    },
    async close() {
      redis.off('ready', settle)
      bus.close()
      await bento.disconnectAll()
    },
  }
}
