import type { CacheDeps } from './cache.ts'

const MEMORY_BYTES = 32 * 1024 * 1024

/** The library behind the door; its parts for Redis are loaded only where there is Redis. */
export async function openBento(deps: CacheDeps) {
  const { BentoCache, bentostore } = await import('bentocache')
  const { memoryDriver } = await import('bentocache/drivers/memory')
  let store = bentostore().useL1Layer(memoryDriver({ maxSize: MEMORY_BYTES }))
  if (deps.redis !== undefined) {
    const { redisBusDriver, redisDriver } = await import('bentocache/drivers/redis')
    store = store
      .useL2Layer(redisDriver({ connection: deps.redis, prefix: 'minato:cache' }))
      .useBus(redisBusDriver({ connection: deps.redis.options }))
  }
  const bento = new BentoCache({ default: 'main', stores: { main: store } })
  // Redis away: the memory serves on, and the loss is said once by the client itself.
  bento.on('bus:message:published', () => undefined)
  deps.onClose('cache', () => bento.disconnectAll())
  return bento
}
