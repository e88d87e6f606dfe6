import { startPostgres } from '../../test/postgres.ts'
import { startRedis } from '../../test/redis.ts'
import type { Measured } from '../main.ts'
import { median, rounded } from '../median.ts'
import { bullmqQueue } from './bullmq.ts'
import { minatoQueue } from './minato.ts'

/** A queue under measurement. */
export type Contender = {
  name: string
  add(number: number): Promise<void>
  addAll(numbers: number[]): Promise<void>
  /** Starts a worker and resolves when it has run so many jobs; gives how to stop it. */
  process(count: number): Promise<() => Promise<void>>
  close(): Promise<void>
}

const ROUNDS = 5
const ONE_BY_ONE = 1000
const BULK = 10_000
const CHUNK = 1000
const CONCURRENCY = Number(process.env['BENCH_JOBS_CONCURRENCY'] ?? 100)

type Round = { oneByOne: number; bulk: number; process: number }

/** Enqueue one by one, in bulk, and process, against BullMQ on Redis in alternating rounds. */
export async function jobs(): Promise<Measured> {
  await using postgres = await startPostgres()
  await using redis = await startRedis()
  const contenders = [
    await minatoQueue(postgres.url, CONCURRENCY),
    await bullmqQueue(redis.url, CONCURRENCY),
  ]
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]))
  // The first round warms up: JIT, statistics, connections.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed()
    for (const contender of order) {
      const measured = await measure(contender)
      if (round > 0) rounds.get(contender.name)?.push(measured)
    }
  }
  for (const contender of contenders) await contender.close()
  return report(rounds)
}

async function measure(contender: Contender): Promise<Round> {
  const oneByOne = await rate(ONE_BY_ONE, async () => {
    for (let number = 0; number < ONE_BY_ONE; number += 1) await contender.add(number)
  })
  const bulk = await rate(BULK, async () => {
    for (let from = 0; from < BULK; from += CHUNK) {
      await contender.addAll(Array.from({ length: CHUNK }, (_, index) => from + index))
    }
  })
  const all = ONE_BY_ONE + BULK
  let stop: () => Promise<void> = async () => undefined
  const process = await rate(all, async () => {
    stop = await contender.process(all)
  })
  await stop()
  return { oneByOne, bulk, process }
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (count / (performance.now() - started)) * 1000
}

function report(rounds: Map<string, Round[]>): Measured {
  const [minato = [], bullmq = []] = [rounds.get('minato'), rounds.get('bullmq')]
  const kinds = ['oneByOne', 'bulk', 'process'] as const
  const rows = kinds.map((kind) => {
    const ratios = minato.map((round, index) => round[kind] / (bullmq[index]?.[kind] ?? 1))
    return {
      kind,
      minato: Math.round(median(minato.map((round) => round[kind]))),
      bullmq: Math.round(median(bullmq.map((round) => round[kind]))),
      ratio: rounded(median(ratios)),
    }
  })
  return {
    json: {
      rounds: ROUNDS,
      concurrency: CONCURRENCY,
      ...Object.fromEntries(rows.map((row) => [row.kind, row])),
    },
    tables: [
      {
        title: `jobs: jobs/s, ${CONCURRENCY} at a time, medians of ${ROUNDS} rounds`,
        columns: ['', 'minato (PostgreSQL)', 'bullmq (Redis)', 'minato ÷ bullmq'],
        rows: rows.map(({ kind, minato, bullmq, ratio }) => [kind, minato, bullmq, ratio]),
      },
    ],
  }
}
