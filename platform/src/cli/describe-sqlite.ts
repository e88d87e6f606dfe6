import type { BadGroup, SqliteReport, TableReport } from '../sqlite-import/index.ts'
import { table } from './output.ts'

/** The report of `minato import sqlite` for people. */
export function describeSqliteReport(report: SqliteReport): string {
  const taken = report.applied ? 'taken' : 'to take'
  const rows = report.tables.map((entry) => [
    ...[entry.source, entry.target, String(entry.found), String(entry.taken)],
    ...[String(entry.already), String(entry.left), proofOf(entry)],
  ])
  return [
    table([
      ['table', 'goes to', 'found', taken, 'there', 'left', report.applied ? 'proof' : ''],
      ...rows,
    ]),
    ...(report.skipped.length === 0
      ? []
      : ['', `Skipped by the map: ${report.skipped.join(', ')}`]),
    ...report.tables.flatMap((entry) => details(entry, report.applied)),
    ...(report.quarantine === null ? [] : ['', `What does not fit is in ${report.quarantine}`]),
    '',
    verdict(report),
    '',
    ...report.next.map(({ en }, index) => `${index + 1}. ${en}`),
  ].join('\n')
}

function proofOf({ proof }: TableReport): string {
  if (proof === null) return ''
  const { source, target, equal } = proof
  if (equal) return `${target.rows} rows, ${target.checksum}`
  return `NOT EQUAL: file ${source.rows} rows, ${source.checksum}; database ${target.rows}, ${target.checksum}`
}

function verdict({ applied, proven, refused }: SqliteReport): string {
  if (refused) return 'Refused: nothing was changed. What does not fit is listed above.'
  if (!applied) return 'A plan: nothing was changed. Add --apply to take it over.'
  return proven
    ? 'Applied. Every table was read back: counts and checksums agree with the file.'
    : 'Applied, but not proven: the tables marked NOT EQUAL are not what the file says.'
}

function details(entry: TableReport, applied: boolean): string[] {
  const columns = entry.columns.map((column) => [
    `  ${column.source}`,
    column.declared,
    Object.entries(column.types)
      .map(([type, count]) => `${count} ${type}`)
      .join(', '),
    column.target === null ? 'skipped' : `→ ${column.target} ${column.type}`,
    column.as === null ? '' : `as ${column.as}`,
  ])
  const quiet = applied && entry.bad.length === 0 && entry.differs.count === 0
  if (quiet) return []
  return [
    '',
    `${entry.source}:`,
    ...(applied ? [] : [table(columns)]),
    ...entry.notes.map(({ en }) => `  note: ${en}`),
    ...entry.bad.flatMap(describeBad),
    ...describeDiffers(entry),
  ]
}

const FATES: Readonly<Record<BadGroup['policy'], string>> = {
  refuse: 'REFUSED',
  null: 'replaced by null',
  quarantine: 'left out',
}

function describeBad({ column, reason, policy, count, examples, detail }: BadGroup): string[] {
  const more = count > examples.length ? [`    and ${count - examples.length} more`] : []
  return [
    `  ${FATES[policy]}: ${column}, ${reason}: ${count}`,
    ...examples.map(({ row, value }) => `    ${row}: ${value}`),
    ...more,
    `    ${detail.en}`,
  ]
}

function describeDiffers({ differs }: TableReport): string[] {
  if (differs.count === 0) return []
  return [
    `  REFUSED: ${differs.count} rows are there already with other content: ${differs.examples.join('; ')}`,
    '    Nothing is ever overwritten. Empty the table yourself, or skip it.',
  ]
}
