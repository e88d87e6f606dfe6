import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import type { DatabaseSync } from 'node:sqlite'
import { sqliteErrors } from './errors.ts'
import { readSourceTables, type SourceTable } from './source-schema.ts'

const BUSY_TIMEOUT_MS = 1000
/** SQLITE_BUSY, SQLITE_LOCKED and their extended codes (the low byte). */
const BUSY = new Set([5, 6])
const CACHE_KIB = 16 * 1024

/** A SQLite file, opened so that nothing can be written to it, as it was at one moment. */
export type Source = {
  path: string
  bytes: number
  /** SHA-256 of the file, with what its write-ahead log adds. */
  sha256: string
  /** Text is UTF-8 in almost every file; else UTF-16. */
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be'
  db: DatabaseSync
  tables: readonly SourceTable[]
  /** @throws {MinatoError} SQLITE_IMPORT_CHANGED */
  assertUnchanged(): Promise<void>
  close(): void
}

/**
 * Opens a SQLite file and holds a read transaction on it: every look sees the same rows.
 *
 * @throws {MinatoError} SQLITE_IMPORT_UNREADABLE, SQLITE_IMPORT_BUSY
 */
export async function openSource(path: string): Promise<Source> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) throw unreadable(path, 'there is no such file')
  if (found.size === 0) throw unreadable(path, 'the file is empty')
  // Loaded here: no server needs SQLite but for this one command.
  const { DatabaseSync } = await import('node:sqlite')
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS })
    return await prepare(db, path, found.size)
  } catch (error) {
    db?.close()
    throw explained(error, path)
  }
}

async function prepare(db: DatabaseSync, path: string, bytes: number): Promise<Source> {
  db.exec(
    `pragma cache_size = -${CACHE_KIB}; pragma temp_store = file; pragma trusted_schema = off`,
  )
  db.exec('begin')
  // The first read takes the snapshot; a damaged schema fails here.
  const tables = readSourceTables(db)
  assertSound(db, path)
  const sha256 = await fingerprint(path)
  return {
    ...{ path, bytes, sha256, db, tables },
    encoding: encodingOf(db),
    async assertUnchanged() {
      if ((await fingerprint(path)) !== sha256)
        throw sqliteErrors.SQLITE_IMPORT_CHANGED({ file: path })
    },
    close: () => db.close(),
  }
}

/** A truncated or damaged file may open well and give half of its rows. */
function assertSound(db: DatabaseSync, path: string): void {
  const pages = Number(db.prepare('pragma page_count').get()?.['page_count'])
  const size = Number(db.prepare('pragma page_size').get()?.['page_size'])
  if (!(pages > 0) || !(size > 0)) throw unreadable(path, 'it holds no pages')
  const check = db.prepare('pragma quick_check(1)').get()
  const result = check?.['quick_check']
  if (result !== 'ok') throw unreadable(path, `it is damaged (${String(result)})`)
}

function encodingOf(db: DatabaseSync): Source['encoding'] {
  const name = String(db.prepare('pragma encoding').get()?.['encoding']).toLowerCase()
  return name === 'utf-16le' || name === 'utf-16be' ? name : 'utf-8'
}

const READ_BYTES = 1024 * 1024

async function fingerprint(path: string): Promise<string> {
  const hash = createHash('sha256')
  // One buffer for all of it: a stream's would be garbage faster than it is collected.
  const buffer = Buffer.allocUnsafe(READ_BYTES)
  for (const name of [path, `${path}-wal`]) {
    if ((await stat(name).catch(() => undefined)) === undefined) continue
    await using file = await open(name)
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
    }
  }
  return hash.digest('hex')
}

function explained(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  if (BUSY.has(Number(error.errcode) & 0xff)) {
    return sqliteErrors.SQLITE_IMPORT_BUSY({ file: path }, { cause: error })
  }
  const hint = HINTS[Number(error.errcode) & 0xff]
  return unreadable(path, `${error.message}${hint === undefined ? '' : ` (${hint})`}`, error)
}

const HINTS: Readonly<Record<number, string>> = {
  // SQLITE_READONLY: a writer was killed, and its journal must be played back first.
  8: 'a program was killed while it wrote: copy it with its -journal and open the copy once with sqlite3',
  // SQLITE_CANTOPEN of a file that is there: its write-ahead log cannot be opened beside it.
  14: 'a file with a write-ahead log needs a folder that can be written to: copy it with its -wal',
}

function unreadable(file: string, problem: string, cause?: unknown) {
  return sqliteErrors.SQLITE_IMPORT_UNREADABLE({ file, problem }, { cause })
}

/** Rows of a table, all of them. */
export function countRows(db: DatabaseSync, from: string): number {
  return Number(db.prepare(`select count(*) as n from ${from}`).get()?.['n'])
}
