import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { counts, openShop, reasons, type Shop, tableOf } from './test/shop.ts'

// A shop is a testDatabase: all of this runs on PGlite and on PostgreSQL.
let shop: Shop
before(async () => {
  shop = await openShop()
})
after(async () => await shop?.[Symbol.asyncDispose]())
beforeEach(() => shop.empty())

test('quarantine leaves rows out, their children with them, and writes them down', async () => {
  const file = shop.file(
    `create table User (id text primary key, email text, made integer);
     create table "Order" (id integer primary key, userId text, quantity integer, at integer);
     insert into User values ('0b9cf6d2-0000-4000-8000-000000000001', 'a@example.com', 0),
       ('not a uuid', 'b@example.com', 0), ('0b9cf6d2-0000-4000-8000-000000000003', 'A@EXAMPLE.com', 0);
     insert into "Order" values (1, '0b9cf6d2-0000-4000-8000-000000000001', 1, 0),
       (2, 'not a uuid', 1, 0), (3, '0b9cf6d2-0000-4000-8000-000000000003', 1, 0),
       (4, '0b9cf6d2-0000-4000-8000-000000000009', 1, 0)`,
  )
  const map = {
    version: 1,
    onBad: 'quarantine',
    tables: {
      User: {
        to: 'users',
        columns: { id: 'id', email: 'email', made: 'created_at' },
        defaults: { role: 'member', active: true },
      },
      Order: {
        to: 'orders',
        columns: { id: 'id', userId: 'user_id', quantity: 'quantity', at: 'ordered_at' },
      },
    },
  }
  const quarantine = join(shop.folder, 'left.jsonl')
  const report = await shop.run(file, map, { apply: true, quarantine })
  assert.equal(report.proven, true)
  assert.deepEqual(reasons(tableOf(report, 'User')), [
    ['id', 'wrong-type', 1, 'rowid 2'],
    ['email', 'duplicate', 1, 'rowid 3'],
  ])
  assert.deepEqual(reasons(tableOf(report, 'Order')), [['userId', 'orphan', 3, 'rowid 2']])
  assert.deepEqual(report.tables.map(counts), [
    [3, 1, 0, 2],
    [4, 1, 0, 3],
  ])
  assert.equal(report.quarantine, quarantine)
  const lines = readFileSync(quarantine, 'utf8').trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).row),
    ['rowid 2', 'rowid 3', 'rowid 2', 'rowid 3', 'rowid 4'],
  )
  const again = await shop.run(file, map, { apply: true })
  assert.deepEqual(again.tables.map(counts), [
    [3, 0, 1, 2],
    [4, 0, 1, 3],
  ])
})

test('bytes that are not UTF-8, NUL, and a true U+FFFD are told apart', async () => {
  const file = shop.file(
    `create table P (a text, b text, note text, primary key (a, b)) without rowid;
     insert into P values ('1', 'x', cast(x'93fa967b' as text)), ('2', 'x', 'a' || char(0) || 'b'),
       ('3', 'x', 'so ' || char(65533)), ('4', cast(x'ff' as text), 'key')`,
  )
  const columns = { a: 'a', b: 'b', note: 'note' }
  const plan = await shop.run(file, { version: 1, tables: { P: { to: 'pairs', columns } } })
  assert.deepEqual(reasons(tableOf(plan, 'P')), [
    ['note', 'bad-utf8', 1, 'a="1", b="x"'],
    ['note', 'nul', 1, 'a="2", b="x"'],
    ['b', 'bad-utf8', 1, 'a="4", b="�"'],
  ])
  const sjis = await shop.run(file, {
    version: 1,
    tables: {
      P: {
        to: 'pairs',
        columns: { ...columns, note: { to: 'note', encoding: 'shift_jis', stripNul: true } },
      },
    },
  })
  assert.deepEqual(
    reasons(tableOf(sjis, 'P'))[0],
    ['note', 'bad-utf8', 1, 'a="3", b="x"'],
    'U+FFFD is no Shift_JIS',
  )
  const done = await shop.run(
    file,
    {
      version: 1,
      onBad: 'quarantine',
      tables: {
        P: {
          to: 'pairs',
          columns: { ...columns, note: { to: 'note', encoding: 'shift_jis', stripNul: true } },
        },
      },
    },
    { apply: true },
  )
  assert.equal(done.proven, true)
  assert.deepEqual(await shop.rows('select a, note from shop.pairs order by a'), [
    { a: '1', note: '日本' },
    { a: '2', note: 'ab' },
  ])
})

test('huge integers keep every digit; reserved names, generated columns and no primary key pass', async () => {
  const file = shop.file(
    `create table "Order" ("id" integer primary key, "select" text, "group" text as (upper("select")) stored);
     insert into "Order" ("id", "select") values (1, 'from'), (2, 'where');
     create table E (at, kind, big);
     insert into E values (1700000000000, 'max', 9223372036854775807), ('2024-01-01', 'min', -9223372036854775808),
       ('2024-01-01T00:00:00.123456Z', 'even', 9007199254740993)`,
  )
  const report = await shop.run(
    file,
    {
      version: 1,
      tables: {
        Order: { to: 'order', columns: { id: 'id', select: 'select', group: 'group' } },
        E: { to: 'events', columns: { at: 'at', kind: 'kind', big: 'big' } },
      },
    },
    { apply: true },
  )
  assert.equal(report.proven, true)
  assert.deepEqual(await shop.rows('select big::text from shop.events order by big'), [
    { big: '-9223372036854775808' },
    { big: '9007199254740993' },
    { big: '9223372036854775807' },
  ])
  assert.deepEqual(await shop.rows('select "select", "group" from shop."order" order by id'), [
    { select: 'from', group: 'FROM' },
    { select: 'where', group: 'WHERE' },
  ])
  const notes = report.tables.flatMap((entry) => entry.notes.map(({ en }) => en)).join('\n')
  assert.match(notes, /no primary key/)
  assert.match(notes, /beyond 2\^53/)
  assert.match(notes, /Reserved words.*order, select, group/)
})

test('rows that refer to later rows of their own table, and to one another in a circle', async () => {
  const file = shop.file(
    `create table C (id text primary key, parent text, name text);
     insert into C values ('leaf', 'branch', 'l'), ('branch', 'root', 'b'), ('root', null, 'r'),
       ('x', 'y', 'x'), ('y', 'x', 'y'), ('self', 'self', 's'), ('lost', 'nobody', 'n')`,
  )
  const columns = { id: 'id', parent: { to: 'parent_id', onBad: 'null' }, name: 'name' }
  const report = await shop.run(
    file,
    { version: 1, tables: { C: { to: 'categories', columns } } },
    { apply: true, batchRows: 1 },
  )
  assert.equal(report.proven, true)
  assert.deepEqual(reasons(tableOf(report, 'C')), [['parent', 'orphan', 1, 'rowid 7']])
  const rows = await shop.rows('select id, parent_id from shop.categories order by id')
  assert.deepEqual(
    rows.find(({ id }) => id === 'leaf'),
    { id: 'leaf', parent_id: 'branch' },
  )
  assert.deepEqual(
    rows.find(({ id }) => id === 'x'),
    { id: 'x', parent_id: 'y' },
  )
  assert.deepEqual(
    rows.find(({ id }) => id === 'lost'),
    { id: 'lost', parent_id: null },
  )
})

test('keys that differ only by case stay two rows where the target tells case apart, with a remark', async () => {
  const file = shop.file(
    `create table C (id text primary key, name text); insert into C values ('Ä', 'a'), ('ä', 'b'), ('b', 'c')`,
  )
  const map = {
    version: 1,
    tables: { C: { to: 'categories', columns: { id: 'id', name: 'name' } } },
  }
  const report = await shop.run(file, map, { apply: true })
  assert.deepEqual([report.proven, counts(tableOf(report, 'C'))], [true, [3, 3, 0, 0]])
  assert.match(
    tableOf(report, 'C')
      .notes.map(({ en }) => en)
      .join(),
    /id: 1 keys are there more than once/,
  )
})
