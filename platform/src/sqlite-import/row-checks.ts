import type { Judged } from './judge.ts'
import type { LinkedTable } from './linked.ts'
import { quoted } from './quoted.ts'
import type { Chunk } from './scan.ts'
import { writtenColumns } from './stage.ts'
import type { Session, Target } from './target.ts'

const CHECK_VIOLATION = '23514'
const NEWLINE = 10

/** The table's own check constraints, tried on rows before any of them is written. */
export type RowChecks = {
  /** The rows that may go over; the others are told to the judge. */
  keep(chunk: Chunk): Promise<Chunk>
  close(): Promise<void>
}

/**
 * Only PostgreSQL can evaluate a check. A temporary table with the same constraints takes each chunk
 * in a transaction that is always rolled back. Undefined for a table without checks.
 */
export async function openRowChecks(
  target: Target,
  table: LinkedTable,
  judged: Judged,
): Promise<RowChecks | undefined> {
  if (table.target.checks.length === 0) return undefined
  const name = `minato_import_check_${table.index}`
  const written = writtenColumns(table)
  await target.transaction(async (session) => {
    await session.query(`drop table if exists pg_temp.${name}`)
    await session.query(
      `create temp table ${name} (like ${quoted(table.target.schema, table.target.name)}
         including constraints including defaults including generated)`,
    )
    for (const column of table.target.columns) {
      if (written.includes(column.name) || column.generated || !column.notNull) continue
      await session.query(`alter table pg_temp.${name} alter ${quoted(column.name)} drop not null`)
    }
  })
  const into = `pg_temp.${name} (${written.map((column) => quoted(column)).join(', ')})`
  return {
    keep: (chunk) => keepGood(target, into, table, chunk, judged),
    close: () =>
      target.transaction(
        async (session) => void (await session.query(`drop table if exists pg_temp.${name}`)),
      ),
  }
}

/** Each refusal names its line: what came before it is good, what follows is tried again. */
async function keepGood(
  target: Target,
  into: string,
  table: LinkedTable,
  chunk: Chunk,
  judged: Judged,
): Promise<Chunk> {
  const good: Buffer[] = []
  const rowids: Chunk['rowids'] = []
  let { lines } = chunk
  let at = 0
  for (;;) {
    const refused = await tryLines(target, into, lines)
    if (refused === undefined) break
    const start = startOf(lines, refused.line)
    const end = lines.indexOf(NEWLINE, start) + 1
    good.push(lines.subarray(0, start))
    rowids.push(...chunk.rowids.slice(at, at + refused.line - 1))
    at += refused.line
    const rowid = chunk.rowids[at - 1] ?? 0
    judged.badRow(rowid, refused.constraint, table.onBad === 'quarantine' ? 'quarantine' : 'refuse')
    lines = lines.subarray(end)
  }
  if (at === 0) return chunk
  return { lines: Buffer.concat([...good, lines]), rowids: [...rowids, ...chunk.rowids.slice(at)] }
}

/** Offset at which the line begins, counted from 1. */
function startOf(lines: Buffer, line: number): number {
  let start = 0
  for (let seen = 1; seen < line; seen += 1) start = lines.indexOf(NEWLINE, start) + 1
  return start
}

class Undone extends Error {}

async function tryLines(
  target: Target,
  into: string,
  lines: Buffer,
): Promise<{ line: number; constraint: string } | undefined> {
  if (lines.length === 0) return undefined
  try {
    await target.transaction(async (session: Session) => {
      await session.copyIn(into, [lines])
      throw new Undone()
    })
  } catch (error) {
    if (error instanceof Undone) return undefined
    const found = violation(error)
    if (found === undefined) throw error
    return found
  }
  return undefined
}

function violation(error: unknown): { line: number; constraint: string } | undefined {
  if (!(error instanceof Error) || !('code' in error) || error.code !== CHECK_VIOLATION)
    return undefined
  const line = Number(/, line (\d+)/.exec('where' in error ? String(error.where) : '')?.[1])
  const constraint = 'constraint' in error ? String(error.constraint) : 'check'
  return Number.isInteger(line) ? { line, constraint } : undefined
}
