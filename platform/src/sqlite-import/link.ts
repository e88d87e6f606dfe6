import { nearest } from '../config/nearest.ts'
import { type Convert, compileConvert } from './convert.ts'
import { hashOf, type MapFile, type MapProblem } from './map-file.ts'
import type { ColumnRule, ImportMap, OnBad } from './map-schema.ts'
import { Bad, REASONS } from './reasons.ts'
import type { SourceColumn, SourceTable } from './source-schema.ts'
import type { TargetColumn, TargetKey, TargetReference, TargetTable } from './target-schema.ts'
import { isKnown, isTime } from './target-type.ts'

export type LinkedColumn = {
  source: SourceColumn
  target: TargetColumn
  rule: ColumnRule
  convert: Convert
  onBad: OnBad
}

/** A table of the file and the one its rows go to, with the conversion of each column. */
export type LinkedTable = {
  index: number
  source: SourceTable
  target: TargetTable
  columns: readonly LinkedColumn[]
  /** The same value in every row: columns the source does not have. */
  constants: readonly { target: TargetColumn; text: string | null }[]
  onBad: OnBad
  /** By which its rows are told apart: all of its columns come from the source and are never null. */
  key: TargetKey | undefined
  references: readonly LinkedReference[]
  mapHash: string
}

export type LinkedReference = {
  reference: TargetReference
  /** In the order of the reference's columns. */
  columns: readonly LinkedColumn[]
  /** The table of the file whose rows it points at; undefined: rows already in the database. */
  parent: string | undefined
}

export type Linked = {
  /** Parents before children. */
  tables: readonly LinkedTable[]
  skipped: readonly string[]
}

/**
 * Holds the map against both schemas. Nothing is left behind in silence: every table and column of
 * the file must be named, if only to be skipped.
 *
 * @throws {MinatoError} SQLITE_IMPORT_MAP_INVALID with the line of each problem.
 */
export function link(
  file: MapFile,
  source: readonly SourceTable[],
  target: readonly TargetTable[],
): Linked {
  const problems: MapProblem[] = []
  const { map } = file
  const skipped: string[] = []
  const tables: LinkedTable[] = []
  for (const name of Object.keys(map.tables)) {
    if (!source.some((table) => table.name === name)) {
      const path = ['tables', name]
      problems.push({ path, message: `the file has no such table.${hint(name, source)}` })
    }
  }
  for (const table of source) {
    if (table.kind === 'view' || table.kind === 'shadow') continue
    const entry = Object.hasOwn(map.tables, table.name) ? map.tables[table.name] : undefined
    if (entry === undefined) {
      const message = `says nothing about the table ${table.name}. Map it, or write "skip".`
      problems.push({ path: ['tables'], message })
    } else if (entry === 'skip') skipped.push(table.name)
    else {
      const linked = linkTable({ map, table, entry, target, problems, index: tables.length })
      if (linked !== undefined) tables.push(linked)
    }
  }
  problems.push(...sharedTargets(tables))
  file.refuse(problems)
  const ordered = inOrder(
    tables.map((table) => ({ ...table, references: linkReferences(table, tables) })),
  )
  if (!Array.isArray(ordered)) file.refuse([ordered])
  return { tables: Array.isArray(ordered) ? ordered : [], skipped }
}

type Entry = Exclude<ImportMap['tables'][string], 'skip'>
type TableInput = {
  map: ImportMap
  table: SourceTable
  entry: Entry
  target: readonly TargetTable[]
  problems: MapProblem[]
  index: number
}

function linkTable(input: TableInput): LinkedTable | undefined {
  const { map, table, entry, target, problems, index } = input
  const path = ['tables', table.name]
  if (table.kind === 'virtual') {
    problems.push({
      path,
      message: 'is a virtual table: its rows are made by a module. Write "skip".',
    })
    return undefined
  }
  if (table.rowid === undefined && !table.withoutRowid) {
    const message =
      'has columns named rowid, _rowid_ and oid: its rows cannot be named. Write "skip".'
    problems.push({ path, message })
    return undefined
  }
  const found = target.find(({ name }) => name === entry.to)
  if (found === undefined) {
    const message = `the app has no table ${entry.to}.${hint(entry.to, target)}`
    problems.push({ path: [...path, 'to'], message })
    return undefined
  }
  const onBad = entry.onBad ?? map.onBad ?? 'refuse'
  const columns = linkColumns(table, found, entry, onBad, problems)
  const constants = linkDefaults(table, found, entry, problems)
  problems.push(
    ...unfilled(
      table,
      found,
      [...columns, ...constants].map(({ target }) => target.name),
    ),
  )
  return {
    ...{ index, source: table, target: found, columns, constants, onBad, references: [] },
    key: keyOf(found, columns),
    mapHash: hashOf([entry, onBad]),
  }
}

function linkColumns(
  table: SourceTable,
  target: TargetTable,
  entry: Entry,
  tablePolicy: OnBad,
  problems: MapProblem[],
): LinkedColumn[] {
  const path = ['tables', table.name, 'columns']
  for (const name of Object.keys(entry.columns)) {
    if (table.columns.some((column) => column.name === name)) continue
    const message = `the table has no such column.${hint(name, table.columns)}`
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
    const message = `${target.name} has no column ${name}.${hint(name, target.columns)}`
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

function linkDefaults(
  table: SourceTable,
  target: TargetTable,
  entry: Entry,
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

function unfilled(table: SourceTable, target: TargetTable, given: readonly string[]): MapProblem[] {
  return target.columns
    .filter(({ name, notNull, filled, generated }) => {
      return notNull && !filled && !generated && !given.includes(name)
    })
    .map(({ name, type }) => ({
      path: ['tables', table.name],
      message: `nothing goes to ${target.name}.${name} (${type.shown}, never null). Map a column to it, or give it a value under defaults.`,
    }))
}

function keyOf(target: TargetTable, columns: readonly LinkedColumn[]): TargetKey | undefined {
  return target.keys.find(
    (key) =>
      !key.folded.includes(true) &&
      key.columns.every((name) =>
        columns.some((column) => column.target.name === name && column.target.notNull),
      ),
  )
}

function sharedTargets(tables: readonly LinkedTable[]): MapProblem[] {
  return tables
    .filter((table, index) => tables.findIndex(({ target }) => target === table.target) < index)
    .map(({ source, target }) => ({
      path: ['tables', source.name, 'to'],
      message: `another table goes to ${target.name} already.`,
    }))
}

function linkReferences(table: LinkedTable, tables: readonly LinkedTable[]): LinkedReference[] {
  return table.target.references.flatMap((reference) => {
    const columns = reference.columns.map((name) =>
      table.columns.find((column) => column.target.name === name),
    )
    const known = columns.filter((column) => column !== undefined)
    if (known.length !== columns.length) return []
    const parent = tables.find(({ target }) => {
      return target.schema === reference.schema && target.name === reference.table
    })
    // The parent's keys must come from the file, or they cannot be compared there.
    const comparable = reference.referred.every((name) =>
      parent?.columns.some((column) => column.target.name === name),
    )
    if (parent !== undefined && !comparable) return []
    return [{ reference, columns: known, parent: parent?.source.name }]
  })
}

/** Parents first; a circle of tables is a problem. */
function inOrder(tables: readonly LinkedTable[]): LinkedTable[] | MapProblem {
  const ordered: LinkedTable[] = []
  let waiting = [...tables]
  while (waiting.length > 0) {
    const ready = waiting.filter((table) =>
      parentsOf(table, tables).every((parent) => ordered.includes(parent)),
    )
    const [first] = waiting
    if (ready.length === 0 && first !== undefined) {
      const names = waiting.map(({ source }) => source.name).join(', ')
      return {
        path: ['tables', first.source.name],
        message: `${names} refer to one another in a circle: no order suits. Skip one of the columns, and fill it afterwards.`,
      }
    }
    ordered.push(...ready)
    waiting = waiting.filter((table) => !ready.includes(table))
  }
  return ordered
}

function parentsOf(table: LinkedTable, tables: readonly LinkedTable[]): LinkedTable[] {
  return tables.filter(
    (other) =>
      other !== table &&
      table.target.references.some(
        (reference) =>
          reference.schema === other.target.schema && reference.table === other.target.name,
      ),
  )
}

function hint(word: string, candidates: readonly { name: string }[]): string {
  const near = nearest(
    word,
    candidates.map(({ name }) => name),
  )
  return near === undefined ? '' : ` Did you mean ${near}?`
}
