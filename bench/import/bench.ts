import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import pg from 'pg'
import { startPostgres } from '../../test/postgres.ts'
import type { Measured } from '../main.ts'
import { median, rounded } from '../median.ts'
import { COLUMNS, writeReadings } from './readings.ts'
import { type Timed, timed } from './timed.ts'

const ROOT = dirname(dirname(import.meta.dirname))
const ROWS = Number(process.env['BENCH_IMPORT_ROWS'] ?? 1_000_000)
const ROUNDS = Number(process.env['BENCH_IMPORT_ROUNDS'] ?? 3)
/** As bin/minato.js starts it. */
const FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=16',
  '--max-old-space-size=512',
]
const TABLE = `(id bigint primary key, device text not null, value float8 not null,
                taken_at bigint not null, ok bigint not null)`

type Round = { minato: Timed; pgloader: Timed | undefined }

/** `minato import sqlite --apply` (plan, copy and proof) against pgloader (copy), in alternating rounds. */
export async function importSqlite(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'minato-bench-import-'))
  const loader = findOnPath('pgloader')
  try {
    await using postgres = await startPostgres()
    const file = join(folder, 'readings.db')
    writeReadings(file, ROWS)
    await using world = await prepare(postgres.url, folder, file)
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const first = round % 2 === 0
      const other = first || loader === undefined ? undefined : await runLoader(world, loader)
      const minato = await runMinato(world)
      const later = first && loader !== undefined ? await runLoader(world, loader) : undefined
      rounds.push({ minato, pgloader: other ?? later })
    }
    return report(rounds)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type World = AsyncDisposable & {
  client: pg.Client
  env: Record<string, string | undefined>
  folder: string
  file: string
}

async function prepare(url: string, folder: string, file: string): Promise<World> {
  const env = {
    ...process.env,
    DATABASE_URL: url,
    MINATO_DATA_DIR: join(folder, 'data'),
    MINATO_ENV: 'development',
  }
  const migrated = await minato(env, ['migrate'])
  if (migrated.code !== 0) throw new Error(`minato migrate failed:\n${migrated.output}`)
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create table chatbot.readings ${TABLE}`)
  await client.query('create database loaded')
  const other = new pg.Client({ connectionString: loaded(url) })
  await other.connect()
  await other.query(`create table readings ${TABLE}`)
  await other.end()
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, name]))
  const map = { version: 1, tables: { readings: { to: 'readings', columns } } }
  await writeFile(join(folder, 'map.json'), JSON.stringify(map))
  // Its batches are kept whole in memory; the default of 4 GB of work memory is its package's.
  await writeFile(
    join(folder, 'readings.load'),
    `load database from sqlite://${file} into ${loaded(url).replace('postgres:', 'pgsql:')}
     with data only, truncate, workers = 2, concurrency = 1;`,
  )
  return { client, env, folder, file, [Symbol.asyncDispose]: () => client.end() }
}

function loaded(url: string): string {
  const other = new URL(url)
  other.pathname = '/loaded'
  return other.href
}

async function minato(env: World['env'], args: string[]): Promise<Timed> {
  return await timed(process.execPath, [...FLAGS, join(ROOT, 'bin/main.ts'), ...args], { env })
}

async function runMinato({ client, env, folder, file }: World): Promise<Timed> {
  await client.query('truncate chatbot.readings, minato.sqlite_imports')
  const map = join(folder, 'map.json')
  const args = ['import', 'sqlite', file, '--app', 'chatbot', '--map', map, '--apply', '--json']
  const done = await minato(env, args)
  if (done.code !== 0) throw new Error(`minato import failed:\n${done.output}`)
  return done
}

async function runLoader({ folder }: World, loader: string): Promise<Timed> {
  const done = await timed(loader, [
    ...['--root-dir', join(folder, 'pgloader'), '--quiet'],
    join(folder, 'readings.load'),
  ])
  if (done.code !== 0) throw new Error(`pgloader failed:\n${done.output}`)
  return done
}

function report(rounds: Round[]): Measured {
  const rate = ({ ms }: Timed) => Math.round((ROWS / ms) * 1000)
  const minatoRate = median(rounds.map(({ minato }) => rate(minato)))
  const peak = Math.max(...rounds.map(({ minato }) => minato.peakMb))
  const others = rounds.flatMap(({ pgloader }) => (pgloader === undefined ? [] : [pgloader]))
  const rows: (string | number)[][] = [
    ['minato, with plan and proof', Math.round(minatoRate), peak],
  ]
  const notes: string[] = []
  let ratio: number | undefined
  if (others.length === 0)
    notes.push('pgloader is not installed (apt-get install pgloader): not compared.')
  else {
    rows.push([
      'pgloader, copy only',
      Math.round(median(others.map(rate))),
      Math.max(...others.map(({ peakMb }) => peakMb)),
    ])
    ratio = rounded(
      median(
        rounds.map(({ minato, pgloader }) =>
          pgloader === undefined ? 0 : pgloader.ms / minato.ms,
        ),
      ),
    )
    notes.push(`minato ÷ pgloader: ${ratio}`)
  }
  return {
    json: {
      rows: ROWS,
      rounds: ROUNDS,
      minatoRowsPerSecond: Math.round(minatoRate),
      peakRssMb: peak,
      ratio,
    },
    tables: [
      {
        title: `import: ${ROWS} narrow rows from SQLite into PostgreSQL, median of ${ROUNDS} rounds`,
        columns: ['', 'rows/s', 'most RSS, MB'],
        rows,
        notes,
      },
    ],
  }
}

function findOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
