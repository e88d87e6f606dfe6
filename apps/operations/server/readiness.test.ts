import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operatorOfFile } from './testing.ts'

const asked = operatorOfFile()

test('an operator runs the audit as a job and reads what it saw', async () => {
  assert.deepEqual((await asked.get('/readiness')).json(), {
    items: [],
    nextCursor: null,
    running: null,
  })
  const started = await asked.send('POST', '/readiness', { phases: ['boot'] })
  assert.equal(started.statusCode, 202)
  const { jobId } = started.json()
  const { jobs } = asked.operations.server.services
  for await (const { state } of jobs.watch(jobId, AbortSignal.timeout(30_000))) {
    if (state === 'succeeded') break
    assert.match(state, /queued|running/)
  }
  const [run] = (await asked.get('/readiness')).json().items
  assert.deepEqual(run.phases, ['boot'])
  assert.match(run.actor, /@test\.example$/)
  const whole = (await asked.get(`/readiness/${run.id}`)).json()
  assert.equal(whole.score, run.score)
  const profile = whole.results.find(({ id }: { id: string }) => id === 'config.profile')
  assert.equal(profile.status, 'fail')
  assert.match(profile.evidence.ja, /MINATO_ENV=test/)
})

test('an unknown run is not found, a body without phases is refused', async () => {
  const gone = await asked.get('/readiness/00000000-0000-4000-8000-000000000000')
  assert.equal(gone.statusCode, 404)
  assert.equal(gone.json().code, 'AUDIT_RUN_UNKNOWN')
  assert.equal((await asked.send('POST', '/readiness', { phases: [] })).statusCode, 422)
})
