import type { Bilingual } from '../config/index.ts'
import type { Database } from '../data/index.ts'
import { countTarget, type Place, writeCheckpoint } from './checkpoint.ts'
import { type Sum, sameSum, sumText } from './checksum.ts'
import { copyTable } from './copy-table.ts'
import { link } from './link.ts'
import type { Linked } from './linked.ts'
import { parseMap } from './map-file.ts'
import { planTables, type TablePlan, toTake } from './plan.ts'
import { sumTarget } from './proof.ts'
import { openQuarantine } from './quarantine.ts'
import { quoted } from './quoted.ts'
import type { ColumnReport, ProofReport, SqliteReport, TableReport } from './report.ts'
import { moveSequences } from './sequences.ts'
import { countRows, openSource, type Source } from './source.ts'
import { stageTable } from './stage.ts'
import { openTarget, type Target } from './target.ts'
import { readTargetTables } from './target-schema.ts'

/** Hears how far the work is. `rows` are counted once for each time they are read. */
export type Progress = { total(rows: number): void; advance(rows: number): void }

export type SqliteImportInput = {
  /** Absolute path of the SQLite file; it is only ever read. */
  file: string
  /** Name and text of the map. */
  map: { name: string; text: string }
  /** The app's PostgreSQL schema. */
  schema: string
  apply: boolean
  /** Where each value that does not fit is written; undefined: they are only counted. */
  quarantine: string | undefined
  db: Database
  /** Of PostgreSQL; undefined: the embedded database. */
  url: string | undefined
  progress?: Progress
  /** Called once before the first row is written; not where every row is there already. */
  before?: () => Promise<void>
  batchRows?: number
}

/**
 * Takes the rows of a SQLite file over into an app's schema: plan, copy, proof.
 *
 * @example
 * const report = await importSqlite({ file, map, schema: 'shop', apply: false, db, url, quarantine: undefined })
 * @throws {MinatoError} SQLITE_IMPORT_* with what to do.
 */
export async function importSqlite(input: SqliteImportInput): Promise<SqliteReport> {
  const map = parseMap(input.map.name, input.map.text)
  const source = await openSource(input.file)
  try {
    const target = await openTarget(input.db, input.url)
    try {
      const tables = await target.transaction((s) => readTargetTables(s, input.schema))
      return await work(input, source, target, link(map, source.tables, tables))
    } finally {
      await target.close()
    }
  } finally {
    source.close()
  }
}

async function work(
  input: SqliteImportInput,
  source: Source,
  target: Target,
  linked: Linked,
): Promise<SqliteReport> {
  const place: Place = { app: input.schema, file: source.sha256 }
  const onRows = (rows: number) => input.progress?.advance(rows)
  const found = linked.tables.map(({ source: { name } }) =>
    countRows(source.db, `main.${quoted(name)}`),
  )
  // Planning, copying and proving each read every row.
  input.progress?.total(found.reduce((sum, rows) => sum + rows, 0) * (input.apply ? 3 : 1))
  const quarantine = openQuarantine(input.quarantine)
  let plans: TablePlan[] = []
  try {
    plans = await planTables({ source, target, linked, place, quarantine, onRows })
    const report = describePlan(source, linked, plans)
    report.quarantine = quarantine.close()
    if (!input.apply || report.refused) return { ...report, next: nextSteps(report) }
    await source.assertUnchanged()
    if (plans.some(({ way }) => way.kind !== 'done')) await input.before?.()
    await copyAll(input, source, target, place, plans)
    report.applied = true
    for (const [index, plan] of plans.entries()) {
      const table = report.tables[index]
      if (table !== undefined) table.proof = await prove(source, target, plan, onRows)
    }
    report.proven = report.tables.every(({ proof }) => proof?.equal === true)
    return { ...report, next: nextSteps(report) }
  } finally {
    quarantine.discard()
    for (const { way } of plans) if (way.kind === 'merge') await way.stage.drop()
  }
}

async function copyAll(
  input: SqliteImportInput,
  source: Source,
  target: Target,
  place: Place,
  plans: readonly TablePlan[],
): Promise<void> {
  const onRows = (rows: number) => input.progress?.advance(rows)
  for (const { way, table, reading, sum } of plans) {
    const total = sum.rows
    if (way.kind === 'copy') {
      onRows(way.from)
      await copyTable({
        ...{ source, target, reading, place, from: way.from, total, onRows },
        batchRows: input.batchRows,
      })
    } else if (way.kind === 'merge') {
      await target.transaction(async (session) => {
        await way.stage.insertMissing(session)
        await writeCheckpoint(session, place, table, { position: total, total, finished: true })
      })
    }
    if (way.kind !== 'done') await target.transaction((session) => moveSequences(session, table))
  }
}

async function prove(
  source: Source,
  target: Target,
  { table, sum, way, reading }: TablePlan,
  onRows: (rows: number) => void,
): Promise<ProofReport> {
  if (way.kind === 'merge')
    return proofOf(sum, await sumTarget(target, table, way.stage.isOurs, onRows))
  const there = await target.transaction((session) => countTarget(session, table))
  // Others may have added rows since: then only those with a key of the file are looked at.
  if (there <= sum.rows || table.key === undefined) {
    return proofOf(sum, await sumTarget(target, table, undefined, onRows))
  }
  const stage = await stageTable(source, target, reading, () => undefined)
  try {
    return proofOf(sum, await sumTarget(target, table, stage.isOurs, onRows))
  } finally {
    await stage.drop()
  }
}

function proofOf(source: Sum, target: Sum): ProofReport {
  return {
    source: { rows: source.rows, checksum: sumText(source) },
    target: { rows: target.rows, checksum: sumText(target) },
    equal: sameSum(source, target),
  }
}

function describePlan(source: Source, linked: Linked, plans: readonly TablePlan[]): SqliteReport {
  const tables = plans.map(describeTable)
  const refused = tables.some(
    ({ bad, differs }) => differs.count > 0 || bad.some(({ policy }) => policy === 'refuse'),
  )
  return {
    file: { path: source.path, bytes: source.bytes, sha256: source.sha256 },
    ...{ applied: false, refused, proven: false, skipped: [...linked.skipped] },
    ...{ tables, quarantine: null, next: [] },
  }
}

function describeTable(plan: TablePlan): TableReport {
  const { table, found, judged, notes, differs, sum } = plan
  const taken = toTake(plan)
  return {
    source: table.source.name,
    target: table.target.name,
    ...{ found, taken, already: sum.rows - taken - differs.count, left: found - sum.rows },
    columns: describeColumns(plan),
    bad: judged.groups(),
    ...{ differs, notes, proof: null },
  }
}

function describeColumns({ table, observed }: TablePlan): ColumnReport[] {
  return table.source.columns.map(({ name, declared }) => {
    const column = table.columns.find(({ source }) => source.name === name)
    const types = Object.entries(observed.get(name)?.types ?? {}).filter(([, count]) => count > 0)
    return {
      ...{ source: name, declared, types: Object.fromEntries(types) },
      target: column?.target.name ?? null,
      type: column?.target.type.shown ?? null,
      as: column?.rule.as ?? null,
    }
  })
}

function nextSteps(report: SqliteReport): Bilingual[] {
  if (report.refused) {
    return [
      {
        en: 'Say in the map what becomes of what does not fit, then plan again.',
        ja: '合わない値の扱いをマップに書き、もう一度計画を確認してください。',
      },
    ]
  }
  if (!report.applied) {
    return [
      {
        en: 'Stop the application that writes to the file, then take it over with --apply.',
        ja: 'ファイルに書き込むアプリケーションを停止し、--apply を付けて取り込んでください。',
      },
    ]
  }
  return report.proven
    ? [
        {
          en: 'Keep the file, read-only, until you have made a backup of the new database and restored it once.',
          ja: '新しいデータベースのバックアップを取り、復元を一度確認するまで、ファイルを読み取り専用で保管してください。',
        },
      ]
    : [
        {
          en: 'Some tables are not what the file says. If people work with them already, that is why; otherwise do not open the system, and compare the tables marked above.',
          ja: '内容が一致しない表があります。既に利用が始まっていればそれが理由です。そうでなければ公開せず、上に示した表を確認してください。',
        },
      ]
}
