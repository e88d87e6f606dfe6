import type { Redis } from 'ioredis'
import type { Logger } from '../log/index.ts'
import type { CacheConfig } from './config.ts'

export type { Redis } from 'ioredis'

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
  const redis = await openClient(redisUrl.reveal())
  const stopLogging = logStateChanges(redis, deps.log)
  deps.onClose('redis', () => {
    stopLogging()
    redis.disconnect()
  })
  // A failed first attempt is not the end: the client goes on trying, and says so in the log.
  await Promise.race([redis.connect().catch(() => undefined), firstAnswer(redis)])
  return redis
}

/**
 * A further client whose commands wait for Redis as long as it is away, for libraries that block on
 * a read and ask again at once when it fails.
 */
export async function openPatientRedis(url: string): Promise<Redis> {
  return await openClient(url, {
    lazyConnect: false,
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
  })
}

async function openClient(address: string, patience: object = {}): Promise<Redis> {
  const { Cluster, Redis: Client } = await import('ioredis')
  const url = new URL(address)
  const cluster = url.searchParams.get('cluster') === 'true'
  url.searchParams.delete('cluster')
  const options = {
    lazyConnect: true,
    enableOfflineQueue: false,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: backoff,
    // After a failover the old primary answers READONLY: go and find the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    connectionName: 'minato',
    ...patience,
  }
  if (!cluster) return new Client(url.href, options)
  const client = new Cluster([{ host: url.hostname, port: Number(url.port || 6379) }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: backoff,
    ...patience,
    // Nodes found later are not in the URL: they need its credentials and TLS too.
    redisOptions: { ...options, ...credentialsOf(url) },
    ...(url.protocol === 'rediss:'
      ? {
          dnsLookup: (host: string, done: (e: Error | null, host: string) => void) =>
            done(null, host),
        }
      : {}),
  })
  // Where we use it, a cluster answers to the same commands; those for several keys are not used.
  return client as unknown as Redis
}

function credentialsOf(url: URL): object {
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  }
}

/** Doubles from 50 ms to 2 s, with jitter so that many processes do not come back at once. */
function backoff(attempt: number): number {
  return Math.min(MAX_BACKOFF_MS, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2)
}

/** One line when Redis goes, one when it comes back; not one a retry. */
function logStateChanges(redis: Redis, log: Logger): () => void {
  let state: 'unknown' | 'up' | 'down' | 'closing' = 'unknown'
  const down = (fields: object) => {
    if (state === 'unknown' || state === 'up') {
      state = 'down'
      log.warn('redis.down', fields)
    }
  }
  redis.on('ready', () => {
    if (state === 'up' || state === 'closing') return
    state = 'up'
    log.info('redis.up')
  })
  redis.on('error', (error: Error) => down({ err: error }))
  redis.on('close', () => down({}))
  return () => {
    state = 'closing'
  }
}

/** Resolves at the first success or failure, or after a while: a missing Redis holds up no start. */
async function firstAnswer(redis: Redis): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => resolve()
  const timer = setTimeout(done, CONNECT_TIMEOUT_MS)
  for (const event of ['ready', 'error', 'close']) redis.once(event, done)
  await promise
  clearTimeout(timer)
}
