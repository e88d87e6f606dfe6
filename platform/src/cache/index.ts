export type { Redis } from 'ioredis'
export { type Cache, type CacheDeps, type CacheNamespace, createCache } from './cache.ts'
export { type CacheConfig, cacheConfig } from './config.ts'
export { createRedis } from './redis.ts'
