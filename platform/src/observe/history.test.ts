import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { testServer } from '../app/testing.ts'
import { readHistory, startHistory } from './history.ts'
import { quantileMs } from './minute-figures.ts'

const NOON = Date.parse('2026-11-22T12:00:10Z')

test('what a process does is written by the minute, added up over processes, and forgotten in time', async () => {
  await using server = await testServer({ apps: [] })
  const { services } = server
  const { metrics, db, log } = services
  let now = NOON
  const history = startHistory({ db, metrics, log, role: 'web', clock: () => now })
  const other = startHistory({ db, metrics, log, role: 'worker', clock: () => now })
  const { headers } = await server.signIn('admin')
  for (let time = 0; time < 3; time += 1) await server.inject({ url: '/api/shell', headers })
  await server.inject({ url: '/api/auth/session' })
  metrics.counter({ name: 'llm_tokens_total', help: '' }).inc({ model: 'm', direction: 'in' }, 500)
  metrics.gauge({ name: 'realtime_connections', help: '' }).set({ app: 'x' }, 7)
  await history.note()
  await other.note()
  const [first] = await readHistory(db, { since: new Date(NOON - 60_000), stepMinutes: 1 })
  assert.equal(first?.at.toISOString(), '2026-11-22T12:00:00.000Z')
  const requests = first?.requests ?? 0
  assert.ok(requests >= 10, 'two processes, the same five requests each')
  assert.equal(first?.llmTokens, 1000)
  assert.equal(first?.connections, 14)
  assert.ok((first?.p95Ms ?? 0) > 0)
  assert.ok((first?.rssBytes ?? 0) > 10_000_000)
  assert.equal(first?.activeUsers, 1)
  await server.inject({ url: '/api/shell', headers })
  await history.note()
  const [again, ...none] = await readHistory(db, { since: new Date(0), stepMinutes: 60 })
  assert.equal(none.length, 0, 'the same minute is the same row')
  assert.equal(again?.requests, requests + 1)
  now += 3_600_000
  await history.note()
  const later = await readHistory(db, { since: new Date(0), stepMinutes: 60 })
  assert.deepEqual([later.length, later[1]?.requests, later[1]?.p95Ms], [2, 0, null])
  await history.stop()
  await other.stop()
  const { rows } = await sql<{ roles: string[] }>`
    select array_agg(distinct role order by role) as roles from minato.process_minutes`.execute(db)
  assert.deepEqual(rows[0]?.roles, ['web', 'worker'])
})

test('a quantile lies within its bucket', () => {
  const nothing = Array.from({ length: 14 }, () => 0)
  assert.equal(quantileMs(nothing, 0.95), null)
  assert.equal(quantileMs(nothing.with(4, 100), 0.95), 98)
  assert.equal(quantileMs(nothing.with(0, 95).with(6, 5), 0.95), 5)
  assert.equal(quantileMs(nothing.with(0, 90).with(6, 10), 0.95), 350)
  assert.equal(quantileMs(nothing.with(13, 3), 0.95), 60_000)
})
