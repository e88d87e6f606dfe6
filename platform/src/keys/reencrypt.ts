import { sql } from 'kysely'
import type { Database } from '../data/index.ts'
import type { EncryptedColumn } from './encrypted-column.ts'
import { KeyError } from './errors.ts'
import { decryptFernet, FERNET_START, parseFernetKey } from './fernet.ts'
import type { KeyContext, KeyRing } from './key-ring.ts'

/** What is to be re-encrypted, and how it is opened. */
export type Origin = {
  /** Beginning of every value that is meant. */
  start: string
  /** Beginning of those that are done already. */
  done: string | undefined
  open(value: string, context: KeyContext): Buffer
}

/** Values made with another key of the ring than its first. */
export function fromOlderKeys(keys: KeyRing): Origin {
  return { start: 'v1.', done: `v1.${keys.activeKeyId}.`, open: keys.decrypt }
}

/**
 * Fernet tokens of the Python original, copied into columns of ours as they were.
 * @throws {KeyError} when a key is not one
 */
export function fromFernet(keyTexts: readonly string[]): Origin {
  const keys = keyTexts.map(parseFernetKey)
  return { start: FERNET_START, done: undefined, open: (value) => decryptFernet(value, keys) }
}

/** How many values of a column are still to be done. */
export async function countPending(
  db: Database,
  place: EncryptedColumn,
  origin: Origin,
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(place.table)} where ${pending(place, origin)}`.execute(
    db,
  )
  return rows[0]?.n ?? 0
}

/** A value that could not be opened: which row, and why. Never the value. */
export type FailedRow = { row: string; code: string }
export type Step = { changed: number; failed: FailedRow[]; after: string | null }

type StepOptions = { origin: Origin; after: string | null; limit: number }

/**
 * Re-encrypts the next values of a column under the first key, in the order of the rows' keys. A value that somebody
 * changes meanwhile stays as they wrote it. What is done is no longer pending: after a kill the work goes on where it
 * was.
 *
 * @returns the key to go on after, null at the end
 */
export async function reencryptStep(
  db: Database,
  keys: KeyRing,
  place: EncryptedColumn,
  { origin, after, limit }: StepOptions,
): Promise<Step> {
  const key = sql.ref(place.key)
  const column = sql.ref(place.column)
  const { rows } = await sql<{ row: string; value: string }>`
    select ${key}::text as row, ${column} as value from ${sql.table(place.table)}
    where ${pending(place, origin)} and ${after === null ? sql`true` : sql`${key} > ${after}`}
    order by ${key} limit ${limit}`.execute(db)
  const failed: FailedRow[] = []
  let changed = 0
  await db.transaction().execute(async (tx) => {
    for (const { row, value } of rows) {
      const context = { table: place.table, column: place.column, row }
      const renewed = renew(keys, origin, value, context)
      if (typeof renewed !== 'string') {
        failed.push({ row, code: renewed.code })
        continue
      }
      const result = await sql`
        update ${sql.table(place.table)} set ${column} = ${renewed}
        where ${key} = ${row} and ${column} = ${value}`.execute(tx)
      changed += Number(result.numAffectedRows ?? 0n)
    }
  })
  return { changed, failed, after: rows.length < limit ? null : (rows.at(-1)?.row ?? null) }
}

function renew(
  keys: KeyRing,
  origin: Origin,
  value: string,
  context: KeyContext,
): string | { code: string } {
  try {
    return keys.encrypt(origin.open(value, context), context)
  } catch (error) {
    if (error instanceof KeyError) return { code: error.code }
    throw error
  }
}

function pending(place: EncryptedColumn, { start, done }: Origin) {
  const column = sql.ref(place.column)
  const notDone = done === undefined ? sql`true` : sql`not starts_with(${column}, ${done})`
  return sql<boolean>`starts_with(${column}, ${start}) and ${notDone}`
}
