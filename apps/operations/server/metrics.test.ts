import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHistory } from '@minato/platform/observe'
import { operatorOfFile } from './testing.ts'

const file = operatorOfFile()

type Step = { at: string; requests: number; p95Ms: number | null; rssBytes: number }
type History = { items: Step[]; stepSeconds: number }

test('the history has a bar for every step of time, also where nothing was written', async () => {
  const { services } = file.operations.server
  const history = startHistory({ ...services, role: 'web' })
  for (let time = 0; time < 5; time += 1) await file.get('/errors')
  await history.note()
  const answer = await file.get('/metrics/history?hours=1')
  assert.equal(answer.statusCode, 200, answer.body)
  const { items, stepSeconds } = answer.json() as History
  assert.deepEqual([items.length, stepSeconds], [60, 60])
  const written = items.filter(({ rssBytes }) => rssBytes > 0)
  // A minute may end in between.
  assert.ok(written.length === 1 || written.length === 2)
  assert.ok(written.reduce((sum, { requests }) => sum + requests, 0) >= 5)
  assert.ok(written.some(({ p95Ms }) => (p95Ms ?? 0) > 0))
  const week = (await file.get('/metrics/history?hours=168')).json() as History
  assert.deepEqual([week.items.length, week.stepSeconds], [60, 10_080])
  assert.ok(week.items.some(({ rssBytes }) => rssBytes > 0))
  await history.stop()
})

test('it is for operators, and for periods that a chart can show', async () => {
  assert.equal((await file.get('/metrics/history?hours=0')).statusCode, 422)
  assert.equal((await file.get('/metrics/history?hours=9999')).statusCode, 422)
  const { headers } = await file.operations.server.signIn('user')
  const url = '/api/operations/metrics/history'
  assert.equal((await file.operations.server.inject({ url, headers })).statusCode, 403)
})
