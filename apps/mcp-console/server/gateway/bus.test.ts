import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { testServices } from '@minato/platform/app/testing'
import { findPeer } from '../../../../test/peers.ts'
import { startRedis, type TestRedis } from '../../../../test/redis.ts'
import { createBus, type News } from './bus.ts'

const withoutRedis = findPeer('redis') === undefined && 'Redis is not installed'
const POLL_MS = 50
const WITHIN_MS = 15_000

describe('news between processes, over Redis', { skip: withoutRedis }, () => {
  let redis: TestRedis
  let services: Awaited<ReturnType<typeof testServices>>
  before(async () => {
    redis = await startRedis()
    services = await testServices({ apps: [], env: { REDIS_URL: redis.url } })
  })
  after(async () => {
    await services?.[Symbol.asyncDispose]()
    await redis?.[Symbol.asyncDispose]()
  })

  it('reaches the other process, also after Redis was away', async () => {
    const [one, two] = [createBus(services.services), createBus(services.services)]
    const heard: News[] = []
    two.subscribe((news) => heard.push(news))
    /** Says it again until it is heard: a subscription takes a moment, and a loss loses. */
    const arrives = async (ref: string) => {
      const giveUpAt = performance.now() + WITHIN_MS
      while (!heard.some((news) => news.topic === 'pins' && news.ref === ref)) {
        assert.ok(performance.now() < giveUpAt, `"${ref}" was not heard in time`)
        one.publish({ topic: 'pins', ref })
        await delay(POLL_MS)
      }
    }
    await arrives('config:before')
    await redis.stop()
    one.publish({ topic: 'pins', ref: 'config:lost' })
    await redis.start()
    await arrives('config:after')
    one.close()
    two.close()
  })
})
