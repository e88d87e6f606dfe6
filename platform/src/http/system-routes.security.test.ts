import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '../observe/index.ts'
import { measure, type Probe } from './health.ts'
import { listenForMetrics } from './metrics-listener.ts'
import { systemRoutes } from './system-routes.ts'
import { codeOf, httpServer, openRoutes } from './test/harness.ts'

const up: Probe = async () => ({ status: 'up', latencyMs: 1 })
const down: Probe = () => measure(async () => Promise.reject(new Error('password is hunter2')))
type Deps = Parameters<typeof systemRoutes>[1]

async function serve(deps: Partial<Deps>) {
  const metrics = createMetrics()
  return await httpServer({
    metrics,
    ipDeny: ['127.0.0.1'],
    routes(server) {
      openRoutes(server)
      systemRoutes(server, {
        ...{ draining: () => false, required: { database: up }, reported: {}, redis: up },
        ...{ metrics, metricsEnabled: true, metricsToken: undefined, laptop: false },
        ...deps,
      })
    },
  })
}

test('ready means what is required is up; the rest is reported with its latency', async () => {
  await using server = await serve({ reported: { files: down } })
  const answer = await fetch(`${server.url}/health/ready`)
  assert.equal(answer.status, 200, 'also from an address that may use nothing else')
  const body = (await answer.json()) as {
    status: string
    checks: Record<string, { status: string }>
  }
  assert.equal(body.status, 'ready')
  assert.deepEqual(body.checks['database'], { status: 'up', latencyMs: 1 })
  assert.equal(body.checks['files']?.status, 'down')
  assert.doesNotMatch(JSON.stringify(body), /hunter2/, 'strangers read this')
  assert.equal((await fetch(`${server.url}/open`)).status, 403)
})

test('without its database it is alive and not ready; draining it is not ready either', async () => {
  await using broken = await serve({ required: { database: down } })
  assert.equal((await fetch(`${broken.url}/health/ready`)).status, 503)
  assert.equal((await fetch(`${broken.url}/health/live`)).status, 200)
  let draining = false
  await using leaving = await serve({ draining: () => draining })
  assert.equal((await fetch(`${leaving.url}/health/ready`)).status, 200)
  draining = true
  const answer = await fetch(`${leaving.url}/health/ready`)
  assert.equal(answer.status, 503)
  assert.equal(((await answer.json()) as { status: string }).status, 'draining')
})

test('Redis has a page of its own', async () => {
  await using away = await serve({ redis: down })
  assert.equal((await fetch(`${away.url}/health/redis`)).status, 503)
  await using unused = await serve({ redis: async () => ({ status: 'off' }) })
  const answer = await fetch(`${unused.url}/health/redis`)
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { status: 'off' })
})

test('a probe that hangs counts as down', async () => {
  const check = await measure(() => new Promise(() => undefined))
  assert.equal(check.status, 'down')
})

test('metrics need the token; without one only a laptop’s loopback reads them', async () => {
  const token = 'a-metrics-token-of-some-length'
  await using guarded = await serve({ metricsToken: token })
  const read = (authorization?: string) =>
    fetch(
      `${guarded.url}/metrics`,
      authorization === undefined ? {} : { headers: { authorization } },
    )
  for (const wrong of [undefined, 'Bearer', 'Bearer wrong', `Bearer ${token}x`, `Basic ${token}`]) {
    const refused = await read(wrong)
    assert.equal(refused.status, 401, wrong)
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer')
    assert.equal(await codeOf(refused), 'HTTP_METRICS_TOKEN_REQUIRED')
  }
  const text = await (await read(`Bearer ${token}`)).text()
  assert.match(text, /http_requests_total\{method="GET",route="\/metrics",status="401"\} 5/)
  assert.match(text, /http_request_duration_seconds_bucket\{.*le="\+Inf"\} 5/)
  assert.match(text, /nodejs_eventloop_lag_seconds/)
  await using closed = await serve({})
  assert.equal((await fetch(`${closed.url}/metrics`)).status, 401)
  await using laptop = await serve({ laptop: true })
  assert.equal((await fetch(`${laptop.url}/metrics`)).status, 200)
  await using off = await serve({ metricsEnabled: false })
  assert.equal((await fetch(`${off.url}/metrics`)).status, 403, 'no such route, and not let in')
})

test('the listener of its own serves metrics and nothing else', async () => {
  const listener = await listenForMetrics(createMetrics(), { ...LOOPBACK, token: undefined })
  assert.match(await (await fetch(listener.url)).text(), /process_resident_memory_bytes/)
  assert.equal((await fetch(listener.url.replace('/metrics', '/'))).status, 404)
  assert.equal((await fetch(listener.url, { method: 'POST' })).status, 404)
  await listener.close()
})

test('a listener that other machines reach asks for the token', async () => {
  const listener = await listenForMetrics(createMetrics(), { ...LOOPBACK, token: 'a-long-token-1' })
  const ask = (authorization: string) => fetch(listener.url, { headers: { authorization } })
  assert.equal((await fetch(listener.url)).status, 401)
  assert.equal((await ask('Bearer a-long-token-2')).status, 401)
  assert.equal((await ask('Bearer a-long-token-1')).status, 200)
  await listener.close()
})

const LOOPBACK = { host: '127.0.0.1', port: 0 }
