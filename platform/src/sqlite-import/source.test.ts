import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { openSource } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'minato-source-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const place = (name: string) => join(folder, name)

function filled(name: string, pragma = ''): { path: string; db: DatabaseSync } {
  const path = place(name)
  const db = new DatabaseSync(path)
  db.exec(`${pragma}; create table t (id integer primary key, text);
    with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into t select i, 'row ' || i from n`)
  return { path, db }
}

const refusal = (code: string, message: RegExp) => ({ code, message })

test('what is no SQLite file is refused with the reason', async () => {
  await assert.rejects(
    openSource(place('none.db')),
    refusal('SQLITE_IMPORT_UNREADABLE', /no such file/),
  )
  writeFileSync(place('empty.db'), '')
  await assert.rejects(
    openSource(place('empty.db')),
    refusal('SQLITE_IMPORT_UNREADABLE', /is empty/),
  )
  writeFileSync(place('text.db'), 'id,name\n1,x\n'.repeat(100))
  await assert.rejects(
    openSource(place('text.db')),
    refusal('SQLITE_IMPORT_UNREADABLE', /not a database/),
  )
  await assert.rejects(openSource(folder), refusal('SQLITE_IMPORT_UNREADABLE', /no such file/))
})

test('a truncated or damaged file is refused before a row is read', async () => {
  const { path, db } = filled('whole.db')
  db.close()
  copyFileSync(path, place('cut.db'))
  truncateSync(place('cut.db'), readFileSync(path).length - 3 * 4096 - 100)
  await assert.rejects(openSource(place('cut.db')), { code: 'SQLITE_IMPORT_UNREADABLE' })
  const bytes = readFileSync(path)
  bytes.fill(0xff, 4096 * 3, 4096 * 4)
  writeFileSync(place('damaged.db'), bytes)
  await assert.rejects(
    openSource(place('damaged.db')),
    refusal('SQLITE_IMPORT_UNREADABLE', /damaged|malformed/),
  )
})

test('a locked file says who must stop; one in WAL mode is read with what its log holds', async () => {
  const locked = filled('locked.db')
  locked.db.exec('begin exclusive; update t set text = 1')
  await assert.rejects(openSource(locked.path), { code: 'SQLITE_IMPORT_BUSY' })
  locked.db.close()

  const wal = filled('wal.db', 'pragma journal_mode = wal; pragma wal_autocheckpoint = 0')
  const before = readFileSync(wal.path)
  const source = await openSource(wal.path)
  assert.equal(source.db.prepare('select count(*) as n from t').get()?.['n'], 5000)
  // A writer goes on: this snapshot does not see it, and the import is told.
  wal.db.exec('delete from t where id > 100')
  assert.equal(source.db.prepare('select count(*) as n from t').get()?.['n'], 5000)
  await assert.rejects(source.assertUnchanged(), { code: 'SQLITE_IMPORT_CHANGED' })
  source.close()
  assert.deepEqual(readFileSync(wal.path), before)
  wal.db.close()
})

test('tables are described as they are: no rowid, hidden rowids, virtual ones', async () => {
  const path = place('kinds.db')
  const db = new DatabaseSync(path)
  db.exec(`create table plain (a, rowid text); create table keyed (k text primary key) without rowid;
    create table hidden (rowid, _rowid_, oid); create virtual table found using fts5(words);
    create view seen as select 1; create table made (a, b as (a + 1) virtual, c as (a) stored)`)
  db.close()
  const source = await openSource(path)
  const of = (name: string) => source.tables.find((table) => table.name === name)
  assert.equal(of('plain')?.rowid, '_rowid_')
  assert.equal(of('keyed')?.withoutRowid, true)
  assert.equal(of('hidden')?.rowid, undefined)
  assert.equal(of('found')?.kind, 'virtual')
  assert.equal(of('seen')?.kind, 'view')
  assert.equal(of('found_data')?.kind, 'shadow')
  assert.deepEqual(
    of('made')?.columns.map(({ generated }) => generated),
    [false, true, true],
  )
  assert.throws(() => source.db.exec('delete from main.plain'), /readonly/)
  source.close()
})
