import type { Redis } from 'ioredis'
import type { Logger } from '../log/index.ts'
import type { CacheConfig } from './config.ts'

const COMMAND_TIMEOUT_MS = 1000
const CONNECT_TIMEOUT_MS = 3000
const MAX_BACKOFF_MS = 2000

/**
 * The client for REDIS_URL, or undefined without one. A command fails at once while Redis is away
 * (nothing queues up behind it), and the client reconnects by itself for ever.
 *
 * @example
 * const redis = await createRedis({ config, log, onClose })
 */
export async function createRedis(deps: {
  config: Pick<CacheConfig, 'redisUrl'>
  log: Logger
  onClose(name: string, close: () => Promise<void> | void): void
}): Promise<Redis | undefined> {
  const { redisUrl } = deps.config
  if (redisUrl === undefined) return undefined
  const { Cluster, Redis: Client } = await import('ioredis')
  const url = new URL(redisUrl.reveal())
  const cluster = url.searchParams.get('cluster') === 'true'
  url.search = ''
  const options = {
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: backoff,
    connectionName: 'minato',
  }
  const client = cluster
    ? new Cluster([url.href], { redisOptions: options, clusterRetryStrategy: backoff })
    : new Client(url.href, options)
  const redis = client as Redis
  logStateChanges(redis, deps.log)
  deps.onClose('redis', () => redis.disconnect())
  // A short wait: the first requests should not find Redis "away" because it is still being dialled.
  await ready(redis)
  return redis
}

function backoff(attempt: number): number {
  return Math.min(MAX_BACKOFF_MS, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2)
}

/** One line when Redis goes, one when it comes back; not one a retry. */
function logStateChanges(redis: Redis, log: Logger): void {
  let state: 'unknown' | 'up' | 'down' = 'unknown'
  redis.on('ready', () => {
    if (state !== 'up') log.info('redis.up')
    state = 'up'
  })
  redis.on('error', (error: Error) => {
    if (state !== 'down') log.warn('redis.down', { err: error })
    state = 'down'
  })
  redis.on('close', () => {
    if (state === 'up') log.warn('redis.down')
    state = 'down'
  })
}

async function ready(redis: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, CONNECT_TIMEOUT_MS)
  redis.once('ready', resolve)
  redis.once('error', () => resolve())
  await promise
  clearTimeout(timer)
}
