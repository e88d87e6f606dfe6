import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import operations from '../app.ts'

let server: TestServer
before(async () => {
  server = await testServer({ apps: [operations] })
})
after(async () => {
  await server[Symbol.asyncDispose]()
})

test('an operator starts a backup as a job, and sees it with its proof', async () => {
  const { headers, user } = await server.signIn('operator')
  const post = async (url: string, payload: object) =>
    await server.inject({ method: 'POST', url: `/api/operations${url}`, headers, payload })
  const get = async (url: string) =>
    (await server.inject({ url: `/api/operations${url}`, headers })).json()

  const queued = await post('/backups', { note: 'before the move' })
  assert.equal(queued.statusCode, 202)
  await ended(queued.json().jobId)
  const [row] = (await get('/backups')).items
  assert.equal(row.state, 'done')
  assert.equal(row.proof, 'unproven')
  assert.equal(row.note, 'before the move')

  const drilling = await post('/drills', { backupId: row.id })
  assert.equal(drilling.statusCode, 202)
  const { jobId } = drilling.json()
  const operator = { id: user.id, email: user.email, canManage: true, ip: '', requestId: '' }
  await server.services.jobs.cancel(jobId, operator).catch(() => undefined)
  // Here, and not in the job: two embedded databases in one process on a busy machine cost a job its lease.
  await server.services.backups.drill({ backupId: row.id })
  assert.equal((await get('/backups')).items[0].proof, 'proven')
  const [drill] = (await get('/drills')).items
  assert.equal((await get(`/drills/${drill.id}`)).backupId, row.id)
  const trail = await server.services.audit.list({ action: 'backup.*' })
  assert.deepEqual(
    trail.items.map(({ action }) => action),
    ['backup.drill', 'backup.create'],
  )
})

test('a user sees and starts nothing', async () => {
  const { headers } = await server.signIn('user')
  for (const url of ['/api/operations/backups', '/api/operations/drills']) {
    assert.equal((await server.inject({ url, headers })).statusCode, 403)
    const post = await server.inject({ method: 'POST', url, headers, payload: {} })
    assert.equal(post.statusCode, 403)
  }
})

async function ended(id: string): Promise<void> {
  const signal = AbortSignal.timeout(120_000)
  for await (const job of server.services.jobs.watch(id, signal)) {
    if (job.state === 'failed') assert.fail(`${job.reason}: ${job.detail?.en}`)
    if (job.state === 'succeeded') return
  }
  assert.fail('The job did not end in time.')
}
