import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { SqliteValue } from './convert.ts'
import type { LinkedReference } from './linked.ts'
import { quoted } from './quoted.ts'
import { Bad } from './reasons.ts'
import type { Flag, Reading } from './scan.ts'
import { countRows } from './source.ts'
import type { Target } from './target.ts'

const AT_ONCE = 1000

/** Rows that refer to a table the file does not bring: which of those parents are not in the database? */
export async function missingParents(input: {
  db: DatabaseSync
  target: Target
  reading: Reading
  reference: LinkedReference
  place: number
}): Promise<Flag | undefined> {
  const { db, target, reading, reference, place } = input
  const { columns } = reference
  const name = `missing_${reading.table.index}_${place}`
  const names = columns.map((_, index) => `k${index}`)
  db.exec(`create temp table ${name} (${names.join(', ')})`)
  const cells = columns.map(({ source }) => `t.${quoted(source.name)}`)
  const given = cells.map((cell) => `${cell} is not null`).join(' and ')
  const select = db.prepare(
    `select distinct ${cells.join(', ')} from ${reading.from} where ${given}`,
  )
  select.setReturnArrays(true)
  select.setReadBigInts(reading.bigInts)
  const insert = db.prepare(`insert into ${name} values (${names.map(() => '?').join(', ')})`)
  let waiting: Asked[] = []
  const ask = async () => {
    for (const row of await notThere(target, reference, waiting)) insert.run(...row)
    waiting = []
  }
  for (const row of select.iterate()) {
    const values = row as unknown as SqliteValue[]
    const texts = columns.map((column, index) => column.convert(values[index] ?? null))
    // What does not convert is bad already for that reason, and null refers to nothing.
    if (texts.some((text) => text instanceof Bad || text === null)) continue
    waiting.push({ values, texts: texts.map(String) })
    if (waiting.length >= AT_ONCE) await ask()
  }
  await ask()
  if (countRows(db, `temp.${name}`) === 0) return undefined
  db.exec(`create index temp.${name}_k on ${name} (${names.join(', ')})`)
  const same = cells.map((cell, index) => `m.k${index} = ${cell}`).join(' and ')
  return {
    condition: `exists (select 1 from temp.${name} m where ${same})`,
    reason: 'orphan',
    columns: columns.slice(0, 1),
  }
}

type Asked = { values: readonly SqliteValue[]; texts: readonly string[] }

async function notThere(
  target: Target,
  { reference, columns }: LinkedReference,
  asked: readonly Asked[],
): Promise<SQLInputValue[][]> {
  if (asked.length === 0) return []
  const lists = columns.map((_, index) => `$${index + 1}::text[]`)
  const names = columns.map((_, index) => `k${index}`)
  const same = columns.map(
    ({ target: column }, index) =>
      `p.${quoted(reference.referred[index] ?? '')} = u.k${index}::${column.type.shown}`,
  )
  const rows = await target.transaction((session) =>
    session.query<{ n: number }>(
      `select u.n::int as n from unnest(${lists.join(', ')}) with ordinality u(${names.join(', ')}, n)
        where not exists (select 1 from ${quoted(reference.schema, reference.table)} p
                           where ${same.join(' and ')})`,
      columns.map((_, index) => asked.map(({ texts }) => texts[index])),
    ),
  )
  return rows.map(({ n }) => [...(asked[n - 1]?.values ?? [])])
}
