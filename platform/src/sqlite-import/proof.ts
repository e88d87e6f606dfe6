import { canonicalLines } from './canonical.ts'
import { addLines, EMPTY_SUM, type Sum } from './checksum.ts'
import type { LinkedTable } from './linked.ts'
import { literal, quoted } from './quoted.ts'
import { writtenColumns } from './stage.ts'
import type { Session, Target } from './target.ts'

const NEWLINE = 10
/** Pages of 8 KiB that the embedded database copies out at once: it gives each answer whole. */
const PAGES = 1000

/** Reads the rows of the target back and sums them up as the source's were. */
export async function sumTarget(
  target: Target,
  table: LinkedTable,
  isOurs: string | undefined,
  onRows: (rows: number) => void,
): Promise<Sum> {
  const sum = { ...EMPTY_SUM }
  const spell = canonicalLines(
    [...table.columns, ...table.constants].map(({ target }) => target.type),
  )
  await target.transaction(async (session) => {
    for (const select of await selects(session, target.kind, table, isOurs)) {
      for await (const lines of completeLines(session.copyOut(select))) {
        const before = sum.rows
        addLines(sum, spell === undefined ? lines : Buffer.from(spell(lines.toString('utf8'))))
        onRows(sum.rows - before)
      }
    }
  })
  return sum
}

async function selects(
  session: Session,
  kind: Target['kind'],
  table: LinkedTable,
  isOurs: string | undefined,
): Promise<string[]> {
  const columns = writtenColumns(table).map((name) => `t.${quoted(name)}`)
  const name = quoted(table.target.schema, table.target.name)
  const all = `select ${columns.join(', ')} from ${name} t`
  const where = isOurs === undefined ? '' : ` where ${isOurs}`
  if (kind === 'postgres') return [`${all}${where}`]
  const [row] = await session.query<{ pages: number }>(
    `select (pg_relation_size(${literal(name)}::regclass) / 8192)::float8 as pages`,
  )
  const count = Math.ceil(((row?.pages ?? 0) + 1) / PAGES)
  return Array.from({ length: count }, (_, index) => {
    const range = `t.ctid >= '(${index * PAGES},0)' and t.ctid < '(${(index + 1) * PAGES},0)'`
    return `${all} where ${range}${isOurs === undefined ? '' : ` and ${isOurs}`}`
  })
}

/** Joins what arrives cut anywhere into buffers that end with a line. */
async function* completeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      rest = Buffer.concat([rest, chunk])
      continue
    }
    yield rest.length === 0
      ? Buffer.from(chunk.buffer, chunk.byteOffset, end)
      : Buffer.concat([rest, chunk.subarray(0, end)])
    rest = Buffer.from(chunk.subarray(end))
  }
}
