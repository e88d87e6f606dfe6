import { defineConfig, url, type Values, variable } from '../config/index.ts'

export const cacheConfig = defineConfig({
  redisUrl: variable('REDIS_URL', url('redis', 'rediss').optional(), {
    describe: 'Redis for what several processes share; needed when web runs more than once',
    example: 'redis://localhost:6379',
    secret: true,
  }),
})

export type CacheConfig = Values<(typeof cacheConfig)['variables']>
