import { Readable } from 'node:stream'
import type { AuditFilter, AuditLog, AuditRow } from '@minato/platform/auth'

const COLUMNS = ['at', 'actorId', 'actorEmail', 'action', 'target', 'ip', 'requestId'] as const
const PAGE = 200
const MAX_ROWS = 100_000
/** Excel reads UTF-8 as UTF-8 only with it. */
const BYTE_ORDER_MARK = '\uFEFF'

/** The log as a table, page by page, so that a large one never stands in memory. */
export function auditCsv(audit: AuditLog, filter: AuditFilter): Readable {
  return Readable.from(linesOf(audit, filter))
}

async function* linesOf(audit: AuditLog, filter: AuditFilter): AsyncGenerator<string> {
  yield `${BYTE_ORDER_MARK}id,${COLUMNS.join(',')},metadata\r\n`
  let cursor: string | undefined
  for (let rows = 0; rows < MAX_ROWS; rows += PAGE) {
    const page = await audit.list({ ...filter, cursor, limit: PAGE })
    yield page.items.map(line).join('')
    if (page.nextCursor === null) return
    cursor = page.nextCursor
  }
}

function line(row: AuditRow): string {
  const cells = COLUMNS.map((name) => {
    const value = row[name]
    return cell(value instanceof Date ? value.toISOString() : (value ?? ''))
  })
  const metadata = row.metadata === null ? '' : JSON.stringify(row.metadata)
  return `${row.id},${cells.join(',')},${cell(metadata)}\r\n`
}

/** Quoted where needed; a leading = + - @ would run as a formula in a spreadsheet. */
export function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
