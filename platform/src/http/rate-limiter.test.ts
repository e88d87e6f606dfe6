import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../observe/index.ts'
import { effectiveRates, parseRate, parseRateOverride, type Rates } from './rate-classes.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { addAppRoutes } from './route-rules.ts'
import { systemRoutes } from './system-routes.ts'
import { codeOf, httpServer, notesRoutes, openRoutes, type RouteServer } from './test/harness.ts'

const NOW = Date.UTC(2026, 10, 22, 9, 0, 0)
const rates: Rates = { ...effectiveRates('production', {}), read: { limit: 3, windowMs: 60_000 } }
const key = (name: string) => ({ headers: { authorization: `Bearer ${name}` } })

test('a caller has so many requests in a window, then 429 with when to come back', async () => {
  await using server = await httpServer({ rates, clock: () => NOW + 15_000, routes: notesRoutes })
  const remaining: (string | null)[] = []
  for (let n = 0; n < 3; n += 1) {
    const answer = await fetch(`${server.url}/notes`, key('hanako'))
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('ratelimit-limit'), '3')
    assert.equal(answer.headers.get('ratelimit-reset'), '45')
    remaining.push(answer.headers.get('ratelimit-remaining'))
  }
  assert.deepEqual(remaining, ['2', '1', '0'])
  const refused = await fetch(`${server.url}/notes`, key('hanako'))
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '45')
  assert.equal(refused.headers.get('ratelimit-remaining'), '0')
  assert.equal(await codeOf(refused), 'RATE_LIMITED')
})

test('each class, key and person is counted by itself; a new window forgives', async () => {
  let now = NOW
  await using server = await httpServer({ rates, clock: () => now, routes: notesRoutes })
  const status = async (init: RequestInit) => (await fetch(`${server.url}/notes`, init)).status
  for (let n = 0; n < 4; n += 1) await status(key('hanako'))
  assert.equal(await status(key('hanako')), 429)
  assert.equal(await status(key('taro')), 200, 'another key')
  assert.equal(await status({ headers: { cookie: 'minato_session=hanako' } }), 200, 'a session')
  const body = { method: 'POST', body: '{}' }
  const headers = { ...key('hanako').headers, 'content-type': 'application/json' }
  assert.equal(await status({ ...body, headers }), 200, 'another class')
  now += 60_000
  assert.equal(await status(key('hanako')), 200, 'the next minute')
})

test('strangers are counted by address, a whole /64 as one; wrong keys count too', async () => {
  const few = { ...rates, anonymous: { limit: 2, windowMs: 60_000 } }
  await using server = await httpServer({
    rates: few,
    trustProxy: ['127.0.0.1'],
    clock: () => NOW,
    routes: notesRoutes,
  })
  const status = async (address: string, credential?: string) => {
    const authorization = credential === undefined ? {} : { authorization: `Bearer ${credential}` }
    const headers = { 'x-forwarded-for': address, ...authorization }
    return (await fetch(`${server.url}/notes`, { headers })).status
  }
  assert.equal(await status('2001:db8:1:1::1'), 401)
  assert.equal(await status('2001:db8:1:1:ffff::2', 'wrong'), 401)
  assert.equal(await status('2001:db8:1:1::3', 'wrong'), 429)
  assert.equal(await status('2001:db8:1:2::1'), 401, 'another network')
  assert.equal(await status('198.51.100.1'), 401)
  assert.equal(await status('2001:db8:1:1::3', 'hanako'), 200, 'a good key is not a stranger')
})

test('an app and a person may have limits of their own; the person’s wins', async () => {
  const override = (text: string) => {
    const parsed = parseRateOverride(text)
    assert.ok(parsed, text)
    return parsed
  }
  const routes = async (server: RouteServer) => {
    notesRoutes(server)
    const config = { permission: 'notes.use', rate: 'read' } as const
    await addAppRoutes(server, 'shop', async () =>
      server.get('/shop', { config }, async () => ({})),
    )
  }
  await using server = await httpServer({
    rates,
    clock: () => NOW,
    routes,
    rateOverrides: [override('app:shop:read=1/1m'), override('user:Batch@test.example:read=50/1m')],
  })
  const limit = async (path: string, name: string) =>
    (await fetch(server.url + path, key(name))).headers.get('ratelimit-limit')
  assert.equal(await limit('/shop', 'hanako'), '1')
  assert.equal((await fetch(`${server.url}/shop`, key('hanako'))).status, 429)
  assert.equal(await limit('/notes', 'hanako'), '3')
  assert.equal(await limit('/shop', 'batch'), '50')
  assert.equal(await limit('/notes', 'batch'), '50')
})

test('health, metrics and unknown addresses are not counted', async () => {
  const none = { ...rates, anonymous: { limit: 1, windowMs: 60_000 } }
  await using server = await httpServer({
    rates: none,
    routes(made) {
      openRoutes(made)
      const up = async () => ({ status: 'up' as const })
      systemRoutes(made, {
        ...{ draining: () => false, required: { database: up }, reported: {}, redis: up },
        ...{
          metrics: createMetrics(),
          metricsEnabled: true,
          metricsToken: undefined,
          laptop: true,
        },
      })
    },
  })
  for (const path of ['/health/live', '/health/ready', '/metrics', '/nowhere']) {
    for (let n = 0; n < 3; n += 1) {
      const answer = await fetch(server.url + path)
      assert.equal(answer.status, path === '/nowhere' ? 404 : 200, path)
      assert.equal(answer.headers.get('ratelimit-limit'), null, path)
    }
  }
})

test('memory stays bounded when requests come from ever new addresses', () => {
  const limiter = createRateLimiter({ rates })
  for (let n = 0; n < 60_000; n += 1) limiter.take('read', `10.0.${n}`, NOW)
  assert.equal(limiter.take('read', '10.0.59999', NOW).remaining, 1, 'the newest are known')
  assert.equal(limiter.take('read', '10.0.0', NOW).remaining, 2, 'the oldest were forgotten')
  limiter.close()
})

test('limits are written as count/duration', () => {
  assert.deepEqual(parseRate('30/1m'), { limit: 30, windowMs: 60_000 })
  assert.deepEqual(parseRate('100/15m'), { limit: 100, windowMs: 900_000 })
  assert.deepEqual(parseRate('5/s'), { limit: 5, windowMs: 1000 })
  for (const bad of ['', '30', '30/', '0/1m', '-1/1m', '30/1w', '1e3/1m', '30/m1'])
    assert.equal(parseRate(bad), undefined, bad)
  for (const bad of [
    'app:x:read',
    'app:x:none=1/1m',
    'role:x:read=1/1m',
    'app::read=1/1m',
    'app:x:read=0/1m',
  ])
    assert.equal(parseRateOverride(bad), undefined, bad)
})

test('a laptop has ten times the room, except at the door', () => {
  const [laptop, production] = [effectiveRates('development', {}), effectiveRates('production', {})]
  assert.equal(production.action.limit, 30)
  assert.equal(production.generation.limit, 10)
  assert.deepEqual(production.anonymous, { limit: 100, windowMs: 900_000 })
  assert.equal(laptop.action.limit, 300)
  assert.deepEqual(laptop['sign-in'], production['sign-in'])
  const own = effectiveRates('development', { rateAction: { limit: 7, windowMs: 1000 } })
  assert.equal(own.action.limit, 7)
})
