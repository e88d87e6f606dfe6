import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { defineApp } from '@minato/platform/app'
import { startWith } from '@minato/platform/app/testing'
import { defineJob } from '@minato/platform/jobs'
import { io } from 'socket.io-client'
import { z } from 'zod'
import type { Role } from '../platform/src/app/services.ts'
import type { Running } from '../platform/src/app/start.ts'
import { skipWithout } from './peers.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { until } from './until.ts'

const job = defineJob({
  name: 'trial.work',
  title: { en: 'Work', ja: '仕事' },
  input: z.object({}),
  timeoutMs: 30_000,
  run: async (_services, _input, { progress }) => await progress(50, 'half'),
})
const app = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Jobs of a test.', ja: 'テスト用のジョブ。' },
  permissions: {},
  jobs: [job],
})

test('what a worker does shows at once to its owner, who is connected to a web process', {
  skip: skipWithout('postgres', 'redis'),
}, async () => {
  await using postgres = await startPostgres()
  await using redis = await startRedis()
  const folder = await mkdtemp(join(tmpdir(), 'minato-live-jobs-'))
  const start = async (role: Role): Promise<Running> =>
    await startWith(app, {
      role,
      env: {
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        MINATO_DATA_DIR: join(folder, role),
        PORT: '0',
        LOG_LEVEL: 'error',
      },
    })
  const web = await start('web')
  const worker = await start('worker')
  const { auth, jobs } = web.booted.services
  const { id: ownerId } = await auth.users.create({
    email: 'sailor@test.example',
    name: 'Sailor',
    password: 'asanagi-no-minato-2026',
    roles: ['user'],
    verified: true,
  })
  const { key } = await auth.keys.create({ userId: ownerId, name: 'test' })
  const socket = io(`${web.url}/minato`, {
    path: '/api/realtime/',
    transports: ['websocket'],
    extraHeaders: { authorization: `Bearer ${key}` },
    forceNew: true,
  })
  try {
    const states: string[] = []
    socket.on('event', ({ data }: { data: { state: string } }) => void states.push(data.state))
    const joined = await socket.timeout(20_000).emitWithAck('join', { room: `jobs:${ownerId}` })
    assert.equal(joined.ok, true)
    await until('the owner hears of the end', async () => {
      await jobs.enqueue(job, {}, { ownerId })
      return states.includes('succeeded')
    })
  } finally {
    socket.disconnect()
    await worker.stop('test')
    await web.stop('test')
    // Its readers leave when their last look (5 s) returns; without Redis they would wait for it.
    await until('nobody holds Redis any more', async () => (await clientsOf(redis.url)) === 1)
    await rm(folder, { recursive: true, force: true })
  }
})

/** How many are connected, this question included. */
async function clientsOf(url: string): Promise<number> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end('INFO clients\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  return Number(/connected_clients:(\d+)/.exec(text)?.[1])
}
