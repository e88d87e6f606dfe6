import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Kysely, sql } from 'kysely'
import { type TestDatabase, testDatabase } from './testing.ts'
import { isDatabaseDown, sqlState, transact } from './transact.ts'

type Tables = { 'minato.counters': { name: string; value: number } }

let t: TestDatabase
let db: Kysely<Tables>
before(async () => {
  t = await testDatabase({ apps: [] })
  db = t.db.withTables<Tables>()
  await sql`create table minato.counters (name text primary key, value integer not null)`.execute(
    db,
  )
})
after(() => t[Symbol.asyncDispose]())

/** What PostgreSQL says when the same work may succeed on a second try, told by the database itself. */
const raise = (state: string) =>
  sql.raw(`do $$ begin raise exception 'try again' using errcode = '${state}'; end $$`)

for (const state of ['40001', '40P01']) {
  test(`${state} is tried again, and only what succeeded is kept`, async () => {
    const name = `retried-${state}`
    let attempts = 0
    const result = await transact(db, async (tx) => {
      attempts += 1
      await tx.insertInto('minato.counters').values({ name, value: attempts }).execute()
      if (attempts < 3) await raise(state).execute(tx)
      return 'done'
    })
    assert.equal(result, 'done')
    assert.equal(attempts, 3)
    const row = await db
      .selectFrom('minato.counters')
      .selectAll()
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
    assert.equal(row.value, 3)
  })
}

test('it gives up after five tries, and tries nothing else twice', async () => {
  let attempts = 0
  const failing = (state: string) =>
    transact(db, async (tx) => {
      attempts += 1
      await raise(state).execute(tx)
    })
  await assert.rejects(failing('40001'), (error) => sqlState(error) === '40001')
  assert.equal(attempts, 5)
  attempts = 0
  await assert.rejects(failing('23505'), (error) => sqlState(error) === '23505')
  assert.equal(attempts, 1)
  await assert.rejects(
    transact(db, async () => {
      attempts += 1
      throw new Error('of the work itself')
    }),
    /of the work itself/,
  )
  assert.equal(attempts, 2)
})

test('a failed transaction leaves nothing behind', async () => {
  await assert.rejects(
    transact(db, async (tx) => {
      await tx.insertInto('minato.counters').values({ name: 'gone', value: 1 }).execute()
      throw new Error('no')
    }),
  )
  const found = await db
    .selectFrom('minato.counters')
    .selectAll()
    .where('name', '=', 'gone')
    .execute()
  assert.deepEqual(found, [])
})

test('twenty changes of one row at once, each reading before it writes, all count', async (context) => {
  if (t.kind !== 'postgres') return context.skip('one connection: nothing runs at once')
  await db.insertInto('minato.counters').values({ name: 'shared', value: 0 }).execute()
  const increment = () =>
    transact(db, async (tx) => {
      await sql`set transaction isolation level serializable`.execute(tx)
      const { value } = await tx
        .selectFrom('minato.counters')
        .select('value')
        .where('name', '=', 'shared')
        .executeTakeFirstOrThrow()
      await tx
        .updateTable('minato.counters')
        .set({ value: value + 1 })
        .where('name', '=', 'shared')
        .execute()
    })
  // More at once than five tries can always settle would test the dice: each takes up to four turns.
  const settled = await Promise.allSettled(Array.from({ length: 20 }, increment))
  const done = settled.filter((result) => result.status === 'fulfilled').length
  for (const result of settled) {
    if (result.status === 'rejected') assert.equal(sqlState(result.reason), '40001')
  }
  const { value } = await db
    .selectFrom('minato.counters')
    .select('value')
    .where('name', '=', 'shared')
    .executeTakeFirstOrThrow()
  assert.equal(value, done, 'none was lost and none counted twice')
  assert.ok(done > 3)
})

test('a deadlock is broken by trying again', async (context) => {
  if (t.kind !== 'postgres') return context.skip('one connection: nothing waits for another')
  for (const name of ['left', 'right'])
    await db.insertInto('minato.counters').values({ name, value: 0 }).execute()
  let attempts = 0
  const both = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const work = (names: [string, string], own: number) =>
    transact(db, async (tx) => {
      attempts += 1
      const add = async (name: string) =>
        await tx
          .updateTable('minato.counters')
          .set((eb) => ({ value: eb('value', '+', 1) }))
          .where('name', '=', name)
          .execute()
      await add(names[0])
      both[own]?.resolve()
      await both[1 - own]?.promise
      await add(names[1])
    })
  await Promise.all([work(['left', 'right'], 0), work(['right', 'left'], 1)])
  assert.ok(attempts > 2, 'one of them was a victim')
  const rows = await db
    .selectFrom('minato.counters')
    .select('value')
    .where('name', 'in', ['left', 'right'])
    .execute()
  assert.deepEqual(
    rows.map((row) => row.value),
    [2, 2],
  )
})

test('a database that is away is told from one that refuses', () => {
  const failure = (fields: object) => Object.assign(new Error('x'), fields)
  for (const error of [
    failure({ code: 'ECONNREFUSED', syscall: 'connect' }),
    failure({ code: '57P01' }),
    failure({ code: '08006' }),
    failure({ code: '53100' }),
    failure({ code: '53300' }),
    new Error('Connection terminated unexpectedly'),
    new Error('timeout exceeded when trying to connect'),
    new AggregateError([failure({ code: 'ECONNREFUSED', syscall: 'connect' })]),
  ]) {
    assert.ok(isDatabaseDown(error), error.message)
  }
  for (const error of [
    failure({ code: '23505' }),
    failure({ code: '57014' }),
    failure({ code: 'ENOENT' }),
    'ECONNREFUSED',
    undefined,
  ]) {
    assert.ok(!isDatabaseDown(error))
  }
  assert.equal(sqlState(failure({ code: 'ECONNRESET' })), undefined)
  assert.equal(sqlState('23505'), undefined)
})
