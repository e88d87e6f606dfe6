import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '../app/testing.ts'
import { databaseFigures } from './figures.ts'
import { createMetrics, readExposition, type Sample } from './index.ts'

const figure = (samples: Sample[], name: string, labels: Record<string, string> = {}) =>
  samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )?.value

test('a serving process tells of people, work, database, disk and its apps', async () => {
  await using server = await testServer()
  const { headers } = await server.signIn('user')
  await server.signIn('admin')
  await server.inject({ url: '/api/auth/session', headers })
  await server.inject({
    method: 'POST',
    url: '/api/auth/sign-in',
    headers: { origin: headers['origin'] ?? '', 'sec-fetch-site': 'same-origin' },
    payload: { email: 'nobody@test.example', password: 'wrong-wrong-wrong' },
  })
  const samples = readExposition(await server.services.metrics.expose())
  assert.equal(figure(samples, 'active_users'), 2)
  assert.equal(figure(samples, 'database_up'), 1)
  assert.equal(figure(samples, 'auth_sign_ins_total', { outcome: 'succeeded' }), 2)
  assert.equal(figure(samples, 'auth_sign_ins_total', { outcome: 'failed' }), 1)
  assert.equal(figure(samples, 'auth_sign_ins_total', { outcome: 'locked' }), 0)
  assert.equal(figure(samples, 'jobs_workers', { state: 'alive' }), 1)
  assert.equal(figure(samples, 'jobs_oldest_due_seconds'), 0)
  assert.equal(figure(samples, 'chatbot_answers_total', { state: 'failed' }), 0)
  assert.equal(figure(samples, 'llm_guard_verdicts_total', { verdict: 'block' }), 0)
  for (const name of ['disk_free_bytes', 'database_size_bytes', 'database_max_connections']) {
    assert.ok((figure(samples, name) ?? 0) > 0, name)
  }
})

test('a database that is away costs its own figures only, and says so', async () => {
  await using server = await testServer({ apps: [] })
  const metrics = createMetrics()
  const broken = new Proxy(server.services.db, {
    get: (db, key, receiver) => {
      if (key === 'getExecutor') throw new Error('connection refused')
      return Reflect.get(db, key, receiver)
    },
  })
  databaseFigures({ db: broken, metrics, further: [] })
  const samples = readExposition(await metrics.expose())
  assert.equal(figure(samples, 'database_up'), 0)
  assert.equal(figure(samples, 'active_users'), undefined)
  assert.ok((figure(samples, 'process_resident_memory_bytes') ?? 0) > 0)
})

test('figures are measured again after a while, not at every look', async () => {
  await using server = await testServer({ apps: [] })
  const metrics = createMetrics()
  let now = 0
  let reads = 0
  const counted = {
    name: 'reads',
    help: 'Reads.',
    read: async () => {
      reads += 1
      return [{ value: reads }]
    },
  }
  const absent = { name: 'absent', help: 'X.', needs: 'minato.no_such', read: counted.read }
  databaseFigures({ db: server.services.db, metrics, further: [counted, absent], now: () => now })
  await metrics.expose()
  now = 10_000
  await metrics.expose()
  assert.equal(reads, 1)
  now = 20_000
  const samples = readExposition(await metrics.expose())
  assert.equal(figure(samples, 'reads'), 2)
  assert.equal(figure(samples, 'absent'), undefined)
})
