import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defineApp } from '@minato/platform/app'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { defineJob } from '@minato/platform/jobs'
import { z } from 'zod'
import operations from '../app.ts'

const job = defineJob({
  name: 'trial.break',
  title: { en: 'Break', ja: '故障' },
  input: z.object({ mended: z.string().optional() }),
  timeoutMs: 5000,
  async run(_services, { mended }, { log }) {
    log.info('trial.tried', { mended: mended !== undefined })
    if (mended === undefined && !fixed) throw new Error('broken')
    return 'well'
  },
})
/** What an operator mends between a failure and the retry. */
let fixed = false
const trial = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Jobs of a test.', ja: 'テスト用のジョブ。' },
  permissions: {},
  jobs: [job],
  schedules: [{ name: 'trial.yearly', cron: '0 0 1 1 *', job, input: { mended: 'yes' } }],
})

let server: TestServer
let operator: SignedIn
before(async () => {
  server = await testServer({ apps: [operations, trial] })
  operator = await server.signIn('operator')
})
after(() => server[Symbol.asyncDispose]())

async function call(method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) {
  const answer = await server.inject({
    method,
    url: `/api${path}`,
    headers: operator.headers,
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
}

async function ended(id: string): Promise<void> {
  const states: string[] = []
  for await (const { state } of server.services.jobs.watch(id, AbortSignal.timeout(10_000))) {
    states.push(state)
  }
  assert.match(states.at(-1) ?? '', /succeeded|failed/)
}

test('a failed job is found, looked at, mended and run again, or removed', async () => {
  const owner = { ownerId: operator.user.id }
  const { ids } = await server.services.jobs.enqueueAll(job, [{ input: {} }, { input: {} }], owner)
  for (const id of ids) await ended(id)
  const query = `state=failed&name=trial.break&owner=${operator.user.email}`
  const { body: found } = await call('GET', `/operations/jobs?${query}`)
  assert.deepEqual(found.items.map((item: { id: string }) => item.id).sort(), [...ids].sort())
  assert.equal(found.items[0].owner, operator.user.email)
  assert.equal(found.items[0].reason, 'JOB_FAILED')
  const [first = '', second = ''] = ids
  const { body: log } = await call('GET', `/operations/jobs/${first}/log`)
  assert.deepEqual([log.items[0].event, log.items[0].fields], ['trial.tried', { mended: false }])
  assert.equal((await call('DELETE', `/operations/jobs/${second}`)).status, 204)
  assert.equal((await call('GET', `/jobs/${second}`)).status, 404)
  fixed = true
  const all = await call('POST', '/operations/jobs/retry-failed', { name: 'trial.break' })
  assert.deepEqual(all.body, { jobs: 1 })
  await ended(first)
  const { body: after } = await call('GET', `/jobs/${first}`)
  assert.deepEqual([after.state, after.result, after.attempts], ['succeeded', 'well', 2])
  assert.equal((await call('DELETE', `/operations/jobs/${first}`)).status, 409)
})

test('schedules are listed, paused, resumed and run now', async () => {
  const listed = async () => (await call('GET', '/operations/schedules')).body.items[0]
  const before = await listed()
  assert.equal(before.timeZone, 'Asia/Tokyo')
  assert.match(before.nextAt, /-12-31T15:00:00/)
  assert.equal((await call('POST', '/operations/schedules/trial.yearly/pause')).status, 204)
  assert.equal((await listed()).paused, true)
  assert.equal((await call('POST', '/operations/schedules/trial.yearly/resume')).status, 204)
  const { body } = await call('POST', '/operations/schedules/trial.yearly/run')
  await ended(body.id)
  assert.equal((await call('POST', '/operations/schedules/trial.none/run')).status, 404)
})

test('workers and throughput are counted', async () => {
  const { body: workers } = await call('GET', '/operations/jobs/workers')
  assert.equal(workers.items.length, 1)
  assert.equal(workers.items[0].alive, true)
  const { body } = await call('GET', '/operations/jobs/throughput?hours=1')
  assert.equal(body.items.length, 48)
})
