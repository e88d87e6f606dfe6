import { escapeCell, NULL_CELL } from '../data/index.ts'
import type { Table } from './catalog.ts'
import { columnList, quoted } from './copy.ts'
import type { Query } from './query.ts'

const AIM_BYTES = 1024 * 1024
const FIRST_ROWS = 50
const MOST_ROWS = 5000

/**
 * What COPY … TO STDOUT would write, through ordinary queries: the embedded database gives COPY's
 * output only as one piece in memory. A cursor is read in batches of about a megabyte.
 */
export async function* copyText(query: Query, table: Table): AsyncGenerator<Buffer, void, void> {
  const stored = table.columns.filter((column) => column.stored)
  // format('%s') gives what the type's output function does, as COPY; a cast to text differs for some.
  const values = stored.map(
    ({ name }, index) =>
      `case when ${quoted(name)} is null then null else format('%s', ${quoted(name)}) end as c${index}`,
  )
  await query(
    `declare backup_rows no scroll cursor for
     select ${values.join(', ')} from (select ${columnList(table)} from ${table.name}) t`,
  )
  try {
    let size = FIRST_ROWS
    for (;;) {
      const rows = await query<Record<string, string | null>>(
        `fetch forward ${size} from backup_rows`,
      )
      if (rows.length === 0) return
      const bytes = Buffer.from(rows.map((row) => lineOf(row, stored.length)).join(''))
      yield bytes
      const perRow = Math.max(1, bytes.length / rows.length)
      size = Math.max(1, Math.min(MOST_ROWS, Math.floor(AIM_BYTES / perRow)))
    }
  } finally {
    // In a transaction that has failed it is closed already, and the failure must stay the one that is told.
    await query('close backup_rows').catch(() => undefined)
  }
}

function lineOf(row: Record<string, string | null>, columns: number): string {
  const cells: string[] = []
  for (let index = 0; index < columns; index += 1) {
    const value = row[`c${index}`] ?? null
    cells.push(value === null ? NULL_CELL : escapeCell(value))
  }
  return `${cells.join('\t')}\n`
}
