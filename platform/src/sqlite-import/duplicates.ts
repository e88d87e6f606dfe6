import type { DatabaseSync } from 'node:sqlite'
import type { LinkedColumn, LinkedTable } from './linked.ts'
import type { Observed } from './observe.ts'
import { quoted } from './quoted.ts'
import type { Reading } from './scan.ts'
import { countRows } from './source.ts'
import type { TargetKey } from './target-schema.ts'
import { isText } from './target-type.ts'

/**
 * True when the file's own keys already prove that no two rows will share the target's key: the
 * same columns, compared as strictly, and a conversion that keeps different values different.
 */
export function isKnownUnique(
  table: LinkedTable,
  key: TargetKey,
  columns: readonly LinkedColumn[],
  observed: ReadonlyMap<string, Observed>,
): boolean {
  if (key.folded.includes(true) || key.nullsEqual) return false
  const names = new Set(columns.map(({ source }) => source.name.toLowerCase()))
  const unique = table.source.unique.some(
    (list) => list.length > 0 && list.every((name) => names.has(name.toLowerCase())),
  )
  return unique && columns.every((column) => keepsApart(column, observed.get(column.source.name)))
}

function keepsApart({ rule, target }: LinkedColumn, observed: Observed | undefined): boolean {
  if (observed === undefined) return false
  const { values, trim, encoding, stripNul, round } = rule
  if (values !== undefined || trim || encoding !== undefined || stripNul || round) return false
  const { integer, real, text, blob } = observed.types
  const whole = /^(int2|int4|int8|numeric)$/.test(target.type.name) && !target.type.array
  if (whole) return real === 0 && text === 0 && blob === 0
  return isText(target.type) && integer === 0 && real === 0 && blob === 0
}

const LOOK_UP_TO_ROWS = 500_000

/**
 * Columns whose keys differ only by case: two rows for the target, perhaps one thing for people. Not
 * looked for in large tables: it would sort them for a remark.
 */
export function caseTwins(
  db: DatabaseSync,
  { table, from }: Pick<Reading, 'table' | 'from'>,
  rows: number,
): { column: string; count: number }[] {
  if (rows > LOOK_UP_TO_ROWS) return []
  const columns = table.columns.filter(({ target }) => {
    if (!isText(target.type)) return false
    return table.target.keys.some(
      (key) => key.columns.length === 1 && key.columns[0] === target.name && !key.folded[0],
    )
  })
  return columns.flatMap(({ source: { name } }) => {
    const cell = `t.${quoted(name)}`
    const count = countRows(
      db,
      `(select 1 from ${from} where typeof(${cell}) = 'text'
         group by minato_fold(${cell}) having count(distinct ${cell}) > 1)`,
    )
    return count === 0 ? [] : [{ column: name, count }]
  })
}

/** `minato_fold(text)`: without regard to case, also beyond ASCII, which SQLite's own lower() is not. */
export function addFold(db: DatabaseSync): void {
  db.function('minato_fold', { deterministic: true }, (value) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  )
}
