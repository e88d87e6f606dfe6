import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { lintMigration, runsOutsideTransaction } from './lint.ts'

const ROOT = join(import.meta.dirname, '../../..')
const NEW = 'create table shop.orders (id uuid primary key);'

/** What must be refused, and the same wish written so that it passes. */
const RULES: { name: string; bad: string[]; good: string[] }[] = [
  {
    name: 'dropping',
    bad: [
      'drop table shop.orders',
      'DROP  TABLE IF EXISTS shop.orders CASCADE',
      'alter table shop.orders drop column total',
      'alter table shop.orders drop total',
      'alter table shop.orders add column a int, drop column b',
      'drop view shop.sums',
      'drop materialized view shop.sums',
      'drop function shop.sum(int)',
      'drop schema shop cascade',
      'do $$ begin drop table shop.orders; end $$',
    ],
    good: [
      'alter table shop.orders drop constraint total_positive',
      'alter table shop.orders alter column total drop not null',
      'alter table shop.orders alter column total drop default',
      "comment on table shop.orders is 'drop table shop.orders'",
      '-- drop table shop.orders\nselect 1',
      '/* drop table /* nested */ shop.orders */ select 1',
      'create function shop.clear() returns void language sql as $$ drop table x $$',
    ],
  },
  {
    name: 'renaming',
    bad: [
      'alter table shop.orders rename to purchases',
      'alter table shop.orders rename column a to b',
      'alter table shop.orders rename a to b',
      'alter view shop.sums rename to totals',
    ],
    good: [
      'alter table shop.orders rename constraint a to b',
      'alter index shop.orders_a rename to orders_b',
    ],
  },
  {
    name: 'changing a type',
    bad: [
      'alter table shop.orders alter column total type numeric(12,2)',
      'alter table shop.orders alter total set data type bigint',
    ],
    good: ['alter table shop.orders add column total_exact numeric(12,2)'],
  },
]

const ALWAYS: { name: string; bad: string[]; good: string[] }[] = [
  {
    name: 'a NOT NULL column without a default',
    bad: [
      'alter table shop.orders add column note text not null',
      'alter table shop.orders add note numeric(8, 2) not null, add column b int not null default 1',
      'alter table shop.orders add column if not exists note text not null',
    ],
    good: [
      "alter table shop.orders add column note text not null default ''",
      'alter table shop.orders add column price numeric(8, 2) default 0 not null',
      'alter table shop.orders add column note text',
    ],
  },
  {
    name: 'a default that differs from row to row',
    bad: [
      'alter table shop.orders add column token uuid default gen_random_uuid()',
      'alter table shop.orders add column at timestamptz not null default clock_timestamp()',
      'alter table shop.orders add column number bigserial',
      'alter table shop.orders add column twice int generated always as (total * 2) stored',
    ],
    good: [
      'alter table shop.orders add column at timestamptz not null default now()',
      `${NEW} alter table shop.orders add column token uuid default gen_random_uuid()`,
      'alter table shop.orders alter column token set default gen_random_uuid()',
    ],
  },
  {
    name: 'checking every row under a lock',
    bad: [
      'alter table shop.orders add constraint positive check (total > 0)',
      'alter table shop.orders add check (total > 0)',
      'alter table shop.orders add constraint buyer_fk foreign key (buyer) references shop.buyers (id)',
      'alter table shop.orders alter column total set not null',
    ],
    good: [
      'alter table shop.orders add constraint positive check (total > 0) not valid',
      'alter table shop.orders add foreign key (buyer) references shop.buyers (id) not valid',
      'alter table shop.orders validate constraint positive',
      `${NEW} alter table shop.orders add constraint positive check (total > 0)`,
      `${NEW} ALTER TABLE shop.orders ALTER COLUMN total SET NOT NULL`,
    ],
  },
  {
    name: 'building an index under a lock',
    bad: [
      'alter table shop.orders add constraint number_once unique (number)',
      'alter table shop.orders add primary key (id)',
      'create index orders_buyer on shop.orders (buyer)',
      'create unique index on shop.orders (buyer)',
      'create index concurrently orders_buyer on shop.orders (buyer); select 1',
      'reindex table shop.orders',
    ],
    good: [
      'alter table shop.orders add constraint number_once unique using index orders_number',
      `${NEW} create index orders_buyer on shop.orders (buyer)`,
      'create index concurrently if not exists orders_buyer on shop.orders (buyer)',
      'drop index concurrently if exists shop.orders_old',
    ],
  },
  {
    name: 'locking out every reader',
    bad: [
      'truncate shop.orders',
      'lock table shop.orders in exclusive mode',
      'vacuum full shop.orders',
      'cluster shop.orders using orders_buyer',
      'refresh materialized view shop.sums',
      'alter table shop.orders set unlogged',
      'do $$ begin truncate shop.orders; end $$',
    ],
    good: [
      'refresh materialized view concurrently shop.sums',
      'create table shop.cluster (truncate boolean not null)',
      'alter table shop.orders set (fillfactor = 90)',
      'create trigger kept before truncate on shop.orders execute function shop.refuse()',
    ],
  },
]

for (const { name, bad, good } of RULES) {
  test(`${name} waits for a contract migration`, () => {
    for (const sql of bad) {
      assert.ok(lintMigration(sql, 'expand'), sql)
      assert.equal(lintMigration(sql, 'contract'), undefined, sql)
    }
    for (const sql of good) assert.equal(lintMigration(sql, 'expand'), undefined, sql)
  })
}

for (const { name, bad, good } of ALWAYS) {
  test(`${name} is refused in both kinds`, () => {
    for (const sql of bad) {
      assert.ok(lintMigration(sql, 'expand'), sql)
      assert.ok(lintMigration(sql, 'contract'), sql)
    }
    for (const sql of good) assert.equal(lintMigration(sql, 'expand'), undefined, sql)
  })
}

test('an index on a table without rows yet was no danger before the first release', () => {
  const sql = 'create index orders_buyer on shop.orders (buyer)'
  assert.equal(lintMigration(sql, 'expand', '20261122110000_orders.expand.sql'), undefined)
  assert.ok(lintMigration(sql, 'expand', '20261201000000_orders.expand.sql'))
})

test('every migration of the checkout passes', async () => {
  const apps = (await readdir(join(ROOT, 'apps'))).map((app) => join('apps', app))
  let count = 0
  for (const owner of ['platform', ...apps]) {
    const folder = join(ROOT, owner, 'migrations')
    for (const file of await readdir(folder).catch(() => [])) {
      count += 1
      const kind = file.endsWith('.contract.sql') ? 'contract' : 'expand'
      const finding = lintMigration(await readFile(join(folder, file), 'utf8'), kind, file)
      assert.equal(finding, undefined, `${owner}/${file}`)
    }
  }
  assert.ok(count > 10)
})

test('a file with CONCURRENTLY runs outside of a transaction', () => {
  assert.ok(runsOutsideTransaction('-- why\ncreate index concurrently a on b (c);'))
  assert.ok(!runsOutsideTransaction("select 'create index concurrently a on b (c)'"))
})
