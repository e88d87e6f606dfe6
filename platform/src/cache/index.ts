export { type Cache, type CacheDeps, createCache } from './cache.ts'
export { type CacheConfig, cacheConfig } from './config.ts'
export type { CacheNamespace, GetOrSetOptions, SetOptions } from './namespace.ts'
export { createRedis, type Redis } from './redis.ts'
