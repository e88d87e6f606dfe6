import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../../test/postgres.ts'
import { startRedis } from '../../test/redis.ts'
import type { Measured } from '../main.ts'
import { median, rounded } from '../median.ts'
import { type Contender, contender, type Figures } from './contender.ts'

const CLIENTS = Number(process.env['BENCH_REALTIME_CLIENTS'] ?? 1000)
const PEOPLE = 20
/** Many short ones: on a busy machine one round says little. */
const ROUNDS = 15
const BURST = 50
const PACED = { count: 10, pauseMs: 100 }

type Round = { burst: Figures; paced: Figures }

/** Fan-out of fleeting events to one room, against Socket.IO alone, in alternating rounds. */
export async function realtime(): Promise<Measured> {
  await using postgres = await startPostgres()
  await using redis = await startRedis()
  const folder = await mkdtemp(join(tmpdir(), 'minato-bench-'))
  const minato = (name: string, more: NodeJS.ProcessEnv) => ({
    name,
    program: 'minato-process.ts',
    people: PEOPLE,
    env: {
      DATABASE_URL: postgres.url,
      MINATO_DATA_DIR: join(folder, name.replaceAll(' ', '-')),
      PORT: '0',
      LOG_LEVEL: 'warn',
      REALTIME_MAX_PER_USER: String(Math.ceil(CLIENTS / PEOPLE)),
      ...more,
    },
  })
  const contenders: Contender[] = []
  try {
    for (const options of [
      { name: 'socket.io', program: 'bare-process.ts', env: {}, people: 0 },
      minato('minato', {}),
      minato('minato + Redis', { REDIS_URL: redis.url }),
    ]) {
      contenders.push(await contender(options, CLIENTS))
    }
    return report(await rounds(contenders), await durable(contenders.slice(1)))
  } finally {
    for (const one of contenders) one.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function rounds(contenders: Contender[]): Promise<Map<string, Round[]>> {
  const measured = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]))
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const one of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const burst = await one.measure('burst', BURST)
      const paced = await one.measure('paced', PACED.count, PACED.pauseMs)
      if (round > 0) measured.get(one.name)?.push({ burst, paced })
    }
  }
  return measured
}

/** For information: what keeping an event costs, one after another in one room. */
async function durable(contenders: Contender[]) {
  const rows = []
  for (const one of contenders) {
    await one.measure('publish', PACED.count, PACED.pauseMs)
    const { tookMs, p50Ms, p99Ms } = await one.measure('publish', PACED.count * 4, PACED.pauseMs)
    rows.push({ name: one.name, publishMs: rounded(median(tookMs), 1), p50Ms, p99Ms })
  }
  return rows
}

function report(
  measured: Map<string, Round[]>,
  kept: Awaited<ReturnType<typeof durable>>,
): Measured {
  const bare = measured.get('socket.io') ?? []
  /** Of neighbours in time, so that what else runs on the machine weighs on both. */
  const ratioOf = (list: Round[], figure: (round: Round) => number) =>
    rounded(median(list.flatMap((round, n) => (bare[n] ? figure(round) / figure(bare[n]) : []))))
  const rows = [...measured].map(([name, list]) => ({
    name,
    perSecond: Math.round(median(list.map(({ burst }) => burst.perSecond))),
    ratio: ratioOf(list, (round) => round.burst.perSecond),
    cpuUs: rounded(median(list.map(({ burst }) => burst.cpuUs))),
    cpuRatio: ratioOf(list, (round) => 1 / round.burst.cpuUs),
    p50Ms: rounded(median(list.map(({ paced }) => paced.p50Ms)), 1),
    p99Ms: rounded(median(list.map(({ paced }) => paced.p99Ms)), 1),
  }))
  const load = loadavg().map((value) => rounded(value, 1))
  return {
    json: { clients: CLIENTS, rounds: ROUNDS, burst: BURST, load, fleeting: rows, durable: kept },
    tables: [
      {
        title: `realtime: fleeting events to ${CLIENTS} clients in one room, medians of ${ROUNDS} rounds`,
        columns: [
          '',
          'messages/s',
          '÷ socket.io',
          'server CPU, µs each',
          'by CPU ÷ socket.io',
          'p50, ms',
          'p99, ms',
        ],
        rows: rows.map((row) => Object.values(row)),
        notes: [
          `Messages/s: ${BURST} events as fast as they go; latency: an event every ${PACED.pauseMs} ms.`,
          `Load averages at the end: ${load.join(', ')}`,
        ],
      },
      {
        title: 'realtime: durable events (for information)',
        columns: ['', 'publish, ms', 'delivered p50, ms', 'p99, ms'],
        rows: kept.map((row) => [
          row.name,
          row.publishMs,
          rounded(row.p50Ms, 1),
          rounded(row.p99Ms, 1),
        ]),
      },
    ],
  }
}
