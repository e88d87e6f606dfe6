import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually, testCache } from './test/caches.ts'

const ttl = { ttlMs: 60_000 }

describe('cache in memory', () => {
  it('keeps values by namespace, and forgets by key, tag and prefix', async () => {
    await using t = await testCache()
    const chatbot = t.cache.namespace('chatbot')
    const story = t.cache.namespace('story')
    await chatbot.set('user:7:name', { name: '愛子' }, ttl)
    await chatbot.set('user:8:name', 'Ben', { ...ttl, tags: ['people'] })
    await chatbot.set('user:70', 'other', ttl)
    await story.set('user:7:name', 'story', ttl)
    assert.deepEqual(await chatbot.get('user:7:name'), { name: '愛子' })
    await chatbot.deleteByTag(['people'])
    assert.equal(await chatbot.get('user:8:name'), undefined)
    await chatbot.purge('user:7:')
    assert.equal(await chatbot.get('user:7:name'), undefined)
    assert.equal(await chatbot.get('user:70'), 'other')
    assert.equal(await story.get('user:7:name'), 'story')
    await chatbot.delete('user:70')
    assert.equal(await chatbot.get('user:70'), undefined)
    await chatbot.set('a', null, ttl)
    assert.equal(await chatbot.get('a'), null)
    await chatbot.purge()
    assert.equal(await chatbot.get('a'), undefined)
    assert.equal(await story.get('user:7:name'), 'story')
  })

  it('lets many who ask at once share one call', async () => {
    await using t = await testCache()
    let calls = 0
    const make = async () => {
      calls += 1
      await new Promise((resolve) => setTimeout(resolve, 20))
      return calls
    }
    const asked = Array.from({ length: 50 }, () => t.cache.namespace('a').getOrSet('k', make, ttl))
    assert.deepEqual(new Set(await Promise.all(asked)), new Set([1]))
    assert.equal(await t.metric('cache_misses_total'), 1)
    assert.equal(await t.metric('cache_hits_total'), 49)
  })

  it('serves a stale value while a new one is made, and also when making it fails', async () => {
    await using t = await testCache()
    const a = t.cache.namespace('a')
    const options = { ttlMs: 30, graceMs: 60_000 }
    await a.getOrSet('k', () => 'old', options)
    await new Promise((resolve) => setTimeout(resolve, 40))
    const failing = () => Promise.reject(new Error('source is away'))
    assert.equal(await a.getOrSet('k', failing, options), 'old')
    await eventually(() => t.lines.some((line) => line.includes('cache.refresh_failed')))
    const { promise: gate, resolve: release } = Promise.withResolvers<string>()
    assert.equal(await a.getOrSet('k', () => gate, options), 'old')
    release('new')
    await eventually(async () => (await a.get('k')) === 'new')
  })

  it('lets a factory’s own error through and keeps no undefined', async () => {
    await using t = await testCache()
    const a = t.cache.namespace('a')
    const error = new RangeError('no such model')
    await assert.rejects(
      a.getOrSet('k', () => Promise.reject(error), ttl),
      error,
    )
    assert.equal(await a.getOrSet('k', () => undefined, ttl), undefined)
    assert.equal(await a.getOrSet('k', () => 'now', ttl), 'now')
  })

  it('forgets the least recently used beyond its memory', async () => {
    await using t = await testCache({ memoryBytes: 20_000 })
    const a = t.cache.namespace('a')
    for (let i = 0; i < 100; i += 1) {
      await a.set(`k${i}`, 'x'.repeat(500), ttl)
      assert.notEqual(await a.get('k0'), undefined, 'what is used stays')
    }
    assert.equal(await a.get('k50'), undefined)
    await a.set('huge', 'x'.repeat(50_000), ttl)
    assert.equal(await a.get('huge'), undefined)
    assert.notEqual(await a.get('k99'), undefined)
  })

  it('encrypts what is marked, and treats what it cannot open as a miss', async () => {
    await using t = await testCache({ keyIds: ['k1'] })
    const a = t.cache.namespace('a')
    const secret = await a.getOrSet('k', () => 'top-secret', { ...ttl, encrypted: true })
    assert.equal(secret, 'top-secret')
    assert.equal(await a.get('k'), 'top-secret')
    await a.set('k2', 'top-secret', { ...ttl, encrypted: true })
    assert.equal(await a.get('k2'), 'top-secret')
  })

  it('counts and logs by prefix, never by key or value', async () => {
    await using t = await testCache()
    const a = t.cache.namespace('a')
    await a.set('user:aiko', 'precious', ttl)
    await a.get('user:aiko')
    await a.get('user:ben')
    await a.purge('user:')
    assert.equal(await t.metric('cache_hits_total'), 1)
    assert.equal(await t.metric('cache_misses_total'), 1)
    assert.equal(await t.metric('cache_purges_total'), 1)
    const log = t.lines.join('')
    assert.match(log, /cache\.purged.*"prefix":"a"|"prefix":"a".*cache\.purged/)
    assert.doesNotMatch(log, /aiko|precious/)
  })

  it('refuses namespaces that could meet another', async () => {
    await using t = await testCache()
    for (const name of ['', 'a:b', 'A', 'a*', '../a']) {
      assert.throws(() => t.cache.namespace(name), /no cache namespace/)
    }
  })
})
