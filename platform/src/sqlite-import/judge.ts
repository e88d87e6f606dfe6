import type { SqliteValue } from './convert.ts'
import type { OnBad } from './map-schema.ts'
import type { Quarantine } from './quarantine.ts'
import { quoted } from './quoted.ts'
import { REASONS, type Reason } from './reasons.ts'
import type { BadGroup } from './report.ts'
import type { Judge, Reading } from './scan.ts'
import type { Source } from './source.ts'

const EXAMPLES = 10
const SHOWN = 60
const FATES: Readonly<Record<OnBad, string>> = {
  refuse: 'stops the import',
  null: 'replaced by null',
  quarantine: 'row left out',
}

export type Judged = Judge & {
  /** A row that a check constraint of the target refuses. */
  badRow(rowid: number | bigint, constraint: string, policy: OnBad): void
  groups(): BadGroup[]
  leftCount(): number
}

/** Counts what does not fit, keeps the first examples, and marks the rows that stay behind. */
export function createJudge(source: Source, reading: Reading, quarantine: Quarantine): Judged {
  const groups = new Map<string, BadGroup>()
  const mark = source.db.prepare(`insert into temp.${quoted(reading.left)} values (?)`)
  const nameRow = rowNames(source, reading)
  let left = 0
  const leave = (rowid: number | bigint): void => {
    mark.run(rowid)
    left += 1
  }
  return {
    bad(rowid, column, value, reason) {
      const group = groupOf(groups, column.source.name, reason, column.onBad)
      group.count += 1
      const row = nameRow(rowid)
      if (group.examples.length < EXAMPLES) group.examples.push({ row, value: shown(value) })
      const { name } = reading.table.source
      const fate = FATES[column.onBad]
      quarantine.add({
        table: name,
        row,
        column: column.source.name,
        reason,
        fate,
        value: whole(value),
      })
    },
    badRow(rowid, constraint, policy) {
      const group = groupOf(groups, constraint, 'check', policy)
      group.count += 1
      const row = nameRow(rowid)
      if (group.examples.length < EXAMPLES) group.examples.push({ row, value: '' })
      const { name } = reading.table.source
      quarantine.add({ table: name, row, constraint, reason: 'check', fate: FATES[policy] })
      if (policy === 'quarantine') leave(rowid)
    },
    left: leave,
    groups: () => [...groups.values()],
    leftCount: () => left,
  }
}

function groupOf(
  groups: Map<string, BadGroup>,
  column: string,
  reason: Reason,
  policy: OnBad,
): BadGroup {
  const found = groups.get(`${column}\0${reason}`)
  if (found !== undefined) return found
  const group: BadGroup = {
    ...{ column, reason, policy, count: 0, examples: [] },
    detail: REASONS[reason],
  }
  groups.set(`${column}\0${reason}`, group)
  return group
}

/** The beginning of a value, with everything invisible written out. */
function shown(value: SqliteValue): string {
  const text = JSON.stringify(whole(value))
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

function whole(value: SqliteValue): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value
}

/** What to call a row so that a person finds it: its rowid, or its key where it has none. */
export function rowNames(source: Source, reading: Reading): (rowid: number | bigint) => string {
  const { table } = reading
  if (!table.source.withoutRowid) return (rowid) => `rowid ${rowid}`
  const key = table.source.unique[0] ?? []
  const names = key.map((name) => quoted(name)).join(', ')
  const select = source.db.prepare(`select ${names} from temp.copy_${table.index} where rowid = ?`)
  select.setReadBigInts(true)
  return (rowid) => {
    const row = select.get(rowid) ?? {}
    return key.map((name) => `${name}=${shown(row[name] ?? null)}`).join(', ')
  }
}
