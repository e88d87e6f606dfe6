import type { DatabaseSync } from 'node:sqlite'
import { quoted } from './quoted.ts'
import type { SourceColumn, SourceTable } from './source-schema.ts'

export type StorageClass = 'null' | 'integer' | 'real' | 'text' | 'blob'

/** What a column really holds, whatever was declared. */
export type Observed = {
  types: Record<StorageClass, number>
  /** Of its integers. */
  least: bigint | undefined
  most: bigint | undefined
}

const CLASSES: readonly StorageClass[] = ['integer', 'real', 'text', 'blob']

/**
 * Counts the types of every column. First one pass with a guess for each column (the type that was
 * declared); only columns that hold others too are counted one type after another.
 */
export function observe(db: DatabaseSync, table: SourceTable): Map<string, Observed> {
  const guesses = table.columns.map((column) => ({ column, guess: guess(column) }))
  const found = firstPass(db, table, guesses)
  const mixed = guesses.filter(({ column }) => !found.has(column.name))
  for (const { column } of mixed) found.set(column.name, inDetail(db, table, column.name))
  return found
}

function guess({ declared }: SourceColumn): StorageClass {
  // https://www.sqlite.org/datatype3.html 3.1, but for what Prisma writes: dates and booleans as integers.
  if (/INT|BOOL|DATE|TIME/i.test(declared)) return 'integer'
  if (/CHAR|CLOB|TEXT|JSON/i.test(declared)) return 'text'
  if (/BLOB/i.test(declared) || declared === '') return 'blob'
  return 'real'
}

function firstPass(
  db: DatabaseSync,
  table: SourceTable,
  guesses: readonly { column: SourceColumn; guess: StorageClass }[],
): Map<string, Observed> {
  const parts = guesses.flatMap(({ column, guess: type }, index) => {
    const name = quoted(column.name)
    const range =
      type === 'integer' ? [`min(${name}) as l${index}`, `max(${name}) as m${index}`] : []
    return [
      `count(${name}) as c${index}`,
      `total(typeof(${name}) = '${type}') as t${index}`,
      ...range,
    ]
  })
  const found = new Map<string, Observed>()
  const row = ask(db, `select count(*) as n, ${parts.join(', ')} from main.${quoted(table.name)}`)
  const rows = Number(row['n'])
  for (const [index, { column, guess: type }] of guesses.entries()) {
    const count = Number(row[`c${index}`])
    if (count !== Number(row[`t${index}`])) continue
    const types = { null: rows - count, integer: 0, real: 0, text: 0, blob: 0, [type]: count }
    found.set(column.name, { types, ...range(row[`l${index}`], row[`m${index}`]) })
  }
  return found
}

function inDetail(db: DatabaseSync, table: SourceTable, column: string): Observed {
  const name = quoted(column)
  const counts = CLASSES.map((type) => `total(typeof(${name}) = '${type}') as ${type}s`)
  const integers = `case when typeof(${name}) = 'integer' then ${name} end`
  const row = ask(
    db,
    `select count(*) - count(${name}) as nulls, ${counts.join(', ')},
            min(${integers}) as least, max(${integers}) as most
       from main.${quoted(table.name)}`,
  )
  const count = (type: string) => Number(row[`${type}s`])
  return {
    types: {
      ...{ null: count('null'), integer: count('integer'), real: count('real') },
      ...{ text: count('text'), blob: count('blob') },
    },
    ...range(row['least'], row['most']),
  }
}

function ask(db: DatabaseSync, text: string): Record<string, unknown> {
  const statement = db.prepare(text)
  statement.setReadBigInts(true)
  return statement.get() ?? {}
}

function range(least: unknown, most: unknown): Pick<Observed, 'least' | 'most'> {
  return {
    least: typeof least === 'bigint' ? least : undefined,
    most: typeof most === 'bigint' ? most : undefined,
  }
}

/** True when a number of JavaScript would lose digits of some integer. */
export function needsBigInts({ least, most }: Observed): boolean {
  return (
    (most !== undefined && most > BigInt(Number.MAX_SAFE_INTEGER)) ||
    (least !== undefined && least < BigInt(Number.MIN_SAFE_INTEGER))
  )
}
