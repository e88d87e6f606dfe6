import type { DatabaseSync } from 'node:sqlite'
import { escapeCell, NULL_CELL } from '../data/index.ts'
import type { SqliteValue } from './convert.ts'
import type { LinkedColumn, LinkedTable } from './linked.ts'
import { quoted } from './quoted.ts'
import { Bad, bad, type Reason } from './reasons.ts'
import type { Source } from './source.ts'

/** How the rows of a table are read: in which order, and what is known to be wrong with some. */
export type Reading = {
  table: LinkedTable
  /** FROM clause whose table is called `t`. */
  from: string
  rowid: string
  orderBy: string
  /** Temporary table with the rowids of rows that stay behind, among them those of its parents. */
  left: string
  flags: readonly Flag[]
  bigInts: boolean
  /** Rows from this one on refer to one another and must be written in one statement. */
  circleFrom: number | undefined
}

/** A condition on a row, found by SQL, under which the columns do not fit. */
export type Flag = { condition: string; reason: Reason; columns: readonly LinkedColumn[] }

/** Hears of each value that does not fit. */
export type Judge = {
  bad(rowid: number | bigint, column: LinkedColumn, value: SqliteValue, reason: Reason): void
  /** The row stays behind. */
  left(rowid: number | bigint): void
}

/** Complete lines of COPY's text format, and which rows they are. */
export type Chunk = { lines: Buffer; rowids: (number | bigint)[] }

const CHUNK_CHARACTERS = 256 * 1024
const CHUNK_ROWS = 2000

/**
 * Reads a table once, converts each row and gives it as lines for COPY. With a judge, rows are
 * judged and those that stay behind are told to it; without one they are known and left out.
 */
export function* scan(
  source: Source,
  reading: Reading,
  options: { judge?: Judge; skip?: number } = {},
): Generator<Chunk> {
  const { judge, skip = 0 } = options
  const statement = source.db.prepare(selectOf(reading, judge !== undefined, skip))
  statement.setReturnArrays(true)
  statement.setReadBigInts(reading.bigInts)
  const writeRow = rowWriter(source, reading, judge)
  let lines: string[] = []
  let rowids: (number | bigint)[] = []
  let characters = 0
  for (const given of statement.iterate()) {
    const row = given as unknown as SqliteValue[]
    const line = writeRow(row)
    if (line === undefined) continue
    lines.push(line)
    rowids.push(row[0] as number | bigint)
    characters += line.length
    if (lines.length < CHUNK_ROWS && characters < CHUNK_CHARACTERS) continue
    yield { lines: Buffer.from(lines.join('')), rowids }
    lines = []
    rowids = []
    characters = 0
  }
  if (lines.length > 0) yield { lines: Buffer.from(lines.join('')), rowids }
}

function selectOf(reading: Reading, judged: boolean, skip: number): string {
  const { table, from, rowid, orderBy, left, flags } = reading
  const cells = table.columns.map(({ source, rule }) => {
    const name = `t.${quoted(source.name)}`
    return rule.encoding === undefined
      ? name
      : `case typeof(${name}) when 'text' then cast(${name} as blob) else ${name} end`
  })
  // A flag is needed in the second pass too: `null` puts null where a row has no parent.
  const conditions = flags.map(({ condition }) => condition)
  const where = judged ? '' : `where ${rowid} not in (select rid from temp.${quoted(left)})`
  const offset = skip === 0 ? '' : `limit -1 offset ${skip}`
  return `select ${[rowid, ...cells, ...conditions].join(', ')} from ${from} ${where}
          order by ${orderBy} ${offset}`
}

/** Types whose texts never hold what COPY escapes. */
const PLAIN = /^(bool|int2|int4|int8|float4|float8|numeric|timestamptz|timestamp|date|time|uuid)$/

type RowWriter = (row: readonly SqliteValue[]) => string | undefined

function rowWriter(source: Source, reading: Reading, judge: Judge | undefined): RowWriter {
  const { table, flags } = reading
  const { columns } = table
  const plain = columns.map(({ target }) => PLAIN.test(target.type.name) && !target.type.array)
  const flagged = columns.map((column) =>
    flags.flatMap((flag, at) =>
      flag.columns.includes(column) ? [{ at: 1 + columns.length + at, reason: flag.reason }] : [],
    ),
  )
  const constants = table.constants
    .map(({ text }) => `\t${text === null ? NULL_CELL : escapeCell(text)}`)
    .join('')
  const isBroken = brokenText(source, reading)
  return (row) => {
    let line = ''
    let stays = false
    const rowid = row[0] as number | bigint
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index] as LinkedColumn
      const value = row[index + 1] ?? null
      let text = column.convert(value)
      if (text === null && column.target.notNull) text = bad('null')
      if (typeof value === 'string' && value.includes('\ufffd') && isBroken(rowid, column)) {
        text = bad('bad-utf8')
      }
      for (const { at, reason } of flagged[index] ?? [])
        if (Number(row[at]) === 1) text = bad(reason)
      if (text instanceof Bad) {
        judge?.bad(rowid, column, value, text.reason)
        if (column.onBad !== 'null') stays = true
        text = null
      }
      if (index > 0) line += '\t'
      line += text === null ? NULL_CELL : plain[index] === true ? text : escapeCell(text)
    }
    if (!stays) return `${line}${constants}\n`
    judge?.left(rowid)
    return undefined
  }
}

/**
 * SQLite's text may be any bytes. What is not UTF-8 arrives with U+FFFD in its place; whether that
 * was written so, or stands for something broken, only the bytes tell.
 */
function brokenText(source: Source, reading: Reading) {
  const decoder = new TextDecoder(source.encoding, { fatal: true, ignoreBOM: true })
  const statements = new Map<LinkedColumn, ReturnType<DatabaseSync['prepare']>>()
  return (rowid: number | bigint, column: LinkedColumn): boolean => {
    let statement = statements.get(column)
    if (statement === undefined) {
      const name = `t.${quoted(column.source.name)}`
      statement = source.db.prepare(
        `select cast(${name} as blob) as bytes from ${reading.from} where ${reading.rowid} = ?`,
      )
      statements.set(column, statement)
    }
    const bytes = statement.get(rowid)?.['bytes']
    if (!(bytes instanceof Uint8Array)) return false
    try {
      decoder.decode(bytes)
      return false
    } catch {
      return true
    }
  }
}
