import type { DatabaseSync } from 'node:sqlite'
import { isKnownUnique } from './duplicates.ts'
import type { LinkedColumn, LinkedReference, LinkedTable } from './linked.ts'
import { missingParents } from './missing-parents.ts'
import { needsBigInts, type Observed } from './observe.ts'
import { quoted } from './quoted.ts'
import type { Flag, Reading } from './scan.ts'
import { countRows, type Source } from './source.ts'
import { isIndexed } from './source-schema.ts'
import type { Target } from './target.ts'
import type { TargetKey } from './target-schema.ts'

type Observations = ReadonlyMap<string, Observed>

/**
 * Prepares the reading of a table: everything SQL can find out about its rows beforehand goes to
 * temporary tables on disk, never into this process's memory. Parents must have been read before.
 */
export async function prepareReading(input: {
  source: Source
  target: Target
  table: LinkedTable
  observed: Observations
  done: ReadonlyMap<string, Reading>
}): Promise<Reading> {
  const { source, target, table, observed, done } = input
  const { db } = source
  const base = placeOf(db, table)
  const left = `left_${table.index}`
  db.exec(`create temp table ${quoted(left)} (rid integer primary key)`)
  const reading: Reading = {
    ...{ table, ...base, left, flags: [], orderBy: base.rowid, circleFrom: undefined },
    bigInts: [...observed.values()].some(needsBigInts),
  }
  const flags: Flag[] = []
  for (const [place, key] of table.target.keys.entries()) {
    const flag = duplicateFlag(db, reading, key, place, observed)
    if (flag !== undefined) flags.push(flag)
  }
  let order: Pick<Reading, 'from' | 'orderBy' | 'circleFrom'> = reading
  for (const [place, reference] of table.references.entries()) {
    if (reference.parent === table.source.name) {
      flags.push(orphanFlag(db, reading, reference, reading, place))
      order = orderBySelf(db, reading, reference)
    } else if (reference.parent !== undefined) {
      const parent = done.get(reference.parent)
      if (parent !== undefined) flags.push(orphanFlag(db, reading, reference, parent, place))
    } else {
      const flag = await missingParents({ db, target, reading, reference, place })
      if (flag !== undefined) flags.push(flag)
    }
  }
  return { ...reading, ...order, flags }
}

/** A table without rowid is copied to a temporary one, whose rows can be named by a number. */
function placeOf(db: DatabaseSync, { source, index }: LinkedTable) {
  if (!source.withoutRowid) {
    return { from: `main.${quoted(source.name)} as t`, rowid: `t.${source.rowid ?? 'rowid'}` }
  }
  const key = source.unique[0] ?? []
  const copy = quoted(`copy_${index}`)
  db.exec(
    `create temp table ${copy} as select * from main.${quoted(source.name)}
      order by ${key.map((name) => quoted(name)).join(', ')}`,
  )
  return { from: `temp.${copy} as t`, rowid: 't.rowid' }
}

/** The reading's rows under another name, for subqueries. */
function rowsOf({ from, rowid }: Pick<Reading, 'from' | 'rowid'>, name: string) {
  return { from: from.replace(/ as t$/, ` as ${name}`), rowid: rowid.replace(/^t\./, `${name}.`) }
}

function duplicateFlag(
  db: DatabaseSync,
  reading: Reading,
  key: TargetKey,
  place: number,
  observed: Observations,
): Flag | undefined {
  const { table } = reading
  const columns = key.columns.map((name) =>
    table.columns.find((column) => column.target.name === name),
  )
  const known = columns.filter((column) => column !== undefined)
  if (known.length !== columns.length || isKnownUnique(table, key, known, observed))
    return undefined
  const terms = known.map(({ source, target }, index) => {
    const name = `t.${quoted(source.name)}`
    if (target.type.name === 'uuid') return `lower(replace(${name}, '-', ''))`
    return key.folded[index] === true ? `minato_fold(${name})` : name
  })
  const present = key.nullsEqual ? 'true' : terms.map((term) => `${term} is not null`).join(' and ')
  const name = `same_${table.index}_${place}`
  db.exec(
    `create temp table ${name} (rid integer primary key);
     insert into ${name} select rid from (
       select ${reading.rowid} as rid,
              row_number() over (partition by ${terms.join(', ')} order by ${reading.rowid}) as n
         from ${reading.from} where ${present}) where n > 1`,
  )
  if (countRows(db, `temp.${name}`) === 0) return undefined
  const condition = `exists (select 1 from temp.${name} d where d.rid = ${reading.rowid})`
  return { condition, reason: 'duplicate', columns: known.slice(0, 1) }
}

function orphanFlag(
  db: DatabaseSync,
  reading: Reading,
  { reference, columns }: LinkedReference,
  parent: Reading,
  place: number,
): Flag {
  const keys = reference.referred.map(
    (name) => parent.table.columns.find(({ target }) => target.name === name)?.source.name ?? name,
  )
  const rows = rowsOf(parent, 'p')
  const lookup = parentKeys(db, parent, keys, `keys_${reading.table.index}_${place}`)
  const same = columns
    .map(({ source }, index) => `${lookup.key(index)} = t.${quoted(source.name)}`)
    .join(' and ')
  const given = columns.map(({ source }) => `t.${quoted(source.name)} is not null`).join(' and ')
  const from = lookup.from ?? rows.from
  const rowid = lookup.from === undefined ? rows.rowid : 'p.rid'
  return {
    condition: `(${given} and not exists (select 1 from ${from} where ${same}
      and ${rowid} not in (select rid from temp.${quoted(parent.left)})))`,
    reason: 'orphan',
    columns: columns.slice(0, 1),
  }
}

/** Without an index each look for a parent would read the whole table: its keys are copied then. */
function parentKeys(db: DatabaseSync, parent: Reading, keys: readonly string[], name: string) {
  const { source } = parent.table
  if (!source.withoutRowid && isIndexed(db, source, keys)) {
    return { from: undefined, key: (index: number) => `p.${quoted(keys[index] ?? '')}` }
  }
  const terms = keys.map((key, index) => `t.${quoted(key)} as k${index}`)
  const names = keys.map((_, index) => `k${index}`)
  db.exec(
    `create temp table ${name} as select ${terms.join(', ')}, ${parent.rowid} as rid from ${parent.from};
     create index temp.${name}_k on ${name} (${names.join(', ')})`,
  )
  return { from: `temp.${name} as p`, key: (index: number) => `p.k${index}` }
}

/**
 * A row that refers to its own table must come after the one it refers to. Mostly it does already;
 * else the rows are put in order, roots first; rows in a circle come last, together.
 */
function orderBySelf(
  db: DatabaseSync,
  reading: Reading,
  { reference, columns }: LinkedReference,
): Pick<Reading, 'from' | 'orderBy' | 'circleFrom'> {
  const keys = reference.referred.map((name) => columnTo(reading.table, name)?.source.name ?? name)
  const { from, rowid } = rowsOf(reading, 'p')
  const name = `order_${reading.table.index}`
  const lookup = parentKeys(db, reading, keys, `${name}_keys`)
  const parents = lookup.from ?? from
  const parentId = lookup.from === undefined ? rowid : 'p.rid'
  const same = columns
    .map(({ source }, index) => `${lookup.key(index)} = t.${quoted(source.name)}`)
    .join(' and ')
  const edges = `select ${reading.rowid} as rid, ${parentId} as parent from ${reading.from}
    join ${parents} on ${same}`
  const late = db.prepare(`select 1 from (${edges}) where parent > rid limit 1`).get()
  if (late === undefined) return reading
  db.exec(
    `create temp table ${name}_edges as select * from (${edges}) where parent <> rid;
     create index temp.${name}_by_parent on ${name}_edges (parent);
     create index temp.${name}_by_rid on ${name}_edges (rid);
     create temp table ${name} (seq integer primary key, rid integer unique);
     with recursive w(rid, depth) as (
       select ${reading.rowid}, 0 from ${reading.from}
        where not exists (select 1 from ${name}_edges e where e.rid = ${reading.rowid})
       union all select e.rid, depth + 1 from w join ${name}_edges e on e.parent = w.rid)
     insert into ${name} (rid) select rid from w order by depth, rid`,
  )
  const reached = countRows(db, `temp.${name}`)
  db.exec(
    `insert into ${name} (rid) select ${reading.rowid} from ${reading.from}
      where ${reading.rowid} not in (select rid from ${name}) order by 1`,
  )
  const all = countRows(db, `temp.${name}`)
  return {
    from: `temp.${name} as o cross join ${reading.from} on ${reading.rowid} = o.rid`,
    orderBy: 'o.seq',
    circleFrom: reached < all ? reached : undefined,
  }
}

function columnTo(table: LinkedTable, name: string): LinkedColumn | undefined {
  return table.columns.find(({ target }) => target.name === name)
}
