import { type Place, writeCheckpoint } from './checkpoint.ts'
import { sqliteErrors } from './errors.ts'
import { rowNames } from './judge.ts'
import { type Chunk, type Reading, scan } from './scan.ts'
import type { Source } from './source.ts'
import { intoClause } from './stage.ts'
import type { Target } from './target.ts'

/** Rows of one transaction: what a kill costs at most. */
const BATCH_ROWS = 50_000
const BATCH_BYTES = 16 * 1024 * 1024

type CopyInput = {
  source: Source
  target: Target
  reading: Reading
  place: Place
  /** Rows of earlier runs. */
  from: number
  /** Rows to be written in all. */
  total: number
  batchRows?: number | undefined
  onRows(rows: number): void
}

/**
 * Copies the rows of a table in batches, each in a transaction with its checkpoint. Gives the number
 * of rows written.
 *
 * @throws {MinatoError} SQLITE_IMPORT_ROW_REFUSED when PostgreSQL refuses a row.
 */
export async function copyTable(input: CopyInput): Promise<number> {
  const { source, target, reading, place, from, total, onRows, batchRows = BATCH_ROWS } = input
  const chunks = scan(source, reading, { skip: from })
  const { circleFrom } = reading
  let position = from
  let finished = false
  while (!finished) {
    const batch: Batch = { rowids: [], bytes: 0, ended: false }
    const mayEnd = () =>
      (circleFrom === undefined || position + batch.rowids.length < circleFrom) &&
      (batch.rowids.length >= batchRows || batch.bytes >= BATCH_BYTES)
    try {
      await target.transaction(async (session) => {
        await session.copyIn(intoClause(reading.table), takeBatch(chunks, batch, mayEnd))
        finished = batch.ended
        await writeCheckpoint(session, place, reading.table, {
          position: position + batch.rowids.length,
          total,
          finished,
        })
      })
    } catch (error) {
      throw refusedRow(error, source, reading, batch)
    }
    position += batch.rowids.length
    onRows(batch.rowids.length)
  }
  return position - from
}

type Batch = { rowids: (number | bigint)[]; bytes: number; ended: boolean }

function* takeBatch(chunks: Iterator<Chunk>, batch: Batch, mayEnd: () => boolean) {
  while (!mayEnd()) {
    const next = chunks.next()
    if (next.done) {
      batch.ended = true
      return
    }
    for (const rowid of next.value.rowids) batch.rowids.push(rowid)
    batch.bytes += next.value.lines.length
    yield next.value.lines
  }
}

/** PostgreSQL's refusal with the row of the file in place of the line of the copy. */
function refusedRow(error: unknown, source: Source, reading: Reading, batch: Batch): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  // 22 data exceptions, 23 violated constraints; anything else is no row's fault.
  if (!/^2[23]/.test(String(error.code))) return error
  const where = 'where' in error ? String(error.where) : ''
  const line = Number(/, line (\d+)/.exec(where)?.[1] ?? Number.NaN)
  const rowid = batch.rowids[line - 1]
  const row =
    rowid === undefined
      ? `one of ${batch.rowids.length} rows (foreign keys are checked together)`
      : rowNames(source, reading)(rowid)
  return sqliteErrors.SQLITE_IMPORT_ROW_REFUSED(
    { table: reading.table.source.name, row, reason: error.message },
    { cause: error },
  )
}
