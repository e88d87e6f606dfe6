import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseMap } from './map-file.ts'
import { suggestMap } from './suggest.ts'
import { openShop, PRISMA, type Shop } from './test/shop.ts'

// A shop is a testDatabase: PGlite or PostgreSQL.
let shop: Shop
before(async () => {
  shop = await openShop()
})
after(async () => await shop?.[Symbol.asyncDispose]())

/** The lines an invalid map is answered with. */
async function told(work: () => unknown): Promise<string[]> {
  try {
    await work()
  } catch (error) {
    assert.equal((error as { code?: string }).code, 'SQLITE_IMPORT_MAP_INVALID')
    return (error as Error).message.split('\n').slice(1)
  }
  return []
}

test('a map that is no map is answered with line and column', async () => {
  assert.match(
    (await told(() => parseMap('map.yaml', 'version: 1\n tables: {')))[0] ?? '',
    /^map\.yaml:1:10 Nested mappings/,
  )
  assert.deepEqual(
    await told(() => parseMap('map.yaml', 'version: 1\ntables:\n  A: skip\n  A: skip\n')),
    ['map.yaml:4:3 Map keys must be unique'],
  )
  const text = `version: 2
tables:
  User:
    to: users
    colums: {}
    columns:
      id: { to: id, as: minutes }
      at: { to: at, onBad: ignore, zone: JST }
`
  const lines = await told(() => parseMap('map.yaml', text))
  assert.match(lines.join('\n'), /^map\.yaml:1:10 version: /)
  for (const place of ['5:13 tables.User.colums', '7:25 tables.User.columns.id.as']) {
    assert.ok(
      lines.some((line) => line.startsWith(`map.yaml:${place}`)),
      `${place}\n${lines.join('\n')}`,
    )
  }
  assert.ok(lines.some((line) => line.startsWith('map.yaml:8:28 tables.User.columns.at.onBad')))
  assert.ok(
    lines.some((line) => /^map\.yaml:8:\d+ tables\.User\.columns\.at\.zone: an offset/.test(line)),
  )
})

test('a map that does not fit the schemas says what is missing, and what was meant', async () => {
  const file = shop.file(`${PRISMA}; create virtual table words using fts5(w)`)
  const map = `version: 1
tables:
  _prisma_migrations: skip
  Usr: skip
  User:
    to: users
    columns:
      id: idd
      email: { to: email, as: unix-s }
      name: { to: name, split: "," }
      role: { to: role, default: owner }
      active: { to: active, onBad: "null" }
      emial: email
      settings: skip
      tags: skip
      avatar: skip
      score: email
      balance: skip
      born: skip
      createdAt: skip
    defaults: { name: 1, active: maybe }
  Order: { to: oders, columns: {} }
  words: { to: users, columns: {} }
`
  const lines = await told(() => shop.run(file, map))
  const expected = [
    /^map\.yaml:4:\d+ tables\.Usr: the file has no such table\. Did you mean User\?/,
    /^map\.yaml:8:11 tables\.User\.columns\.id: users has no column idd\. Did you mean id\?/,
    /^map\.yaml:9:\d+ .*as: unix-s is for dates and times, not text/,
    /^map\.yaml:10:\d+ .*split is for arrays, not text/,
    /^map\.yaml:11:\d+ .*the default does not fit shop\.role/,
    /^map\.yaml:12:\d+ .*onBad: null, and active is never null/,
    /^map\.yaml:13:\d+ .*the table has no such column\. Did you mean email\?/,
    /^map\.yaml:17:\d+ .*another column goes to email already/,
    /says nothing about the column updatedAt/,
    /^map\.yaml:21:\d+ tables\.User\.defaults\.active/,
    /nothing goes to users\.id \(uuid, never null\)/,
    /nothing goes to users\.created_at/,
    /^map\.yaml:22:\d+ tables\.Order\.to: the app has no table oders\. Did you mean orders\?/,
    /^map\.yaml:23:\d+ tables\.words: is a virtual table/,
  ]
  for (const pattern of expected) {
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${pattern}\n${lines.join('\n')}`,
    )
  }
})

test('a suggested map is one that works, with what it could not know as remarks', async () => {
  const file = shop.file(
    `${PRISMA}; create table "Audit" (id integer); create view v as select 1;
     create table "Event" (at integer, kind text, other text); insert into "Event" values (1700000000, 'a', null)`,
  )
  const { db, url } = shop.test
  const text = await suggestMap({ file, schema: 'shop', db, url })
  assert.match(text, /_prisma_migrations: skip # the migration tool's own/)
  assert.match(text, /Audit: skip # the app has no table of this name/)
  assert.match(text, /createdAt: created_at/)
  assert.match(text, /other: skip # events has no such column/)
  assert.match(text, /at:\s+to: at\s+as: unix-s/)
  const report = await shop.run(file, text, { apply: true })
  assert.equal(report.proven, true)
  const [event] = await shop.rows('select at from shop.events')
  assert.ok(event)
  assert.equal((event['at'] as Date).toISOString(), '2023-11-14T22:13:20.000Z')
})

test("the guide's map is one the parser takes", () => {
  const guide = readFileSync(
    join(import.meta.dirname, '../../../docs/guide/import-sqlite.md'),
    'utf8',
  )
  const maps = [...guide.matchAll(/```yaml\n(version: 1[\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  )
  assert.ok(maps.length > 0)
  for (const map of maps) assert.doesNotThrow(() => parseMap('guide', map))
})
