import type { LinkedReference, LinkedTable } from './linked.ts'
import type { MapProblem } from './map-file.ts'

/** The references of a table's rows whose columns and parents' keys all come from the file. */
export function linkReferences(
  table: LinkedTable,
  tables: readonly LinkedTable[],
): LinkedReference[] {
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
export function inOrder(tables: readonly LinkedTable[]): LinkedTable[] | MapProblem {
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
