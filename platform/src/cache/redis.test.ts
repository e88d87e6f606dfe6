import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually, type TestCache, testCache } from './test/caches.ts'
import { type RedisServer, redisServer, withoutRedis } from './test/redis-server.ts'

const ttl = { ttlMs: 60_000 }

async function subscribers(t: TestCache, count: number): Promise<boolean> {
  const [, found] = (await t.redis?.pubsub('NUMSUB', 'minato:cache')) ?? []
  return found === count
}

describe('cache with Redis', { skip: withoutRedis }, () => {
  let server: RedisServer
  before(async () => {
    server = await redisServer(['--enable-debug-command', 'yes'])
  })
  after(() => server[Symbol.asyncDispose]())

  it('shares values between processes, and tells all memories of changes', async () => {
    await using one = await testCache({ redisUrl: server.url })
    await using two = await testCache({ redisUrl: server.url })
    const [a, b] = [one.cache.namespace('share'), two.cache.namespace('share')]
    await Promise.all([a.get('warm-up'), b.get('warm-up')]) // opens the subscriptions
    await eventually(() => subscribers(one, 2))
    await a.set('k', 1, ttl)
    assert.equal(await b.get('k'), 1)
    await a.set('k', 2, ttl)
    await eventually(async () => (await b.get('k')) === 2)
    await a.delete('k')
    await eventually(async () => (await b.get('k')) === undefined)
    await a.set('t', 1, { ...ttl, tags: ['x'] })
    assert.equal(await b.get('t'), 1)
    await a.deleteByTag(['x'])
    await eventually(async () => (await b.get('t')) === undefined)
    await a.set('p:1', 1, ttl)
    await a.set('q:1', 1, ttl)
    assert.equal(await b.get('p:1'), 1)
    assert.equal(await b.get('q:1'), 1)
    await a.purge('p:')
    await eventually(async () => (await b.get('p:1')) === undefined)
    assert.equal(await b.get('q:1'), 1)
    await a.purge()
    assert.deepEqual(await one.redis?.keys('minato:cache:share:*'), [])
  })

  it('purges no neighbour whose name a pattern would match', async () => {
    await using t = await testCache({ redisUrl: server.url })
    const a = t.cache.namespace('pattern')
    await a.set('u*:1', 1, ttl)
    await a.set('user:1', 1, ttl)
    await a.purge('u*:')
    assert.deepEqual(await t.redis?.keys('minato:cache:pattern:*'), ['minato:cache:pattern:user:1'])
  })

  it('writes secrets to Redis as ciphertext only, bound to their key', async () => {
    await using t = await testCache({ redisUrl: server.url })
    const a = t.cache.namespace('sealed')
    await a.set('k', 'top-secret', { ...ttl, encrypted: true })
    const stored = (await t.redis?.get('minato:cache:sealed:k')) ?? ''
    assert.doesNotMatch(stored, /top-secret/)
    assert.match(stored, /v1\.k1\./)
    await t.redis?.set('minato:cache:sealed:other', stored)
    assert.equal(await a.get('other'), undefined)
    await using rotated = await testCache({ redisUrl: server.url, keyIds: ['k2'] })
    const b = rotated.cache.namespace('sealed')
    assert.equal(await b.get('k'), undefined)
    assert.equal(await b.getOrSet('k', () => 'made anew', ttl), 'made anew')
  })

  it('goes on from memory while Redis is away, and makes good when it is back', async () => {
    await using other = await redisServer(['--appendonly', 'yes', '--appendfsync', 'always'])
    await using one = await testCache({ redisUrl: other.url })
    await using two = await testCache({ redisUrl: other.url })
    const [a, b] = [one.cache.namespace('away'), two.cache.namespace('away')]
    await Promise.all([a.get('warm-up'), b.get('warm-up')])
    await eventually(() => subscribers(one, 2))
    await a.set('kept', 'kept', ttl)
    await a.set('replaced', 'old', ttl)
    await a.set('deleted', 'old', ttl)
    await a.set('tagged', 'old', { ...ttl, tags: ['x'] })
    await a.set('purged:1', 'old', ttl)
    for (const key of ['kept', 'replaced', 'deleted', 'tagged', 'purged:1']) await b.get(key)
    await other.stop()
    await eventually(() => one.redis?.status !== 'ready')
    const started = performance.now()
    assert.equal(await a.get('kept'), 'kept')
    assert.equal(await a.getOrSet('made', () => 'made', ttl), 'made')
    await a.set('replaced', 'new', ttl)
    await a.delete('deleted')
    await a.deleteByTag(['x'])
    await a.purge('purged:')
    assert.equal(await a.get('tagged'), undefined)
    assert.ok(performance.now() - started < 5000, 'nothing waits for a Redis that is away')
    assert.ok((await one.metric('cache_purge_failures_total')) >= 1)
    await other.start()
    await eventually(() => one.redis?.status === 'ready' && two.redis?.status === 'ready')
    await eventually(async () => (await b.get('replaced')) !== 'old')
    await eventually(async () => (await b.get('deleted')) === undefined)
    await eventually(async () => (await b.get('tagged')) === undefined)
    await eventually(async () => (await b.get('purged:1')) === undefined)
    assert.equal(await b.get('kept'), 'kept')
    await a.set('after', 1, ttl)
    assert.equal(await b.get('after'), 1)
    const events = one.lines.filter((line) => line.includes('redis.'))
    assert.equal(events.filter((line) => line.includes('redis.down')).length, 1)
    assert.equal(events.filter((line) => line.includes('redis.up')).length, 2)
  })

  it('starts without Redis, and uses it when it comes', async () => {
    await using late = await redisServer()
    await late.stop()
    const started = performance.now()
    await using t = await testCache({ redisUrl: late.url })
    assert.ok(performance.now() - started < 3000)
    const a = t.cache.namespace('late')
    await a.set('k', 1, ttl)
    assert.equal(await a.get('k'), 1)
    await late.start()
    await eventually(() => t.redis?.status === 'ready')
    await a.set('k2', 2, ttl)
    assert.deepEqual(await t.redis?.keys('minato:cache:late:*'), ['minato:cache:late:k2'])
  })

  it('fails a command within a second when Redis hangs', async () => {
    await using t = await testCache({ redisUrl: server.url })
    await using blocker = await testCache({ redisUrl: server.url })
    const sleeping = blocker.redis?.call('DEBUG', 'SLEEP', '2.5').catch(() => undefined)
    const a = t.cache.namespace('hang')
    const started = performance.now()
    assert.equal(await a.getOrSet('k', () => 'made', ttl), 'made')
    assert.ok(performance.now() - started < 2400)
    await sleeping
  })
})

const ANNOUNCE = ['--cluster-announce-ip', '127.0.0.1']

describe('cache on a Redis cluster', { skip: withoutRedis }, () => {
  it('reads, writes, purges and tells other memories', async () => {
    await using node = await redisServer(['--cluster-enabled', 'yes', ...ANNOUNCE])
    await using plain = await testCache({ redisUrl: node.url })
    await plain.redis?.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await eventually(async () =>
      String(await plain.redis?.call('CLUSTER', 'INFO')).includes('cluster_state:ok'),
    )
    const redisUrl = `${node.url}?cluster=true`
    await using one = await testCache({ redisUrl })
    await using two = await testCache({ redisUrl })
    const [a, b] = [one.cache.namespace('cluster'), two.cache.namespace('cluster')]
    await eventually(() => one.redis?.status === 'ready' && two.redis?.status === 'ready')
    await Promise.all([a.get('warm-up'), b.get('warm-up')])
    await eventually(() => subscribers(plain, 2))
    for (let i = 0; i < 20; i += 1) await a.set(`k:${i}`, i, ttl)
    assert.equal(await b.get('k:7'), 7)
    await eventually(() => subscribers(plain, 2))
    await a.purge('k:')
    await eventually(async () => (await b.get('k:7')) === undefined)
    assert.equal(await plain.redis?.dbsize(), 0)
  })
})
