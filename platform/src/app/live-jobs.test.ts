import assert from 'node:assert/strict'
import { after, before, describe, it, mock } from 'node:test'
import { io, type Socket } from 'socket.io-client'
import { z } from 'zod'
import { eventually } from '../cache/test/caches.ts'
import { defineJob, type JobChange } from '../jobs/index.ts'
import { defineApp } from './define-app.ts'
import { jobNews } from './live-jobs.ts'
import { type SignedIn, type TestServer, testServer } from './testing.ts'

let goOn = Promise.withResolvers<void>()
const work = defineJob({
  name: 'trial.work',
  title: { en: 'Work', ja: '仕事' },
  input: z.object({}),
  timeoutMs: 30_000,
  async run(_services, _input, job) {
    await job.progress(40, { en: 'Half of it', ja: '半分ほど' })
    await goOn.promise
  },
})
const trial = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Jobs of a test.', ja: 'テスト用のジョブ。' },
  permissions: {},
  jobs: [work],
})

describe('background work, live', () => {
  let server: TestServer
  const sockets: Socket[] = []
  before(async () => {
    server = await testServer({ apps: [trial] })
  })
  after(async () => {
    goOn.resolve()
    for (const socket of sockets) socket.disconnect()
    await server[Symbol.asyncDispose]()
  })
  const watch = async (person: SignedIn, room: string) => {
    const socket = io(`${await server.listen()}/minato`, {
      path: '/api/realtime/',
      transports: ['websocket'],
      extraHeaders: { cookie: person.cookie },
      forceNew: true,
      reconnection: false,
    })
    sockets.push(socket)
    const changes: JobChange[] = []
    socket.on('event', ({ data }: { data: JobChange }) => void changes.push(data))
    const answer = await socket.timeout(10_000).emitWithAck('join', { room })
    return { answer, changes }
  }

  it('tells owners how their jobs go on and end, and nobody else', async () => {
    const [mine, other] = [await server.signIn(), await server.signIn('admin')]
    const own = await watch(mine, `jobs:${mine.user.id}`)
    const others = await watch(other, `jobs:${other.user.id}`)
    assert.equal(own.answer.ok, true)
    const refused = await watch(other, `jobs:${mine.user.id}`)
    assert.equal(refused.answer.error.code, 'REALTIME_ROOM_UNKNOWN')
    const { id } = await server.services.jobs.enqueue(work, {}, { ownerId: mine.user.id })
    await eventually(() => own.changes.at(-1)?.progress === 40)
    const { ownerId: _, ...told } = { ownerId: '', ...own.changes.at(-1) }
    assert.deepEqual(told, {
      id,
      name: 'trial.work',
      title: { en: 'Work', ja: '仕事' },
      state: 'running',
      progress: 40,
      message: { en: 'Half of it', ja: '半分ほど' },
    })
    goOn.resolve()
    await eventually(() => own.changes.at(-1)?.state === 'succeeded')
    goOn = Promise.withResolvers()
    const again = await server.services.jobs.enqueue(work, {}, { ownerId: mine.user.id })
    await eventually(() => own.changes.at(-1)?.progress === 40)
    await server.inject({
      method: 'POST',
      url: `/api/jobs/${again.id}/cancel`,
      headers: mine.headers,
    })
    await eventually(() => own.changes.at(-1)?.state === 'cancelled')
    assert.deepEqual([others.changes, refused.changes], [[], []])
  })

  it('says only where a job stands last, and forgets nothing of another', () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const sent: unknown[][] = []
      const news = jobNews({ emit: (...said) => void sent.push(said) }, 100)
      const change = (id: string, progress: number): JobChange => ({
        id,
        name: 'trial.work',
        title: { en: 'Work', ja: '仕事' },
        ownerId: 'taro',
        state: 'running',
        progress,
        message: null,
      })
      for (let progress = 0; progress <= 100; progress += 1) news.tell(change('a', progress))
      news.tell(change('b', 5))
      assert.equal(sent.length, 0)
      mock.timers.tick(100)
      assert.deepEqual(
        sent.map(([room, , data]) => [room, (data as JobChange).id, (data as JobChange).progress]),
        [
          ['jobs:taro', 'a', 100],
          ['jobs:taro', 'b', 5],
        ],
      )
      news.tell(change('a', 7))
      news.close()
      mock.timers.tick(100)
      assert.equal(sent.length, 2, 'nothing is said after the end')
    } finally {
      mock.timers.reset()
    }
  })
})
