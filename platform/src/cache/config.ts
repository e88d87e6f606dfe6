import { bytes, defineConfig, url, type Values, variable } from '../config/index.ts'

const variables = {
  redisUrl: variable('REDIS_URL', url('redis', 'rediss').optional(), {
    describe:
      'Redis for what several processes share, needed when web runs more than once; rediss:// is TLS, ?cluster=true a cluster',
    example: 'redis://localhost:6379',
    secret: true,
  }),
  memoryBytes: variable('CACHE_MEMORY', bytes.default(32 * 1024 * 1024), {
    describe: 'most memory that cached values may take in each process',
    example: '32mb',
  }),
}

export type CacheConfig = Values<typeof variables>

export const cacheConfig = defineConfig(variables)
