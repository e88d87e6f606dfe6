import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { migrate, migrationStatus } from './migrate.ts'
import { type Migration, readMigrations } from './migrations.ts'
import { testDatabase } from './testing.ts'

const NOW = new Date('2026-11-22T09:00:00Z')

function migration(id: string, text: string): Migration {
  const checksum = createHash('sha256').update(text).digest('hex')
  return { owner: 'shop', id, kind: 'expand', sql: text, checksum, contracts: [] }
}

const FIRST = migration(
  '20261122000001_orders',
  "create table shop.orders (id int primary key, note text default ';');\n-- a comment; with a semicolon\ninsert into shop.orders values (1);",
)
const SECOND = migration('20261122000002_note', "insert into shop.orders values (2, 'a;b');")

test('pending files are applied in order, once, and remembered', async () => {
  await using t = await testDatabase({ apps: [] })
  const applied = await migrate(t.db, [FIRST], { now: NOW })
  assert.deepEqual(
    applied.map((item) => item.id),
    [FIRST.id],
  )
  const status = await migrationStatus(t.db, [FIRST, SECOND])
  assert.deepEqual(
    status.map((item) => item.appliedAt?.toISOString() ?? null),
    [NOW.toISOString(), null],
  )
  assert.equal((await migrate(t.db, [FIRST, SECOND], { now: NOW })).length, 1)
  assert.equal((await migrate(t.db, [FIRST, SECOND], { now: NOW })).length, 0)
  const { rows } = await sql`select id, note from shop.orders order by id`.execute(t.db)
  assert.deepEqual(rows, [
    { id: 1, note: ';' },
    { id: 2, note: 'a;b' },
  ])
})

test('a file that was changed after it was applied is refused, by name', async () => {
  await using t = await testDatabase({ apps: [] })
  await migrate(t.db, [FIRST], { now: NOW })
  const changed = { ...migration(FIRST.id, `${FIRST.sql} -- changed`) }
  for (const act of [
    migrationStatus(t.db, [changed]),
    migrate(t.db, [changed, SECOND], { now: NOW }),
  ]) {
    await assert.rejects(act, {
      code: 'DATA_MIGRATION_CHANGED',
      message: /shop\/20261122000001_orders/,
    })
  }
  const status = await migrationStatus(t.db, [FIRST, SECOND])
  assert.equal(status[1]?.appliedAt, null, 'nothing after it was applied')
})

test('a file that fails is rolled back whole, says why, and frees the lock', async () => {
  await using t = await testDatabase({ apps: [] })
  const broken = migration('20261122000003_broken', 'create table shop.half (id int); select 1/0;')
  await assert.rejects(migrate(t.db, [FIRST, broken], { now: NOW }), {
    code: 'DATA_MIGRATION_FAILED',
    message: /shop\/20261122000003_broken .*division by zero/,
  })
  const { rows } =
    await sql`select to_regclass('shop.half') as half, to_regclass('shop.orders')::text as orders`.execute(
      t.db,
    )
  assert.deepEqual(rows, [{ half: null, orders: 'shop.orders' }])
  const mended = migration(broken.id, 'create table shop.half (id int);')
  assert.equal((await migrate(t.db, [FIRST, mended], { now: NOW })).length, 1)
})

test('an index is built concurrently, and what an interrupted build left is replaced', async () => {
  await using t = await testDatabase({ apps: [] })
  const index = migration(
    '20261201000000_orders_note',
    'create index concurrently if not exists orders_note on shop.orders (note);',
  )
  await migrate(t.db, [FIRST], { now: NOW })
  await sql`create index orders_note on shop.orders (note)`.execute(t.db)
  await sql`update pg_index set indisvalid = false where indexrelid = 'shop.orders_note'::regclass`.execute(
    t.db,
  )
  await migrate(t.db, [FIRST, index], { now: NOW })
  const { rows } = await sql`
    select indisvalid from pg_index where indexrelid = 'shop.orders_note'::regclass`.execute(t.db)
  assert.deepEqual(rows, [{ indisvalid: true }])
})

test('two deploys at once: one waits for the other, each file runs once', async (context) => {
  await using t = await testDatabase({ apps: [] })
  if (t.kind !== 'postgres') return context.skip('one connection: nothing runs at once')
  const slow = migration(
    '20261122000004_slow',
    'select pg_sleep(0.6); create table shop.once (id int);',
  )
  const [one, two] = await Promise.all([
    migrate(t.db, [FIRST, slow], { now: NOW }),
    migrate(t.db, [FIRST, slow], { now: NOW }),
  ])
  assert.equal(one.length + two.length, 2)
  assert.ok(one.length === 0 || two.length === 0)
})

test('a table in use makes a migration fail soon, so that no reader queues up behind it', async (context) => {
  await using t = await testDatabase({ apps: [] })
  if (t.kind !== 'postgres') return context.skip('one connection: nothing is in use')
  await migrate(t.db, [FIRST], { now: NOW })
  const release = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holding = t.db.transaction().execute(async (tx) => {
    await sql`select * from shop.orders`.execute(tx)
    held.resolve()
    await release.promise
  })
  await held.promise
  const alter = migration('20261122000005_more', 'alter table shop.orders add column more int;')
  await assert.rejects(migrate(t.db, [FIRST, alter], { now: NOW, lockTimeoutMs: 100 }), {
    code: 'DATA_MIGRATION_FAILED',
    message: /lock timeout/,
  })
  release.resolve()
  await holding
  await delay(0)
  assert.equal((await migrate(t.db, [FIRST, alter], { now: NOW })).length, 1)
})

test('names and dangerous statements are checked when files are read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minato-migrations-'))
  const write = async (name: string, text: string) => await writeFile(join(folder, name), text)
  const read = () => readMigrations([{ owner: 'shop', folder }])
  try {
    await write('20261122000002_b.expand.sql', 'select 2;')
    const contract = '-- contracts: 20261122000002_b\r\ndrop table shop.a;\r\n'
    await write('20261122000001_a.contract.sql', contract)
    await write('notes.txt', 'not a migration')
    const found = await read()
    assert.deepEqual(
      found.map((item) => [item.id, item.kind]),
      [
        ['20261122000001_a', 'contract'],
        ['20261122000002_b', 'expand'],
      ],
    )
    await write('20261122000001_a.contract.sql', contract.replaceAll('\r', ''))
    assert.equal((await read())[0]?.checksum, found[0]?.checksum, 'line ends do not count')
    assert.deepEqual(found[0]?.contracts, ['shop/20261122000002_b'])
    await write('20261122000004_d.contract.sql', 'drop table shop.d;')
    await assert.rejects(read(), { code: 'DATA_MIGRATION_INVALID', message: /-- contracts:/ })
    await rm(join(folder, '20261122000004_d.contract.sql'))
    await write('20261122000003_c.expand.sql', 'drop table shop.a;')
    await assert.rejects(read(), { code: 'DATA_MIGRATION_INVALID', message: /one release later/ })
    await rm(join(folder, '20261122000003_c.expand.sql'))
    await write('add_thing.sql', 'select 1;')
    await assert.rejects(read(), { code: 'DATA_MIGRATION_INVALID', message: /YYYYMMDDHHMMSS/ })
    assert.deepEqual(await readMigrations([{ owner: 'none', folder: join(folder, 'none') }]), [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
