import type { Bilingual } from '../config/index.ts'
import { type Checkpoint, isEmpty, type Place, readCheckpoints } from './checkpoint.ts'
import { addLines, EMPTY_SUM, type Sum } from './checksum.ts'
import { addFold, caseTwins } from './duplicates.ts'
import { sqliteErrors } from './errors.ts'
import { createJudge, type Judged } from './judge.ts'
import type { Linked, LinkedTable } from './linked.ts'
import { notesOn } from './notes.ts'
import { type Observed, observe } from './observe.ts'
import type { Quarantine } from './quarantine.ts'
import { quoted } from './quoted.ts'
import { prepareReading } from './readings.ts'
import { openRowChecks } from './row-checks.ts'
import { type Reading, scan } from './scan.ts'
import { countRows, type Source } from './source.ts'
import { type Stage, stageTable } from './stage.ts'
import type { Target } from './target.ts'

/**
 * What is to be done with a table. `copy`: from the position on. `merge`: the target has rows, those
 * that are not there yet are added by key. `done`: an earlier run finished it.
 */
export type Way =
  | { kind: 'copy'; from: number }
  | { kind: 'merge'; stage: Stage; already: number }
  | { kind: 'done' }

export type TablePlan = {
  table: LinkedTable
  reading: Reading
  observed: ReadonlyMap<string, Observed>
  found: number
  judged: Judged
  /** Of the rows that go over, converted. */
  sum: Sum
  way: Way
  differs: { count: number; examples: string[] }
  notes: Bilingual[]
}

type PlanInput = {
  source: Source
  target: Target
  linked: Linked
  place: Place
  quarantine: Quarantine
  onRows(rows: number): void
}

/** Reads every row once, as the copy will, and finds all that would stop it. Writes nothing. */
export async function planTables(input: PlanInput): Promise<TablePlan[]> {
  addFold(input.source.db)
  const checkpoints = await input.target.transaction((s) => readCheckpoints(s, input.place))
  const readings = new Map<string, Reading>()
  const plans: TablePlan[] = []
  for (const table of input.linked.tables) {
    const plan = await planTable(input, table, readings, checkpoints.get(table.source.name))
    readings.set(table.source.name, plan.reading)
    plans.push(plan)
  }
  return plans
}

async function planTable(
  input: PlanInput,
  table: LinkedTable,
  done: ReadonlyMap<string, Reading>,
  checkpoint: Checkpoint | undefined,
): Promise<TablePlan> {
  const { source, target, quarantine, onRows } = input
  const observed = observe(source.db, table.source)
  const reading = await prepareReading({ source, target, table, observed, done })
  const judged = createJudge(source, reading, quarantine)
  const sum = { ...EMPTY_SUM }
  const checks = await openRowChecks(target, table, judged)
  for (const chunk of scan(source, reading, { judge: judged })) {
    const kept = (await checks?.keep(chunk)) ?? chunk
    addLines(sum, kept.lines)
    onRows(kept.rowids.length)
    await turn()
  }
  await checks?.close()
  onRows(judged.leftCount())
  const found = countRows(source.db, `main.${quoted(table.source.name)}`)
  const way = await chooseWay(input, reading, sum.rows, checkpoint)
  return {
    ...{ table, reading, observed, found, judged, sum },
    way: way.way,
    differs: way.differs,
    notes: [
      ...notesOn(table, observed, way.way, judged.groups()),
      ...caseTwins(source.db, reading, found).map(twinNote),
    ],
  }
}

function twinNote({ column, count }: { column: string; count: number }): Bilingual {
  return {
    en: `${column}: ${count} keys are there more than once but for case. They stay rows of their own.`,
    ja: `${column}: 大文字小文字だけが違うキーが ${count} 組あります。別々の行として取り込みます。`,
  }
}

/** Lets others have the process: in a running server this work must not hold up everybody. */
async function turn(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

type Chosen = { way: Way; differs: { count: number; examples: string[] } }

async function chooseWay(
  { source, target, onRows }: PlanInput,
  reading: Reading,
  total: number,
  checkpoint: Checkpoint | undefined,
): Promise<Chosen> {
  const { table } = reading
  const none = { count: 0, examples: [] }
  const same = checkpoint?.map === table.mapHash && checkpoint.total === total
  if (checkpoint !== undefined && same) {
    const way: Way = checkpoint.finished
      ? { kind: 'done' }
      : { kind: 'copy', from: checkpoint.position }
    return { way, differs: none }
  }
  if (await target.transaction((session) => isEmpty(session, table))) {
    return { way: { kind: 'copy', from: 0 }, differs: none }
  }
  if (table.key === undefined) {
    throw sqliteErrors.SQLITE_IMPORT_BEGUN_OTHERWISE({ table: table.target.name })
  }
  const stage = await stageTable(source, target, reading, onRows)
  const { already, differs } = await stage.compare()
  return { way: { kind: 'merge', stage, already }, differs }
}

/** Rows that are not there yet. */
export function toTake({ way, sum, differs }: TablePlan): number {
  if (way.kind === 'done') return 0
  return way.kind === 'copy' ? sum.rows - way.from : sum.rows - way.already - differs.count
}
