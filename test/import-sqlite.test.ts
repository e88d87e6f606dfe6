import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PassThrough } from 'node:stream'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { System } from '@minato/platform/app'
import { migrate, openPglite, readMigrations } from '@minato/platform/data'
import { createLogger } from '@minato/platform/log'
import { sql } from 'kysely'
import pg from 'pg'
import { main } from '../platform/src/cli/main.ts'
import { skipWithout } from './peers.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { cli, startSystem } from './system.ts'

const ROOT = dirname(import.meta.dirname)
const ROWS = 400_000
const TABLE = 'create table chatbot.readings (device text not null, taken_at timestamptz not null)'
const MAP = `version: 1
tables:
  Reading:
    to: readings
    columns: { device: device, takenAt: taken_at }
`

let folder: string
let file: string
let map: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minato-import-sqlite-'))
  file = join(folder, 'dev.db')
  map = join(folder, 'map.yaml')
  await writeFile(map, MAP)
  writeReadings(file, ROWS)
})
after(async () => await rm(folder, { recursive: true, force: true }))

/** Half of the rows are there twice: a table without a key, in which only the checkpoint knows. */
function writeReadings(path: string, rows: number): void {
  const db = new DatabaseSync(path)
  db.exec('create table Reading (device text, takenAt integer)')
  db.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     insert into Reading select 'device ' || (i % 7), 1700000000000 + i / 2 from n`,
  ).run(rows)
  db.close()
}

const command = (...more: string[]) => ['import', 'sqlite', file, '--app', 'chatbot', ...more]

async function prepared(
  postgres: TestPostgres,
): Promise<{ env: Record<string, string>; client: pg.Client }> {
  const env = { DATABASE_URL: postgres.url, MINATO_DATA_DIR: join(folder, 'data') }
  assert.equal((await cli(['migrate'], env)).code, 0)
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await client.query(TABLE)
  return { env, client }
}

test('kill -9 in the middle, again and again: it goes on, nothing is lost or doubled', {
  skip: skipWithout('postgres'),
}, async () => {
  await using postgres = await startPostgres()
  const { env, client } = await prepared(postgres)
  const position = async () => {
    const { rows } = await client.query<{ position: string; finished: boolean }>(
      'select position, finished_at is not null as finished from minato.sqlite_imports',
    )
    return { at: Number(rows[0]?.position ?? 0), finished: rows[0]?.finished === true }
  }
  const stops: number[] = []
  for (let kill = 0; kill < 2; kill += 1) {
    const from = await position()
    const child = start(command('--map', map, '--apply'), env)
    const ended = once(child, 'exit')
    // Looks until a batch more is in, then kills at once.
    while (child.exitCode === null && (await position()).at <= from.at) await delay(5)
    child.kill('SIGKILL')
    await ended
    await idle(client)
    const now = await position()
    assert.ok(now.at > from.at && now.at < ROWS && !now.finished, `stopped at ${now.at}`)
    const { rows } = await client.query('select count(*)::int as n from chatbot.readings')
    assert.equal(rows[0]?.n, now.at, 'the checkpoint says what is there')
    stops.push(now.at)
  }
  const { code, stdout } = await cli(command('--map', map, '--apply', '--json'), env)
  const report = JSON.parse(stdout)
  assert.deepEqual([code, report.proven], [0, true])
  const [entry] = report.tables
  assert.deepEqual(
    [entry.found, entry.already, entry.taken],
    [ROWS, stops.at(-1), ROWS - (stops.at(-1) ?? 0)],
  )
  assert.equal(entry.proof.target.rows, ROWS)

  await client.query(`select pg_advisory_lock(${0x6d6e7473})`)
  const second = await cli(command('--map', map), env)
  assert.equal(second.code, 1)
  assert.match(second.stderr, /Another import runs.*SQLITE_IMPORT_RUNNING/)
  await client.query('select pg_advisory_unlock_all()')

  await client.query(`update chatbot.readings set device = 'other' where ctid = '(7,7)'`)
  const corrupted = await cli(command('--map', map, '--apply'), env)
  assert.equal(corrupted.code, 1)
  assert.match(corrupted.stdout, /NOT EQUAL: file 400000 rows.*database 400000/)
  const trail = await client.query(
    `select metadata from minato.audit_log where action = 'data.sqlite.import' order by id`,
  )
  assert.deepEqual(
    trail.rows.map(({ metadata }) => metadata.proven),
    [true, false],
  )
  await client.end()
})

test('on the embedded database: planned and applied beside and by the server that owns it', async () => {
  const dataDir = join(folder, 'embedded')
  const small = join(folder, 'small.db')
  writeReadings(small, 3000)
  await makeEmbedded(dataDir)
  const args = ['import', 'sqlite', small, '--app', 'chatbot']

  const suggested = join(folder, 'suggested.yaml')
  const made = await cli([...args, '--suggest', '--map', suggested], { MINATO_DATA_DIR: dataDir })
  assert.equal(made.code, 0, made.stderr)
  assert.match(await readFile(suggested, 'utf8'), /Reading:\n {4}to: readings/)
  assert.equal((await stat(suggested)).mode & 0o777, 0o600)

  await using system = await startSystem({ dataDir })
  const plan = await system.cli([...args, '--map', suggested])
  assert.equal(plan.code, 0, plan.stderr)
  assert.match(plan.stdout, /Reading +readings +3000 +3000 +0 +0/)
  assert.match(plan.stdout, /takenAt +INTEGER +3000 integer +→ taken_at timestamp with time zone/)
  const applied = await system.cli([...args, '--map', suggested, '--apply'])
  assert.equal(applied.code, 0, applied.stderr)
  assert.match(applied.stdout, /Reading +readings +3000 +3000 +0 +0 +3000 rows, [0-9a-f]{16}/)
  const unknown = await system.cli(['import', 'sqlite', small, '--app', 'shop', '--map', suggested])
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /There is no app "shop"/)
  assert.ok(!existsSync(join(ROOT, 'small.db.left-out.jsonl')), 'nothing was left out')
})

/** The embedded database as a first start leaves it, with a table to import into. */
async function makeEmbedded(dataDir: string): Promise<void> {
  const { db, close } = await openPglite({
    folder: join(dataDir, 'db'),
    slowQueryMs: 60_000,
    log: createLogger({ level: 'error' }),
  })
  const folders = ['chatbot', 'mcp-console'].map((app) => ({
    owner: app.replaceAll('-', '_'),
    folder: join(ROOT, 'apps', app, 'migrations'),
  }))
  const platform = { owner: 'minato', folder: join(ROOT, 'platform/migrations') }
  await migrate(db, await readMigrations([platform, ...folders]), { now: new Date() })
  await sql.raw(TABLE).execute(db)
  await close()
}

test('wrong usage says what to do', async () => {
  const there = join(folder, 'map.yaml')
  for (const more of [
    [],
    [file],
    [file, '--app', 'chatbot'],
    [file, '--app', 'chatbot', '--map', '/none'],
    [file, '--app', 'chatbot', '--suggest', '--map', there],
    [file, '--app', 'chatbot', '--suggest', '--apply'],
  ]) {
    const stderr = new PassThrough()
    const streams = { stdin: process.stdin, stdout: new PassThrough(), stderr }
    const system = { root: ROOT } as System
    const io = { ...streams, env: {}, cwd: folder, system }
    assert.equal(await main(['import', 'sqlite', ...more], io), 2, more.join(' '))
    assert.match(String(stderr.read()), /Usage: minato import/)
  }
  assert.equal(await readFile(there, 'utf8'), MAP, 'a map that is there is never overwritten')
})

function start(args: string[], env: Record<string, string>): ChildProcess {
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'bin/main.ts'), ...args],
    {
      env: { ...process.env, ...env },
      stdio: 'ignore',
      cwd: folder,
    },
  )
}

/** Waits until the server has noticed that the killed client is gone. */
async function idle(client: pg.Client): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    const { rows } = await client.query(
      `select 1 from pg_stat_activity where application_name = 'minato import'`,
    )
    if (rows.length === 0) return
    await delay(25)
  }
  throw new Error("The killed import's connection is still open after 10 s.")
}
