import type { LinkedTable } from './linked.ts'
import { quoted } from './quoted.ts'
import type { Session } from './target.ts'

export type Checkpoint = { position: number; total: number; finished: boolean; map: string }

/** One table of one file on its way into an app. */
export type Place = { app: string; file: string }

/** How far earlier runs came with this file, by source table. */
export async function readCheckpoints(
  session: Session,
  { app, file }: Place,
): Promise<Map<string, Checkpoint>> {
  const rows = await session.query<Checkpoint & { table: string }>(
    `select source_table as table, position::float8 as position,
            total::float8 as total, map,
            finished_at is not null as finished
       from minato.sqlite_imports where app = $1 and file = $2`,
    [app, file],
  )
  return new Map(rows.map(({ table, ...checkpoint }) => [table, checkpoint]))
}

/** Written in the transaction of the rows it counts: both are there, or neither. */
export async function writeCheckpoint(
  session: Session,
  { app, file }: Place,
  table: LinkedTable,
  { position, total, finished }: Omit<Checkpoint, 'map'>,
): Promise<void> {
  await session.query(
    `insert into minato.sqlite_imports as c
            (app, file, source_table, target_table, map, position, total, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, case when $8 then now() end)
     on conflict (app, file, source_table) do update
        set position = excluded.position, total = excluded.total, map = excluded.map, target_table = excluded.target_table,
            finished_at = excluded.finished_at, updated_at = now()`,
    [app, file, table.source.name, table.target.name, table.mapHash, position, total, finished],
  )
}

/** Rows of the table in the database. */
export async function countTarget(session: Session, { target }: LinkedTable): Promise<number> {
  const [row] = await session.query<{ n: number }>(
    `select count(*)::float8 as n from ${quoted(target.schema, target.name)}`,
  )
  return row?.n ?? 0
}

export async function isEmpty(session: Session, { target }: LinkedTable): Promise<boolean> {
  const [row] = await session.query<{ empty: boolean }>(
    `select not exists (select 1 from ${quoted(target.schema, target.name)}) as empty`,
  )
  return row?.empty === true
}
