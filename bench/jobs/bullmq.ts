import { Queue, Worker } from 'bullmq'
import type { Contender } from './bench.ts'

/** BullMQ on Redis, as its documentation shows it. */
export async function bullmqQueue(redisUrl: string, concurrency: number): Promise<Contender> {
  const connection = { url: redisUrl, maxRetriesPerRequest: null }
  const queue = new Queue('bench-work', { connection })
  await queue.waitUntilReady()
  return {
    name: 'bullmq',
    add: async (number) => void (await queue.add('work', { number })),
    addAll: async (numbers) => {
      await queue.addBulk(numbers.map((number) => ({ name: 'work', data: { number } })))
    },
    async process(count) {
      const { promise, resolve } = Promise.withResolvers<void>()
      let done = 0
      const run = async ({ data }: { data: { number: number } }) => {
        done += 1
        if (done === count) resolve()
        return data.number
      }
      const worker = new Worker('bench-work', run, { connection, concurrency })
      await promise
      return () => worker.close()
    },
    close: () => queue.close(),
  }
}
