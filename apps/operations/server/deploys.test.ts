import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { type DeployRecord, recordDeploy, startBeating } from '@minato/platform/deploy'
import { operatorOfFile } from './testing.ts'

const operator = operatorOfFile()

function deployed(minute: number, more: Partial<DeployRecord> = {}): DeployRecord {
  const at = (second: number) => new Date(Date.UTC(2026, 11, 1, 9, minute, second)).toISOString()
  return {
    id: randomUUID(),
    kind: 'deploy',
    release: `minato:${minute}`,
    color: 'green',
    previous: { color: 'blue', release: `minato:${minute - 1}` },
    state: 'finished',
    reason: null,
    by: 'captain@host',
    startedAt: at(0),
    endedAt: at(42),
    migrations: ['shop/2_add'],
    contracts: [],
    steps: [
      {
        name: 'preflight',
        state: 'done',
        startedAt: at(0),
        ms: 1200,
        evidence: { en: 'no findings', ja: '指摘なし' },
      },
    ],
    ...more,
  }
}

test('deploys are told newest first, page by page, each with its steps', async () => {
  const { db } = operator.operations.server.services
  const records = [1, 2, 3].map((minute) => deployed(minute))
  for (const record of records) await recordDeploy(db, record)
  const first = (await operator.get('/deploys?limit=2')).json()
  assert.deepEqual(
    first.items.map(({ release }: DeployRecord) => release),
    ['minato:3', 'minato:2'],
  )
  const second = (await operator.get(`/deploys?limit=2&cursor=${first.nextCursor}`)).json()
  assert.deepEqual(
    second.items.map(({ release }: DeployRecord) => release),
    ['minato:1'],
  )
  assert.equal(second.nextCursor, null)
  const one = await operator.get(`/deploys/${records[0]?.id}`)
  assert.deepEqual(one.json(), records[0])
  assert.equal((await operator.get(`/deploys/${randomUUID()}`)).statusCode, 404)
})

test('a deploy that has ended is not set back by what was told of it earlier', async () => {
  const { db } = operator.operations.server.services
  const running = deployed(10, { state: 'running', endedAt: null })
  await recordDeploy(db, running)
  const ended = { ...running, state: 'reverted' as const, endedAt: deployed(10).endedAt }
  const reason = { code: 'DEPLOY_NOT_READY', en: 'It ended.', ja: '終了しました。' }
  await recordDeploy(db, { ...ended, reason })
  await recordDeploy(db, running)
  const found = (await operator.get(`/deploys/${running.id}`)).json()
  assert.deepEqual([found.state, found.reason], ['reverted', reason])
})

test('every process says which release it runs, until it ends', async () => {
  const { services } = operator.operations.server
  const config = { ...services.config, deploy: { release: 'minato:9', color: 'green' as const } }
  const stop = startBeating({ ...services, config })
  const rows = async () => (await operator.get('/processes')).json().items
  for (let turn = 0; turn < 100 && (await rows()).length === 0; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  const [row] = await rows()
  assert.deepEqual(
    [row.release, row.color, row.role, row.alive],
    ['minato:9', 'green', 'all', true],
  )
  await stop()
  assert.deepEqual(await rows(), [])
})
