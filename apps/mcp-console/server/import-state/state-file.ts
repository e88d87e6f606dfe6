import type { DatabaseSync } from 'node:sqlite'
import { importErrors } from './errors.ts'

export type StateRow = Readonly<Record<string, unknown>>

/** The old console's SQLite file, opened so that nothing can be written to it. */
export type StateFile = {
  tables: readonly string[]
  count(table: string): number
  rows(table: string): StateRow[]
  close(): void
}

/** One of these is in every state.db, however old. */
const KNOWN = ['credentials', 'sessions', 'gateway_allowlist']

/** @throws {MinatoError} MCP_CONSOLE_STATE_UNREADABLE */
export async function openStateFile(path: string): Promise<StateFile> {
  // Loaded here: no server needs SQLite but for this one command.
  const { DatabaseSync } = await import('node:sqlite')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true })
    const names = db.prepare("select name from sqlite_master where type = 'table'").all()
    const tables = names
      .map(({ name }) => String(name))
      .filter((name) => !name.startsWith('sqlite_'))
      .sort()
    const check = db.prepare('pragma quick_check(1)').get()
    if (check?.['quick_check'] !== 'ok') throw new Error('the file is damaged')
    if (!KNOWN.some((name) => tables.includes(name))) throw new Error('its tables are not there')
    return reader(db, tables)
  } catch (error) {
    db?.close()
    const problem = error instanceof Error ? error.message : 'unknown'
    throw importErrors.MCP_CONSOLE_STATE_UNREADABLE({ problem }, { cause: error })
  }
}

function reader(db: DatabaseSync, tables: readonly string[]): StateFile {
  const quoted = (table: string) => `"${table.replaceAll('"', '""')}"`
  return {
    tables,
    count: (table) =>
      tables.includes(table)
        ? Number(db.prepare(`select count(*) as n from ${quoted(table)}`).get()?.['n'])
        : 0,
    rows: (table) =>
      tables.includes(table)
        ? (db.prepare(`select * from ${quoted(table)} order by rowid`).all() as StateRow[])
        : [],
    close: () => db.close(),
  }
}

/** A column as text; empty for what is absent, null or something else. */
export function textOf(row: StateRow, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
}

/** An ISO time; undefined when it is none. Naive times were UTC there. */
export function timeOf(row: StateRow, column: string): Date | undefined {
  return readTime(textOf(row, column))
}

export function readTime(text: string): Date | undefined {
  const zoned = /[zZ]|[+-]\d\d:?\d\d$/.test(text) ? text : `${text}Z`
  const ms = text === '' ? Number.NaN : Date.parse(zoned)
  return Number.isNaN(ms) ? undefined : new Date(ms)
}

/** JSON in a column; undefined when it is none. */
export function jsonOf(row: StateRow, column: string): unknown {
  try {
    return JSON.parse(textOf(row, column))
  } catch {
    return undefined
  }
}
