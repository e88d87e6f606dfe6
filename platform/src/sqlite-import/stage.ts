import type { LinkedTable } from './linked.ts'
import { quoted } from './quoted.ts'
import { type Reading, scan } from './scan.ts'
import type { Source } from './source.ts'
import type { Session, Target } from './target.ts'

const EXAMPLES = 10

/** Names of the target columns that are written, in the order in which lines hold them. */
export function writtenColumns({ columns, constants }: LinkedTable): string[] {
  return [...columns, ...constants].map(({ target }) => target.name)
}

export function intoClause(table: LinkedTable): string {
  const columns = writtenColumns(table).map((name) => quoted(name))
  return `${quoted(table.target.schema, table.target.name)} (${columns.join(', ')})`
}

/** The file's rows of one table in a temporary table beside the target, where both can be compared. */
export type Stage = {
  /** Rows there with the same content; rows there with other content. */
  compare(): Promise<{ already: number; differs: { count: number; examples: string[] } }>
  /** Adds the rows whose key is not there yet. */
  insertMissing(session: Session): Promise<void>
  /** Condition on the target `t`: its row is one of the file's. */
  isOurs: string
  drop(): Promise<void>
}

/** For a target that has rows already: brings the file's rows beside them. It must have a key. */
export async function stageTable(
  source: Source,
  target: Target,
  reading: Reading,
  onRows: (rows: number) => void,
): Promise<Stage> {
  const { table } = reading
  const name = `pg_temp.minato_import_${table.index}`
  const into = quoted(table.target.schema, table.target.name)
  const columns = writtenColumns(table).map((column) => quoted(column))
  await target.transaction(async (session) => {
    await session.query(`drop table if exists ${name}`)
    await session.query(
      `create temp table minato_import_${table.index} as select ${columns.join(', ')} from ${into} with no data`,
    )
  })
  await fill(target, scan(source, reading), `${name} (${columns.join(', ')})`, onRows)
  await target.transaction((session) => session.query(`analyze ${name}`))
  const key = (table.key?.columns ?? []).map((column) => quoted(column))
  const sameKey = key.map((column) => `s.${column} = t.${column}`).join(' and ')
  const isOurs = `exists (select 1 from ${name} s where ${sameKey})`
  return {
    isOurs,
    compare: () =>
      target.transaction((session) => compare(session, { table, name, into, sameKey, key })),
    async insertMissing(session) {
      await session.query(
        `insert into ${into} (${columns.join(', ')}) overriding system value
         select ${columns.map((column) => `s.${column}`).join(', ')} from ${name} s
          where not exists (select 1 from ${into} t where ${sameKey})`,
      )
    },
    drop: () =>
      target.transaction(
        async (session) => void (await session.query(`drop table if exists ${name}`)),
      ),
  }
}

const AT_ONCE = 50

async function fill(
  target: Target,
  chunks: ReturnType<typeof scan>,
  into: string,
  onRows: (rows: number) => void,
): Promise<void> {
  let more = true
  while (more) {
    await target.transaction((session) => {
      function* some() {
        for (let count = 0; count < AT_ONCE; count += 1) {
          const next = chunks.next()
          if (next.done) {
            more = false
            return
          }
          onRows(next.value.rowids.length)
          yield next.value.lines
        }
      }
      return session.copyIn(into, some())
    })
  }
}

type Compared = { table: LinkedTable; name: string; into: string; sameKey: string; key: string[] }

async function compare(session: Session, { table, name, into, sameKey, key }: Compared) {
  const equal = [...table.columns, ...table.constants]
    .map(({ target: { name: column, type } }) => {
      // json has no equality; citext's would forgive what the file says differently.
      const cast = type.name === 'json' || type.name === 'citext' ? '::text' : ''
      return `s.${quoted(column)}${cast} is not distinct from t.${quoted(column)}${cast}`
    })
    .join(' and ')
  const [counts] = await session.query<{ already: number; differs: number }>(
    `select count(*) filter (where ${equal})::float8 as already,
            count(*) filter (where not (${equal}))::float8 as differs
       from ${name} s join ${into} t on ${sameKey}`,
  )
  const shown = key.map((column) => `s.${column}::text`).join(` || ', ' || `)
  const examples = await session.query<{ row: string }>(
    `select ${shown} as row from ${name} s join ${into} t on ${sameKey}
      where not (${equal}) limit ${EXAMPLES}`,
  )
  const differs = { count: counts?.differs ?? 0, examples: examples.map(({ row }) => row) }
  return { already: counts?.already ?? 0, differs }
}
