import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Logger } from '../log/index.ts'
import { openPglite, openPostgres } from './database.ts'
import { sqlState } from './transact.ts'

const SERVER = process.env['MINATO_TEST_DATABASE_URL']
const needsPostgres = SERVER === undefined ? 'MINATO_TEST_DATABASE_URL is not set' : false

type Warned = { event: string; fields: { sql?: string; durationMs?: number } }

/** The logger as far as the database needs it; what it warned of is kept. */
function warnings(): { log: Logger; warned: Warned[] } {
  const warned: Warned[] = []
  const warn = (event: string, fields: Warned['fields'] = {}) => void warned.push({ event, fields })
  return { log: { warn } as unknown as Logger, warned }
}

test('a slow statement is logged with its text and never with its parameters', async () => {
  const { log, warned } = warnings()
  await using stack = new AsyncDisposableStack()
  const { db, close } = await openPglite({ slowQueryMs: 0, log })
  stack.defer(close)
  await sql`select ${'my number is 123456789018'} as secret`.execute(db)
  assert.equal(warned[0]?.event, 'database.slow_query')
  assert.match(warned[0]?.fields.sql ?? '', /^select \$1 as secret$/)
  assert.doesNotMatch(JSON.stringify(warned), /123456789018/)
  const quiet = warnings()
  const fast = await openPglite({ slowQueryMs: 60_000, log: quiet.log })
  stack.defer(fast.close)
  await sql`select 1`.execute(fast.db)
  assert.deepEqual(quiet.warned, [])
})

test('the embedded database keeps what was written, and counts are numbers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minato-db-'))
  const { log } = warnings()
  try {
    const first = await openPglite({ folder: join(folder, 'db'), slowQueryMs: 60_000, log })
    await sql`create table kept (n bigint)`.execute(first.db)
    await sql`insert into kept values (9007199254740991)`.execute(first.db)
    await first.close()
    const second = await openPglite({ folder: join(folder, 'db'), slowQueryMs: 60_000, log })
    const { rows } = await sql`select n, count(*) over () as all from kept`.execute(second.db)
    assert.deepEqual(rows, [{ n: 9007199254740991, all: 1 }])
    await second.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('an unused embedded database closes', async () => {
  const { close } = await openPglite({ slowQueryMs: 1, log: warnings().log })
  await close()
})

async function openServer(overrides: {
  statementTimeoutMs?: number
  poolMax?: number
  log?: Logger
}) {
  return await openPostgres({
    url: SERVER ?? '',
    poolMax: 2,
    connectTimeoutMs: 500,
    statementTimeoutMs: 300,
    slowQueryMs: 60_000,
    log: warnings().log,
    ...overrides,
  })
}

test('a statement that takes too long is cancelled; the connection serves on', {
  skip: needsPostgres,
}, async () => {
  const { db, close } = await openServer({})
  const started = performance.now()
  await assert.rejects(sql`select pg_sleep(20)`.execute(db), (error) => sqlState(error) === '57014')
  assert.ok(performance.now() - started < 5000)
  const { rows } = await sql`select count(*) as n from pg_class where oid = 1`.execute(db)
  assert.deepEqual(rows, [{ n: 0 }])
  await close()
})

test('a limit of 0 is none: migrations may take their time', { skip: needsPostgres }, async () => {
  const { db, close } = await openServer({ statementTimeoutMs: 0 })
  const { rows } = await sql`show statement_timeout`.execute(db)
  assert.deepEqual(rows, [{ statement_timeout: '0' }])
  await close()
})

test('when all connections are in use, a caller is told in time', {
  skip: needsPostgres,
}, async () => {
  const { db, close } = await openServer({ poolMax: 1, statementTimeoutMs: 5000 })
  const busy = sql`select pg_sleep(1.5)`.execute(db)
  await assert.rejects(sql`select 1`.execute(db), /timeout exceeded when trying to connect/)
  await busy
  await sql`select 1`.execute(db)
  await close()
})

test('a connection that breaks between two statements fails the next one, and not the process', {
  skip: needsPostgres,
}, async () => {
  const { promise: lost, resolve } = Promise.withResolvers<void>()
  const log = { warn: () => resolve() } as unknown as Logger
  await using stack = new AsyncDisposableStack()
  const { db, close } = await openServer({ log })
  stack.defer(close)
  await assert.rejects(
    db.transaction().execute(async (transaction) => {
      const own = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
      await sql`select pg_terminate_backend(${own.rows[0]?.pid})`.execute(db)
      await lost
      await sql`select 1`.execute(transaction)
    }),
  )
  assert.equal((await sql`select 1 as one`.execute(db)).rows.length, 1)
})
