import { defineApp } from '@minato/platform/app'
import { defineJob } from '@minato/platform/jobs'
import { sql } from 'kysely'
import { z } from 'zod'

// An app that the tests of deploys put into releases: what it is asked, it writes down, so that what
// was lost or done twice can be counted. QUAY_FAULT makes a release bad in one way.
const fault = process.env['QUAY_FAULT'] ?? ''
const SMALL = 4096

const load = defineJob({
  name: 'quay.load',
  title: { en: 'Load a ship', ja: '積み込み' },
  input: z.object({ key: z.string() }),
  timeoutMs: 60_000,
  concurrency: 10,
  retries: 3,
  async run({ db }, { key }, job) {
    await sql`insert into quay.runs (key, phase) values (${key}, 'begun')`.execute(db)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await job.once('load', async (tx) => {
      await sql`insert into quay.runs (key, phase) values (${key}, 'done')`.execute(tx)
    })
  },
})

export default defineApp({
  name: 'quay',
  title: { en: 'Quay', ja: '岸壁' },
  description: { en: 'For tests of deploys.', ja: 'デプロイのテスト用。' },
  permissions: {
    'quay.use': { title: { en: 'Use the quay', ja: '利用' }, roles: ['user', 'operator', 'admin'] },
  },
  jobs: [load],
  realtime: { rooms: { ships: { permission: 'quay.use' } } },
  routes(server, services) {
    if (fault === 'start') throw new Error('quay: this release is built not to start')
    const { db, jobs, realtime } = services
    const mark = z.object({ id: z.string().max(100) })
    server.get(
      '/work',
      {
        config: { permission: 'quay.use', rate: 'read' },
        schema: { response: { 200: z.object({ marks: z.number() }) } },
      },
      async () => {
        if (fault === 'errors' && Math.random() < 0.3) throw new Error('quay: built to fail')
        const { rows } = await sql<{ marks: number }>`
          select count(*)::int as marks from (select 1 from quay.marks limit 100) m`.execute(db)
        return { marks: rows[0]?.marks ?? 0 }
      },
    )
    const write = { config: { permission: 'quay.use', rate: 'action' }, bodyLimit: SMALL } as const
    const answer = { 200: z.object({ seq: z.number() }) }
    server.post(
      '/marks',
      { ...write, schema: { body: mark, response: answer } },
      async (request) => {
        const { id } = request.body
        await sql`insert into quay.marks (id) values (${id})`.execute(db)
        return { seq: 0 }
      },
    )
    server.post(
      '/waves',
      { ...write, schema: { body: mark, response: answer } },
      async (request) => ({
        seq: await realtime.of('quay').publish('ships:1', 'wave', request.body.id),
      }),
    )
    server.post(
      '/jobs',
      { ...write, schema: { body: mark, response: answer } },
      async (request) => {
        await jobs.enqueue(load, { key: request.body.id }, { ownerId: null })
        return { seq: 0 }
      },
    )
    const counted = z.object({
      marks: z.number(),
      begun: z.array(z.string()),
      done: z.array(z.string()),
    })
    server.get(
      '/ledger',
      { config: { permission: 'quay.use', rate: 'read' }, schema: { response: { 200: counted } } },
      async () => {
        const marks = await sql<{ n: number }>`select count(*)::int as n from quay.marks`.execute(
          db,
        )
        const runs = await sql<{ key: string; phase: string }>`
          select key, phase from quay.runs`.execute(db)
        const keys = (phase: string) =>
          runs.rows.filter((row) => row.phase === phase).map(({ key }) => key)
        return { marks: marks.rows[0]?.n ?? 0, begun: keys('begun'), done: keys('done') }
      },
    )
  },
})
