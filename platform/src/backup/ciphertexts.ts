import type { EncryptedColumn, KeyRing } from '../keys/index.ts'
import { KeyError } from '../keys/index.ts'
import { quoted } from './copy.ts'
import type { Query } from './query.ts'

const BATCH = 500

async function isThere(query: Query, { table, column }: EncryptedColumn): Promise<boolean> {
  const rows = await query<object>(
    `select 1 from pg_attribute where attrelid = to_regclass($1) and attname = $2 and not attisdropped`,
    [table, column],
  )
  return rows.length > 0
}

/** The ids of all keys that stored ciphertexts were made with. */
export async function storedKeyIds(
  query: Query,
  columns: readonly EncryptedColumn[],
): Promise<string[]> {
  const ids = new Set<string>()
  for (const place of columns) {
    if (!(await isThere(query, place))) continue
    const column = quoted(place.column)
    const rows = await query<{ id: string }>(
      `select distinct split_part(${column}, '.', 2) as id from ${place.table}
        where ${column} like 'v1.%'`,
    )
    for (const { id } of rows) ids.add(id)
  }
  return [...ids]
}

export type Unopened = { column: string; count: number; code: string }

/** Opens every stored ciphertext, a batch of rows at a time; gives how many opened, and which columns hold others. */
export async function openCiphertexts(
  query: Query,
  keys: KeyRing,
  columns: readonly EncryptedColumn[],
): Promise<{ opened: number; unopened: Unopened[] }> {
  let opened = 0
  const unopened: Unopened[] = []
  for (const place of columns) {
    if (!(await isThere(query, place))) continue
    const failures = new Map<string, number>()
    for await (const { row, value } of valuesOf(query, place)) {
      try {
        keys.decrypt(value, { table: place.table, column: place.column, row })
        opened += 1
      } catch (error) {
        if (!(error instanceof KeyError)) throw error
        failures.set(error.code, (failures.get(error.code) ?? 0) + 1)
      }
    }
    for (const [code, count] of failures) {
      unopened.push({ column: `${place.table}.${place.column}`, count, code })
    }
  }
  return { opened, unopened }
}

/** By the key that names the row, from one batch to the next: there may be millions. */
async function* valuesOf(query: Query, { table, column, key }: EncryptedColumn) {
  let after: string | null = null
  for (;;) {
    const rows: { row: string; value: string }[] = await query(
      `select ${quoted(key)}::text as row, ${quoted(column)} as value from ${table}
        where ${quoted(column)} like 'v1.%' and ($1::text is null or ${quoted(key)}::text > $1)
        order by ${quoted(key)}::text limit ${BATCH}`,
      [after],
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < BATCH) return
    after = last.row
  }
}
