import { defineApp } from '@minato/platform/app'
import { testServices } from '@minato/platform/app/testing'
import { defineJob } from '@minato/platform/jobs'
import { z } from 'zod'
import type { Contender } from './bench.ts'

/** Jobs of the platform on PostgreSQL, through the same door as an app's. */
export async function minatoQueue(databaseUrl: string, concurrency: number): Promise<Contender> {
  process.env['MINATO_TEST_DATABASE_URL'] = databaseUrl
  const done = { count: 0, wanted: 0, resolve: (): void => undefined }
  const work = defineJob({
    name: 'bench.work',
    title: { en: 'Work', ja: '仕事' },
    input: z.object({ number: z.number() }),
    timeoutMs: 60_000,
    concurrency,
    async run(_services, { number }) {
      done.count += 1
      if (done.count === done.wanted) done.resolve()
      return number
    },
  })
  const app = defineApp({
    name: 'bench',
    title: { en: 'Bench', ja: '測定' },
    description: { en: 'Bench.', ja: '測定。' },
    permissions: {},
    jobs: [work],
  })
  const booted = await testServices({ apps: [app] })
  const { jobs } = booted.services
  return {
    name: 'minato',
    add: async (number) => void (await jobs.enqueue(work, { number }, { ownerId: null })),
    addAll: async (numbers) => {
      const items = numbers.map((number) => ({ input: { number } }))
      await jobs.enqueueAll(work, items, { ownerId: null })
    },
    async process(count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      Object.assign(done, { count: 0, wanted: count, resolve })
      const worker = await jobs.startWorker()
      await promise
      return () => worker.stop()
    },
    close: async () => await booted[Symbol.asyncDispose](),
  }
}
