import { appendFileSync } from 'node:fs'
import { defineApp } from '@minato/platform/app'
import { startWith } from '@minato/platform/app/testing'
import { defineJob } from '@minato/platform/jobs'
import { sql } from 'kysely'
import { z } from 'zod'

/**
 * A process of the real system with an app of its own, for jobs.test.ts: `node jobs-process.ts
 * <role> <file>`. What its jobs do is written to the file, a line each: `<what> <pid> <job> <n>`.
 */
const [role, file = ''] = process.argv.slice(2)
const write = (what: string, job: string, number: number) =>
  appendFileSync(file, `${what} ${process.pid} ${job} ${number}\n`)

const step = defineJob({
  name: 'trial.step',
  title: { en: 'Step', ja: '一歩' },
  input: z.object({ number: z.number(), ms: z.number() }),
  timeoutMs: 10 * 60_000,
  concurrency: 10,
  async run(services, { number, ms }, job) {
    write('start', job.id, number)
    job.signal.addEventListener('abort', () => write('stop', job.id, number))
    await job.once('pay', async (tx) => {
      await sql`insert into trial.payments (number) values (${number})`.execute(tx)
    })
    await job.progress(50, { en: 'Paid', ja: '支払い済み' })
    write('paid', job.id, number)
    const until = services.clock() + ms
    while (services.clock() < until && !job.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    write('end', job.id, number)
    return { pid: process.pid }
  },
})
const tick = defineJob({
  name: 'trial.tick',
  title: { en: 'Tick', ja: '時報' },
  input: z.object({}),
  timeoutMs: 10_000,
  run: async (_services, _input, job) => write('tick', job.id, Math.floor(Date.now() / 1000)),
})

const app = defineApp({
  name: 'trial',
  title: { en: 'Trial', ja: '試行' },
  description: { en: 'Jobs of a test.', ja: 'テスト用のジョブ。' },
  permissions: {},
  jobs: [step, tick],
  schedules: [{ name: 'trial.often', cron: '*/3 * * * * *', job: tick, input: {} }],
})

if (role !== 'web' && role !== 'worker') throw new Error('Say web or worker.')
const running = await startWith(app, { role, env: process.env })
const { jobs, db } = running.booted.services
if (role === 'web') {
  await sql`create schema if not exists trial`.execute(db)
  await sql`create table if not exists trial.payments (number integer)`.execute(db)
}
process.on('SIGTERM', () => void running.stop('SIGTERM'))
process.on(
  'message',
  async (asked: { enqueue?: { number: number; ms: number }[]; cancel?: string }) => {
    if (asked.cancel !== undefined) {
      await jobs.cancel(asked.cancel, { id: 'cli' })
      process.send?.({})
      return
    }
    const items = (asked.enqueue ?? []).map((input) => ({ input }))
    process.send?.(await jobs.enqueueAll(step, items, { ownerId: null }))
  },
)
process.send?.({})
await running.stopped
process.disconnect()
