import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, beforeEach, test } from 'node:test'
import { counts, openShop, PRISMA, PRISMA_MAP, reasons, type Shop, tableOf } from './test/shop.ts'

// A shop is a testDatabase: all of this runs on PGlite and on PostgreSQL.
let shop: Shop
before(async () => {
  shop = await openShop()
})
after(async () => await shop?.[Symbol.asyncDispose]())
beforeEach(() => shop.empty())

test('a Prisma file: planned, copied, proven, and the same again changes nothing', async () => {
  const file = shop.file(PRISMA)
  const bytes = readFileSync(file)
  const plan = await shop.run(file, PRISMA_MAP)
  assert.deepEqual([plan.applied, plan.refused], [false, false])
  assert.deepEqual(tableOf(plan, 'User').columns.at(-2)?.types, { integer: 1, text: 1 })
  assert.deepEqual(await shop.rows('select * from shop.users'), [])

  let backups = 0
  const backUp = async () => {
    backups += 1
    assert.deepEqual(await shop.rows('select * from shop.users'), [], 'before the first row')
  }
  const report = await shop.run(file, PRISMA_MAP, { apply: true, before: backUp })
  assert.equal(report.proven, true)
  assert.deepEqual(report.tables.map(counts), [
    [2, 2, 0, 0],
    [2, 2, 0, 0],
  ])
  const [aki, ben] = await shop.rows(
    'select *, created_at::text as made from shop.users order by email',
  )
  assert.ok(aki && ben)
  assert.equal(aki['name'], '秋\nタブ\t\\N')
  assert.deepEqual(aki['settings'], { a: [100, 'x'], b: 1.5, z: null })
  assert.deepEqual(aki['tags'], ['red', 'two words', 'q"uote'])
  assert.deepEqual(Buffer.from(aki['avatar'] as Uint8Array), Buffer.from([0, 255, 92]))
  assert.equal(aki['balance'], '19.90')
  assert.equal((aki['created_at'] as Date).toISOString(), '2023-11-14T22:13:20.123Z')
  assert.equal((aki['updated_at'] as Date).toISOString(), '2024-02-29T14:59:59.500Z')
  assert.equal((ben['created_at'] as Date).toISOString(), '2023-11-14T22:13:20.000Z')
  assert.equal(ben['id'], '0b9cf6d2-0000-4000-8000-00000000000a')

  assert.equal(backups, 1)
  const state = await shop.rows('select *, xmin::text from shop.users order by id')
  const again = await shop.run(file, PRISMA_MAP, { apply: true, before: backUp })
  assert.equal(again.proven, true)
  assert.deepEqual(again.tables.map(counts), [
    [2, 0, 2, 0],
    [2, 0, 2, 0],
  ])
  assert.deepEqual(await shop.rows('select *, xmin::text from shop.users order by id'), state)
  const [next] = await shop.rows(`select nextval('shop.orders_id_seq')::int as id`)
  assert.equal(next?.['id'], 10)
  assert.equal(backups, 1, 'nothing to take needs no backup')
  assert.deepEqual(readFileSync(file), bytes, 'the file was only read')
})

test('one changed, lost or doubled row in the database makes the proof fail', async () => {
  const file = shop.file(
    `create table Event (at integer, kind text);
     insert into Event values (1700000000000, 'a'), (1700000000000, 'b'), (1700000001000, 'c')`,
  )
  const map = {
    version: 1,
    tables: { Event: { to: 'events', columns: { at: 'at', kind: 'kind' } } },
  }
  const done = await shop.run(file, map, { apply: true })
  assert.equal(done.proven, true)
  const harms = [
    [
      `update shop.events set kind = 'd' where kind = 'c'`,
      `update shop.events set kind = 'c' where kind = 'd'`,
    ],
    [
      `update shop.events set at = at + interval '1 microsecond' where kind = 'a'`,
      `update shop.events set at = at - interval '1 microsecond' where kind = 'a'`,
    ],
    [
      `delete from shop.events where kind = 'b'`,
      `insert into shop.events values ('2023-11-14 22:13:20+00', 'b')`,
    ],
    [
      `insert into shop.events select * from shop.events where kind = 'a'`,
      `delete from shop.events where ctid = (select max(ctid) from shop.events where kind = 'a')`,
    ],
  ]
  for (const [harm = '', mend = ''] of harms) {
    await shop.rows(harm)
    const bad = await shop.run(file, map, { apply: true })
    assert.equal(bad.proven, false, harm)
    assert.equal(tableOf(bad, 'Event').proof?.equal, false)
    await shop.rows(mend)
    assert.equal((await shop.run(file, map, { apply: true })).proven, true, mend)
  }
})

test('what does not fit is named with its row and stops everything', async () => {
  const file = shop.file(
    `create table N (id integer primary key, small, whole, f4, n, t, doc);
     insert into N values (1, 1, 2, 0.1, '12.50', '10:20:30.5', '{"a":1}'),
       (2, 40000, 'x', 'y', 'z', '25:00', '{a}'),
       (3, 1.5, x'00', null, null, null, null),
       (4, '', '7', null, null, null, '"\\ud800"')`,
  )
  const columns = { id: 'id', small: 'small', whole: 'whole', f4: 'f4', n: 'n', t: 't', doc: 'doc' }
  const map = { version: 1, tables: { N: { to: 'numbers', columns } } }
  const report = await shop.run(file, map, { apply: true })
  assert.deepEqual([report.refused, report.applied], [true, false])
  assert.deepEqual(reasons(tableOf(report, 'N')), [
    ['small', 'out-of-range', 1, 'rowid 2'],
    ['whole', 'wrong-type', 2, 'rowid 2'],
    ['f4', 'wrong-type', 1, 'rowid 2'],
    ['n', 'wrong-type', 1, 'rowid 2'],
    ['t', 'not-a-time', 1, 'rowid 2'],
    ['doc', 'not-json', 2, 'rowid 2'],
    ['small', 'would-round', 1, 'rowid 3'],
    ['small', 'empty', 1, 'rowid 4'],
  ])
  assert.deepEqual(await shop.rows('select * from shop.numbers'), [])

  const kept = await shop.run(
    file,
    { version: 1, onBad: 'null', tables: { N: { to: 'numbers', columns } } },
    { apply: true },
  )
  assert.equal(kept.proven, true)
  assert.deepEqual(await shop.rows('select small, whole from shop.numbers order by id'), [
    { small: 1, whole: 2 },
    { small: null, whole: null },
    { small: null, whole: null },
    { small: null, whole: 7 },
  ])
})

test('a target with rows: equal ones are kept, missing ones added, others are never overwritten', async () => {
  const schema = `create table P (a text, b text, note text, primary key (a, b));
    insert into P values ('1', 'x', 'one'), ('2', 'x', null), ('3', 'x', 'three')`
  const map = {
    version: 1,
    tables: { P: { to: 'pairs', columns: { a: 'a', b: 'b', note: 'note' } } },
  }
  await shop.rows(
    `insert into shop.pairs values ('1', 'x', 'one'), ('2', 'x', 'two'), ('9', 'x', 'ours')`,
  )
  const file = shop.file(schema)
  const refused = await shop.run(file, map, { apply: true })
  assert.equal(refused.refused, true)
  assert.deepEqual(tableOf(refused, 'P').differs, { count: 1, examples: ['2, x'] })
  await shop.rows(`update shop.pairs set note = null where a = '2'`)
  const done = await shop.run(file, map, { apply: true })
  assert.equal(done.proven, true)
  assert.deepEqual(counts(tableOf(done, 'P')), [3, 1, 2, 0])
  assert.equal((await shop.rows('select * from shop.pairs')).length, 4)
  const again = await shop.run(file, map, { apply: true })
  assert.deepEqual([again.proven, counts(tableOf(again, 'P'))], [true, [3, 0, 3, 0]])
})

test('a target with rows and no key is refused: nobody could tell which are there', async () => {
  await shop.rows(`insert into shop.events values (now(), 'ours')`)
  const file = shop.file(`create table E (at integer, kind text); insert into E values (0, 'a')`)
  const map = { version: 1, tables: { E: { to: 'events', columns: { at: 'at', kind: 'kind' } } } }
  await assert.rejects(shop.run(file, map, { apply: true }), {
    code: 'SQLITE_IMPORT_BEGUN_OTHERWISE',
  })
})

test('a row that only PostgreSQL can judge is named; what went before stays and is gone on from', async () => {
  await shop.rows(
    `insert into shop.users (id, email, role, active, created_at)
     values ('0b9cf6d2-0000-4000-8000-000000000001', 'a@example.com', 'member', true, now())`,
  )
  const rows = Array.from({ length: 5000 }, (_, index) => index + 1)
  const fill = (quantity: (id: number) => number) => (db: import('node:sqlite').DatabaseSync) => {
    const insert = db.prepare(
      `insert into O values (?, '0b9cf6d2-0000-4000-8000-000000000001', ?, 1700000000000)`,
    )
    db.exec('begin')
    for (const id of rows) insert.run(id, quantity(id))
    db.exec('commit')
  }
  const schema = 'create table O (id integer primary key, u text, q integer, at integer)'
  const file = shop.file(
    schema,
    fill((id) => (id === 4320 || id === 4321 ? 2000 : 1)),
  )
  // An expression that the plan does not look into.
  await shop.rows(
    'create unique index one_large on shop.orders ((case when quantity > 1000 then 1 end))',
  )
  const columns = { id: 'id', u: 'user_id', q: 'quantity', at: 'ordered_at' }
  const map = { version: 1, tables: { O: { to: 'orders', columns } } }
  await assert.rejects(shop.run(file, map, { apply: true, batchRows: 1000 }), {
    code: 'SQLITE_IMPORT_ROW_REFUSED',
    message: /^O, rowid 4321: .*one_large/,
  })
  const [left] = await shop.rows('select count(*)::int as n from shop.orders')
  assert.equal(left?.['n'], 4000)
  const mended = {
    version: 1,
    tables: {
      O: { to: 'orders', columns: { ...columns, q: { to: 'quantity', values: { 2000: 1 } } } },
    },
  }
  const done = await shop.run(file, mended, { apply: true })
  assert.equal(done.proven, true)
  assert.deepEqual(counts(tableOf(done, 'O')), [5000, 1000, 4000, 0])
  await shop.rows('drop index shop.one_large')
})

test("rows that the table's checks refuse are found by the plan, not by the copy", async () => {
  await shop.rows(
    `insert into shop.users (id, email, role, active, created_at)
     values ('0b9cf6d2-0000-4000-8000-000000000001', 'a@example.com', 'member', true, now())`,
  )
  const file = shop.file(
    `create table O (id integer primary key, u text, q integer, at integer);
     with recursive n(i) as (select 1 union all select i + 1 from n where i < 4500)
     insert into O select i, '0b9cf6d2-0000-4000-8000-000000000001', i % 1500, 0 from n`,
  )
  const columns = { id: 'id', u: 'user_id', q: 'quantity', at: 'ordered_at' }
  const refused = await shop.run(file, { version: 1, tables: { O: { to: 'orders', columns } } })
  assert.equal(refused.refused, true)
  assert.deepEqual(reasons(tableOf(refused, 'O')), [
    ['orders_quantity_check', 'check', 3, 'rowid 1500'],
  ])
  const map = { version: 1, tables: { O: { to: 'orders', columns, onBad: 'quarantine' } } }
  const done = await shop.run(file, map, { apply: true })
  assert.deepEqual([done.proven, counts(tableOf(done, 'O'))], [true, [4500, 4497, 0, 3]])
})
