import type { LinkedColumn, LinkedTable } from './link.ts'
import type { Observed } from './observe.ts'
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
