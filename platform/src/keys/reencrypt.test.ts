import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { sql, type Transaction } from 'kysely'
import { type TestDatabase, testDatabase } from '../data/testing.ts'
import { createKeyRing, type KeyRing } from './index.ts'
import { findLeftovers } from './leftovers.ts'
import { countPending, fromFernet, fromOlderKeys, reencryptStep } from './reencrypt.ts'

const SECRET = 'an authentication secret of a test, long enough'
const PLACE = { table: 'minato.sealed', column: 'secret', key: 'id' }
const FERNET_KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const FERNET_HELLO =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='

const oldKey = { id: 'old_1', key: randomBytes(32) }
const newKey = { id: 'new', key: randomBytes(32) }
const before_ = createKeyRing([oldKey], SECRET)
const ring = createKeyRing([newKey, oldKey], SECRET)

let t: TestDatabase
before(async () => {
  t = await testDatabase({ apps: [] })
  await sql`create table minato.sealed (id uuid primary key, secret text, note jsonb)`.execute(t.db)
})
after(() => t[Symbol.asyncDispose]())
beforeEach(() => sql`delete from minato.sealed`.execute(t.db))

const contextOf = (row: string) => ({ table: 'minato.sealed', column: 'secret', row })

async function fill(count: number, keys: KeyRing): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  for (const id of ids) {
    const secret = keys.encrypt(`value of ${id}`, contextOf(id))
    await sql`insert into minato.sealed (id, secret) values (${id}, ${secret})`.execute(t.db)
  }
  return ids
}

async function rows() {
  const found = await sql<{
    id: string
    secret: string
  }>`select id, secret from minato.sealed`.execute(t.db)
  return found.rows
}

test('every value is renewed in batches, and a second run finds nothing', async () => {
  await fill(23, before_)
  await fill(4, ring)
  const origin = fromOlderKeys(ring)
  assert.equal(await countPending(t.db, PLACE, origin), 23)
  let cursor: string | null = null
  let steps = 0
  let changed = 0
  do {
    const step = await reencryptStep(t.db, ring, PLACE, { origin, after: cursor, limit: 5 })
    assert.deepEqual(step.failed, [])
    changed += step.changed
    cursor = step.after
    steps++
  } while (cursor !== null)
  assert.deepEqual([changed, steps], [23, 5])
  assert.equal(await countPending(t.db, PLACE, origin), 0)
  const onlyNew = createKeyRing([newKey], SECRET)
  for (const { id, secret } of await rows()) {
    assert.equal(onlyNew.decrypt(secret, contextOf(id)).toString(), `value of ${id}`)
  }
})

test('stopped in the middle it goes on with what is left', async () => {
  await fill(7, before_)
  const origin = fromOlderKeys(ring)
  await reencryptStep(t.db, ring, PLACE, { origin, after: null, limit: 3 })
  assert.equal(await countPending(t.db, PLACE, origin), 4)
  const step = await reencryptStep(t.db, ring, PLACE, { origin, after: null, limit: 100 })
  assert.deepEqual([step.changed, step.after], [4, null])
})

test('a value that cannot be opened is named by its row, stays, and holds up nothing', async () => {
  const ids = await fill(5, before_)
  const [moved, gone] = ids
  const other = ids[2]
  assert.ok(moved && gone && other)
  await sql`update minato.sealed set secret = (select secret from minato.sealed where id = ${other})
    where id = ${moved}`.execute(t.db)
  const lost = createKeyRing([{ id: 'lost', key: randomBytes(32) }], SECRET)
  await sql`update minato.sealed set secret = ${lost.encrypt('x', contextOf(gone))}
    where id = ${gone}`.execute(t.db)
  const origin = fromOlderKeys(ring)
  const failed: string[] = []
  let changed = 0
  let cursor: string | null = null
  do {
    const step = await reencryptStep(t.db, ring, PLACE, { origin, after: cursor, limit: 1 })
    failed.push(...step.failed.map(({ row, code }) => `${row} ${code}`))
    changed += step.changed
    cursor = step.after
  } while (cursor !== null)
  assert.equal(changed, 3)
  assert.deepEqual(failed.sort(), [`${moved} KEY_MISMATCH`, `${gone} KEY_UNKNOWN`].sort())
  assert.equal(await countPending(t.db, PLACE, origin), 2)
})

test('a value that somebody writes between reading and writing stays as they wrote it', async () => {
  const [id] = await fill(1, before_)
  assert.ok(id)
  const written = before_.encrypt('written meanwhile', contextOf(id))
  const write = () =>
    sql`update minato.sealed set secret = ${written} where id = ${id}`.execute(t.db)
  const racing = new Proxy(t.db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== 'transaction') return value.bind(target)
      return () => ({
        async execute<T>(work: (tx: Transaction<unknown>) => Promise<T>): Promise<T> {
          await write()
          return await target.transaction().execute((tx) => work(tx as Transaction<unknown>))
        },
      })
    },
  })
  const origin = fromOlderKeys(ring)
  const step = await reencryptStep(racing, ring, PLACE, { origin, after: null, limit: 5 })
  assert.equal(step.changed, 0)
  assert.equal((await rows())[0]?.secret, written)
  const again = await reencryptStep(t.db, ring, PLACE, { origin, after: null, limit: 5 })
  assert.equal(again.changed, 1, 'the next run takes it')
})

test('Fernet tokens of the original become ciphertexts bound to their row', async () => {
  const id = randomUUID()
  await sql`insert into minato.sealed (id, secret) values (${id}, ${FERNET_HELLO})`.execute(t.db)
  const plain = randomUUID()
  await sql`insert into minato.sealed (id, secret) values (${plain}, 'gAAAAno token')`.execute(t.db)
  const origin = fromFernet([FERNET_KEY])
  const step = await reencryptStep(t.db, ring, PLACE, { origin, after: null, limit: 5 })
  assert.equal(step.changed, 1)
  assert.deepEqual(step.failed, [{ row: plain, code: 'KEY_MALFORMED' }])
  const made = (await rows()).find((row) => row.id === id)
  assert.equal(ring.decrypt(made?.secret ?? '', contextOf(id)).toString(), 'hello')
})

test('an old ciphertext in a column that nobody declared is found, in JSON too', async () => {
  assert.deepEqual(await findLeftovers(t.db, ['minato'], 'new'), [])
  const [id] = await fill(1, ring)
  const old = before_.encrypt('x', contextOf('elsewhere'))
  const note = JSON.stringify({ deep: [{ token: old, version: 'v1.2.3' }] })
  await sql`update minato.sealed set note = ${note} where id = ${id ?? ''}`.execute(t.db)
  const found = await findLeftovers(t.db, ['minato'], 'new')
  assert.deepEqual(found, [{ table: 'minato.sealed', column: 'note', count: 1 }])
})
