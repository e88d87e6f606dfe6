import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type RedisServer, redisServer, withoutRedis } from '../cache/test/redis-server.ts'
import { effectiveRates, type Rates } from './rate-classes.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { codeOf, httpServer, type RouteServer } from './test/harness.ts'

const rates: Rates = {
  ...effectiveRates('production', {}),
  read: { limit: 10, windowMs: 3_600_000 },
  'sign-in': { limit: 3, windowMs: 3_600_000 },
}

const clients: Redis[] = []
let redis: RedisServer
before(async () => {
  if (!withoutRedis) redis = await redisServer()
})
after(async () => {
  for (const client of clients) client.disconnect()
  await redis?.[Symbol.asyncDispose]()
})

/** As createRedis makes it: nothing queues up while Redis is away. */
async function client(): Promise<Redis> {
  const made = new Redis(redis.url, {
    enableOfflineQueue: false,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => 50,
  })
  made.on('error', () => undefined)
  clients.push(made)
  if (made.status !== 'ready') await new Promise((resolve) => made.once('ready', resolve))
  return made
}

/** Bounded: at most 5 s. */
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 250; turn += 1) {
    if (await holds()) return
    await delay(20)
  }
  assert.fail(what)
}

function routes(server: RouteServer): void {
  const config = { permission: 'notes.use', rate: 'read' } as const
  server.get('/notes', { config }, async () => ({}))
  const door = { permission: 'public', rate: 'sign-in' } as const
  server.post('/sign-in', { config: door, bodyLimit: 64 }, async () => ({}))
}

test('two processes share one count, in one command a caller however many requests', {
  skip: withoutRedis,
}, async () => {
  const [first, second] = [
    createRateLimiter({ rates, redis: await client() }),
    createRateLimiter({ rates, redis: await client() }),
  ]
  const probe = await client()
  await probe.config('RESETSTAT')
  const now = Date.now()
  for (let n = 0; n < 6; n += 1) first.take('read', 'hanako', now)
  await until('the second hears of the first', () => {
    // Its own request makes it ask; the answer brings what others counted.
    return second.take('read', 'hanako', now).remaining <= 0
  })
  assert.equal(second.take('read', 'hanako', now).allowed, false)
  for (let n = 0; n < 1000; n += 1) first.take('read', 'busy', now)
  await until('the count arrives', async () => {
    return Number(await probe.get(`minato:rate:read:busy:${windowEnd(now)}`)) === 1000
  })
  const calls = /cmdstat_incrby:calls=(\d+)/.exec(await probe.info('commandstats'))?.[1]
  assert.ok(Number(calls) < 20, `${calls} commands for more than 1000 requests`)
  assert.ok((await probe.pttl(`minato:rate:read:busy:${windowEnd(now)}`)) > 0, 'it expires')
  first.close()
  second.close()
})

function windowEnd(now: number): number {
  return (Math.floor(now / 3_600_000) + 1) * 3_600_000
}

test('Redis away: reads are counted here, sign-in is closed; back again: both work', {
  skip: withoutRedis,
}, async () => {
  const shared = await client()
  await using server = await httpServer({ rates, redis: shared, routes })
  const read = (name: string) =>
    fetch(`${server.url}/notes`, { headers: { authorization: `Bearer ${name}` } })
  const signIn = () => fetch(`${server.url}/sign-in`, { method: 'POST' })
  assert.equal((await signIn()).status, 200)
  await redis.stop()
  await until('the client has noticed', () => shared.status !== 'ready')
  const closed = await signIn()
  assert.equal(closed.status, 503)
  assert.equal(closed.headers.get('retry-after'), '2')
  assert.equal(await codeOf(closed), 'REDIS_UNAVAILABLE')
  for (let n = 0; n < 10; n += 1) assert.equal((await read('taro')).status, 200)
  assert.equal((await read('taro')).status, 429, 'the limit holds in memory')
  await redis.start()
  await until('the client is back', () => shared.status === 'ready')
  assert.equal((await signIn()).status, 200)
  assert.equal((await read('taro')).status, 429, 'what was counted is not forgotten')
})

test('sign-in attempts are counted for all processes at once', { skip: withoutRedis }, async () => {
  await (await client()).flushall()
  await using one = await httpServer({ rates, redis: await client(), routes })
  await using two = await httpServer({ rates, redis: await client(), routes })
  const statuses: number[] = []
  for (const server of [one, two, one, two]) {
    statuses.push((await fetch(`${server.url}/sign-in`, { method: 'POST' })).status)
  }
  assert.deepEqual(statuses, [200, 200, 200, 429])
})
