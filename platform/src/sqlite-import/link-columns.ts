import { nearest } from '../config/nearest.ts'
import { compileConvert } from './convert.ts'
import type { LinkedColumn, LinkedTable } from './linked.ts'
import type { MapProblem } from './map-file.ts'
import type { ColumnRule, OnBad, TableEntry } from './map-schema.ts'
import { Bad, REASONS } from './reasons.ts'
import type { SourceTable } from './source-schema.ts'
import type { TargetColumn, TargetTable } from './target-schema.ts'
import { isKnown, isTime } from './target-type.ts'

/** The columns that rows go to, with their conversion; what is wrong is added to `problems`. */
export function linkColumns(
  table: SourceTable,
  target: TargetTable,
  entry: TableEntry,
  tablePolicy: OnBad,
  problems: MapProblem[],
): LinkedColumn[] {
  const path = ['tables', table.name, 'columns']
  for (const name of Object.keys(entry.columns)) {
    if (table.columns.some((column) => column.name === name)) continue
    const message = `the table has no such column.${nearHint(name, table.columns)}`
    problems.push({ path: [...path, name], message })
  }
  const linked: LinkedColumn[] = []
  for (const source of table.columns) {
    const at = [...path, source.name]
    const given = Object.hasOwn(entry.columns, source.name) ? entry.columns[source.name] : undefined
    if (given === undefined) {
      const message = `says nothing about the column ${source.name}. Map it, or write "skip".`
      problems.push({ path, message })
      continue
    }
    if (given === 'skip') continue
    const rule = typeof given === 'string' ? { to: given } : given
    const column = findColumn(target, rule.to ?? source.name, at, problems)
    if (column === undefined) continue
    if (linked.some((other) => other.target === column)) {
      problems.push({ path: at, message: `another column goes to ${column.name} already.` })
    }
    const wrong = wrongRule(rule, column)
    if (wrong !== undefined) problems.push({ path: at, message: wrong })
    // A table's `null` cannot hold for columns that are never null: those refuse.
    const inherited = tablePolicy === 'null' && column.notNull ? 'refuse' : tablePolicy
    const convert = compileConvert(column.type, rule)
    linked.push({ source, target: column, rule, convert, onBad: rule.onBad ?? inherited })
  }
  return linked
}

function findColumn(
  target: TargetTable,
  name: string,
  path: readonly string[],
  problems: MapProblem[],
): TargetColumn | undefined {
  const column = target.columns.find((candidate) => candidate.name === name)
  if (column === undefined) {
    const message = `${target.name} has no column ${name}.${nearHint(name, target.columns)}`
    problems.push({ path, message })
  } else if (column.generated) {
    problems.push({ path, message: `${name} is computed by the database. Write "skip".` })
    return undefined
  } else if (!isKnown(column.type)) {
    problems.push({
      path,
      message: `${name} is ${column.type.shown}, which is not supported. Write "skip".`,
    })
    return undefined
  }
  return column
}

function wrongRule(rule: ColumnRule, column: TargetColumn): string | undefined {
  const { type } = column
  const bytes = rule.as === 'hex' || rule.as === 'base64' || rule.as === 'utf8'
  if (bytes && type.name !== 'bytea') return `as: ${rule.as} is for bytea, not ${type.shown}.`
  if (rule.as !== undefined && !bytes && !isTime(type)) {
    return `as: ${rule.as} is for dates and times, not ${type.shown}.`
  }
  if (rule.onBad === 'null' && column.notNull)
    return `onBad: null, and ${column.name} is never null.`
  if (rule.split !== undefined && !type.array) return `split is for arrays, not ${type.shown}.`
  if (
    rule.default !== undefined &&
    compileConvert(type, { default: rule.default })(null) instanceof Bad
  ) {
    return `the default does not fit ${type.shown}.`
  }
  return undefined
}

/** Values that the map gives to columns which the source does not have. */
export function linkDefaults(
  table: SourceTable,
  target: TargetTable,
  entry: TableEntry,
  problems: MapProblem[],
): LinkedTable['constants'] {
  return Object.entries(entry.defaults ?? {}).flatMap(([name, value]) => {
    const path = ['tables', table.name, 'defaults', name]
    const column = findColumn(target, name, path, problems)
    if (column === undefined) return []
    const convert = compileConvert(column.type, {})
    const text = value === null ? null : convert(typeof value === 'boolean' ? Number(value) : value)
    if (text instanceof Bad) {
      problems.push({ path, message: REASONS[text.reason].en })
      return []
    }
    if (text === null && column.notNull) problems.push({ path, message: `${name} is never null.` })
    return [{ target: column, text }]
  })
}

/** Columns that must not be null and that nothing goes to. */
export function unfilled(
  table: SourceTable,
  target: TargetTable,
  given: readonly string[],
): MapProblem[] {
  return target.columns
    .filter(({ name, notNull, filled, generated }) => {
      return notNull && !filled && !generated && !given.includes(name)
    })
    .map(({ name, type }) => ({
      path: ['tables', table.name],
      message: `nothing goes to ${target.name}.${name} (${type.shown}, never null). Map a column to it, or give it a value under defaults.`,
    }))
}

/** ` Did you mean X?`, or nothing. */
export function nearHint(word: string, candidates: readonly { name: string }[]): string {
  const near = nearest(
    word,
    candidates.map(({ name }) => name),
  )
  return near === undefined ? '' : ` Did you mean ${near}?`
}
