import { linkColumns, linkDefaults, nearHint, unfilled } from './link-columns.ts'
import { inOrder, linkReferences } from './link-references.ts'
import type { Linked, LinkedColumn, LinkedTable } from './linked.ts'
import { hashOf, type MapFile, type MapProblem } from './map-file.ts'
import type { ImportMap, TableEntry } from './map-schema.ts'
import type { SourceTable } from './source-schema.ts'
import type { TargetKey, TargetTable } from './target-schema.ts'

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
      problems.push({ path, message: `the file has no such table.${nearHint(name, source)}` })
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

type TableInput = {
  map: ImportMap
  table: SourceTable
  entry: TableEntry
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
    const message = `the app has no table ${entry.to}.${nearHint(entry.to, target)}`
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
