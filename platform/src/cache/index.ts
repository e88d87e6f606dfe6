export { type Cache, type CacheDeps, createCache } from './cache.ts'
export { type CacheConfig, cacheConfig } from './config.ts'
export type { CacheNamespace, GetOrSetOptions, SetOptions } from './namespace.ts'
export { createRedis, openPatientRedis, type Redis } from './redis.ts'
