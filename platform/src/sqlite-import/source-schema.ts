import type { DatabaseSync } from 'node:sqlite'
import { literal } from './quoted.ts'

export type SourceColumn = {
  name: string
  /** As it was declared; SQLite takes anything. */
  declared: string
  /** Place in the primary key, from 1; 0 outside of it. */
  keyPlace: number
  generated: boolean
}

export type SourceTable = {
  name: string
  kind: 'table' | 'virtual' | 'view' | 'shadow'
  columns: readonly SourceColumn[]
  withoutRowid: boolean
  /** Lists of columns that no two rows share, the primary key first. */
  unique: readonly (readonly string[])[]
  /** A name by which the rowid can be asked for; undefined where columns hide it. */
  rowid: string | undefined
}

/** What is in the file besides SQLite's own tables. */
export function readSourceTables(db: DatabaseSync): SourceTable[] {
  const list = db.prepare('pragma main.table_list').all()
  return list
    .filter(({ schema, name }) => schema === 'main' && !String(name).startsWith('sqlite_'))
    .map(({ name, type, wr }) => readTable(db, String(name), String(type), wr === 1))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readTable(
  db: DatabaseSync,
  name: string,
  type: string,
  withoutRowid: boolean,
): SourceTable {
  const kind = type === 'virtual' || type === 'view' || type === 'shadow' ? type : 'table'
  // A virtual table's module may be missing: its columns cannot be read then.
  const columns = kind === 'virtual' ? [] : readColumns(db, name)
  const names = columns.map((column) => column.name.toLowerCase())
  const free = ['rowid', '_rowid_', 'oid'].find((candidate) => !names.includes(candidate))
  return {
    ...{ name, kind, columns, withoutRowid },
    unique: kind === 'table' ? readUnique(db, name, columns) : [],
    rowid: withoutRowid ? undefined : free,
  }
}

function readColumns(db: DatabaseSync, table: string): SourceColumn[] {
  const rows = db.prepare(`pragma main.table_xinfo(${literal(table)})`).all()
  return rows
    .filter(({ hidden }) => hidden !== 1)
    .map(({ name, type, pk, hidden }) => ({
      name: String(name),
      declared: String(type),
      keyPlace: Number(pk),
      generated: Number(hidden) > 1,
    }))
}

function readUnique(
  db: DatabaseSync,
  table: string,
  columns: readonly SourceColumn[],
): readonly string[][] {
  const key = columns
    .filter(({ keyPlace }) => keyPlace > 0)
    .sort((a, b) => a.keyPlace - b.keyPlace)
    .map(({ name }) => name)
  const indexes = db.prepare(`pragma main.index_list(${literal(table)})`).all()
  const others = indexes
    .filter((index) => index['unique'] === 1 && index['partial'] === 0)
    .map((index) =>
      db
        .prepare(`pragma main.index_xinfo(${literal(String(index['name']))})`)
        .all()
        .filter((row) => row['key'] === 1),
    )
    // Under another collation two keys are one though their bytes differ: no proof of uniqueness
    // is lost by it. An expression has no name.
    .filter((rows) => rows.every((row) => row['name'] !== null))
    .map((rows) => rows.map((row) => String(row['name'])))
  return key.length === 0 ? others : [key, ...others]
}

/** First letters of columns by which some index can find rows at once. */
export function isIndexed(
  db: DatabaseSync,
  table: SourceTable,
  columns: readonly string[],
): boolean {
  const wanted = new Set(columns.map((name) => name.toLowerCase()))
  const leads = (names: readonly string[]) =>
    names.length >= wanted.size &&
    names.slice(0, wanted.size).every((name) => wanted.has(name.toLowerCase()))
  if (table.unique.some(leads)) return true
  return db
    .prepare(`pragma main.index_list(${literal(table.name)})`)
    .all()
    .filter((index) => index['partial'] === 0)
    .some((index) =>
      leads(
        db
          .prepare(`pragma main.index_info(${literal(String(index['name']))})`)
          .all()
          .map((row) => String(row['name'] ?? '')),
      ),
    )
}
