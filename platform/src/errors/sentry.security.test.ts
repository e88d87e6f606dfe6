import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { controlOf } from '../../../sandbox/control/testing.ts'
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts'
import { defineApp } from '../app/index.ts'
import { testServer } from '../app/testing.ts'

const TOKEN = 'ghp_016C7e8f9A0b1C2d3E4f5A6b7C8d9E0f1A2b'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

const faulty = defineApp({
  name: 'faulty',
  title: { en: 'Faulty', ja: '故障' },
  description: { en: 'Fails.', ja: '失敗します。' },
  permissions: {},
  routes(server) {
    const config = { permission: 'public', rate: 'none' } as const
    server.get('/fail', { config }, async () => {
      throw new TypeError(`cannot push with ${TOKEN} to user 7`)
    })
    server.get('/fine', { config, schema: { response: { 200: z.object({}) } } }, async () => ({}))
  },
})

type SentryEvent = {
  exception?: { values: { type: string; value: string; stacktrace?: { frames: object[] } }[] }
  fingerprint?: string[]
  [key: string]: unknown
}
type Seen = { events: { type: string; event: SentryEvent }[] }

const contextsOf = (event: SentryEvent | undefined) =>
  (event?.['contexts'] ?? {}) as { trace?: { trace_id: string } }

async function eventsOf(sandbox: Sandbox, type: string): Promise<SentryEvent[]> {
  const { events } = (await (await controlOf(sandbox, 'GET', '/sentry/events')).json()) as Seen
  return events.filter((seen) => seen.type === type).map(({ event }) => event)
}

const faultyServer = (sandbox: Sandbox, env: Record<string, string> = {}) =>
  testServer({
    apps: [faulty],
    env: { SENTRY_DSN: sandbox.sentryDsn, SENTRY_RELEASE: 'minato@9.9.9', ...env },
  })

test('an unexpected error is told with release, environment and our own grouping, and no secret', async () => {
  await using sandbox = await startSandbox({ tokensPerSecond: 0 })
  await using server = await faultyServer(sandbox, { SENTRY_ENVIRONMENT: 'rehearsal' })
  for (let time = 0; time < 2; time += 1) {
    const headers = {
      cookie: 'session=mns_abcdefghijklmnopqrstuvwxyz',
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    }
    const answer = await server.inject({ url: '/api/faulty/fail', headers })
    assert.equal(answer.statusCode, 500)
  }
  await server.services.errors.flush()
  const events = await eventsOf(sandbox, 'event')
  assert.equal(events.length, 2)
  const [event] = events
  assert.deepEqual([event?.['release'], event?.['environment']], ['minato@9.9.9', 'rehearsal'])
  assert.equal(event?.['transaction'], '/api/faulty/fail')
  const [error] = event?.exception?.values ?? []
  assert.equal(error?.type, 'TypeError')
  assert.match(error?.value ?? '', /^cannot push with \S+ to user 7$/)
  assert.ok((error?.stacktrace?.frames.length ?? 0) > 2)
  assert.match(event?.fingerprint?.[0] ?? '', /^[0-9a-f]{64}$/)
  assert.deepEqual(event?.fingerprint, events[1]?.fingerprint)
  assert.ok(JSON.stringify(event).includes(TRACE), 'the trace of the caller')
  assert.doesNotMatch(JSON.stringify(events), new RegExp(`${TOKEN}|mns_|cookie`, 'i'))
})

test('a share of the requests is told with its trace, and none where the share is 0', async () => {
  await using sandbox = await startSandbox({ tokensPerSecond: 0 })
  await using server = await faultyServer(sandbox, { SENTRY_TRACES_SAMPLE_RATE: '1' })
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }
  await server.inject({ url: '/api/faulty/fine?token=abc', headers })
  await server.services.errors.flush()
  const [transaction] = await eventsOf(sandbox, 'transaction')
  assert.equal(transaction?.['transaction'], 'GET /api/faulty/fine')
  assert.equal(contextsOf(transaction).trace?.trace_id, TRACE)
  assert.doesNotMatch(JSON.stringify(transaction), /token=abc/)
  await using silent = await faultyServer(sandbox, { SENTRY_TRACES_SAMPLE_RATE: '0' })
  await silent.inject({ url: '/api/faulty/fine' })
  await silent.services.errors.flush()
  assert.equal((await eventsOf(sandbox, 'transaction')).length, 1)
})

for (const scenario of ['rate-limit', 'quota']) {
  test(`after ${scenario} nothing is sent for as long as the service asked`, async () => {
    await using sandbox = await startSandbox({ tokensPerSecond: 0 })
    await controlOf(sandbox, 'PUT', '/scenarios/sentry', { scenario })
    await using server = await faultyServer(sandbox, { SENTRY_TRACES_SAMPLE_RATE: '0' })
    for (let time = 0; time < 3; time += 1) {
      await server.inject({ url: '/api/faulty/fail' })
      await server.services.errors.flush()
    }
    const answer = await controlOf(sandbox, 'GET', '/requests?service=sentry')
    const { requests } = (await answer.json()) as { requests: { status: number }[] }
    assert.deepEqual(
      requests.map(({ status }) => status),
      [429],
    )
  })
}

test('a service that never answers delays no request, and shutdown by seconds at most', async () => {
  await using sandbox = await startSandbox({ tokensPerSecond: 0 })
  await controlOf(sandbox, 'PUT', '/scenarios/sentry', { scenario: 'hang' })
  await using server = await faultyServer(sandbox)
  const started = performance.now()
  for (let time = 0; time < 100; time += 1) await server.inject({ url: '/api/faulty/fail' })
  const requestsMs = performance.now() - started
  await server.services.errors.flush()
  assert.ok(performance.now() - started - requestsMs < 4500)
  const answer = await controlOf(sandbox, 'GET', '/requests?service=sentry')
  const { requests } = (await answer.json()) as { requests: object[] }
  assert.ok(requests.length <= 64, 'what waits is bounded')
})
