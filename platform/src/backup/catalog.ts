import type { Query } from './query.ts'

export type Column = { name: string; type: string; stored: boolean }
export type Table = { name: string; columns: Column[]; partitioned: boolean }
export type Partition = { name: string; parent: string; bound: string }
export type ForeignKey = { table: string; name: string; definition: string }
export type Sequence = { name: string; last: string | null }

/** pg-boss keeps a schema of its own beside those of the migrations' owners. */
const QUEUE_SCHEMA = 'pgboss'

/** Names are written as SQL wants them: `minato.users`, `"Odd Name".t`. */
const NAME = `format('%I.%I', n.nspname, c.relname)`

/** Neither the system's nor an extension's. */
const OURS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and not exists (
  select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
    and d.deptype = 'e')`

/** Schemas of everything that migrations have made. */
export async function readSchemas(query: Query): Promise<string[] | undefined> {
  const [there] = await query<{ present: boolean }>(
    `select to_regclass('minato.migrations') is not null as present`,
  )
  if (there?.present !== true) return undefined
  const owners = await query<{ owner: string }>('select distinct owner from minato.migrations')
  return [...new Set(['minato', QUEUE_SCHEMA, ...owners.map(({ owner }) => owner)])].sort()
}

export async function readMigrationRows(query: Query) {
  return await query<{ owner: string; id: string; checksum: string }>(
    'select owner, id, checksum from minato.migrations order by owner, id',
  )
}

/** Tables that hold rows of their own or of their partitions; `stored` tells generated columns apart. */
export async function readTables(query: Query, schemas: readonly string[]): Promise<Table[]> {
  const rows = await query<Column & { table: string; partitioned: boolean; column: string }>(
    `select ${NAME} as table, c.relkind = 'p' as partitioned, a.attname as column,
            format_type(a.atttypid, a.atttypmod) as type, a.attgenerated = '' as stored
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1) and ${OURS}
      order by 1, a.attnum`,
    [schemas],
  )
  const tables = Map.groupBy(rows, ({ table }) => table)
  return [...tables].map(([name, columns]) => ({
    name,
    partitioned: columns[0]?.partitioned === true,
    columns: columns.map(({ column, type, stored }) => ({ name: column, type, stored })),
  }))
}

export async function readLeftOut(query: Query, schemas: readonly string[]): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `select ${NAME} as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and n.nspname <> all($1) and ${OURS}
      order by 1`,
    [schemas],
  )
  return rows.map(({ name }) => name)
}

/** Partitions may have been made while the system ran: pg-boss makes one a day. */
export async function readPartitions(
  query: Query,
  schemas: readonly string[],
): Promise<Partition[]> {
  return await query<Partition>(
    `select ${NAME} as name, format('%I.%I', pn.nspname, p.relname) as parent,
            pg_get_expr(c.relpartbound, c.oid) as bound
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_inherits i on i.inhrelid = c.oid
       join pg_class p on p.oid = i.inhparent join pg_namespace pn on pn.oid = p.relnamespace
      where c.relispartition and c.relkind in ('r', 'p') and n.nspname = any($1)
      order by c.oid`,
    [schemas],
  )
}

/** `last` is null for a sequence that was never used. */
export async function readSequences(query: Query, schemas: readonly string[]): Promise<Sequence[]> {
  return await query<Sequence>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as last
       from pg_sequences where schemaname = any($1) order by 1`,
    [schemas],
  )
}

/** Those of partitions that follow their parent's are left out. */
export async function readForeignKeys(
  query: Query,
  schemas: readonly string[],
): Promise<ForeignKey[]> {
  return await query<ForeignKey>(
    `select ${NAME} as table, quote_ident(k.conname) as name, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class c on c.oid = k.conrelid
       join pg_namespace n on n.oid = c.relnamespace
      where k.contype = 'f' and k.conparentid = 0 and n.nspname = any($1)
      order by 1, 2`,
    [schemas],
  )
}

/** Indexes that carry no constraint: built after the rows are there, they cost a fraction. */
export async function readPlainIndexes(
  query: Query,
  schemas: readonly string[],
): Promise<{ name: string; definition: string }[]> {
  return await query(
    `select format('%I.%I', n.nspname, x.relname) as name, pg_get_indexdef(x.oid) as definition
       from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and c.relkind = 'r' and not c.relispartition and i.indisvalid
        and not exists (select from pg_constraint k where k.conindid = x.oid)
      order by 1`,
    [schemas],
  )
}

/** Names of what surrounds the rows; partitions made while the system ran have theirs from the parent. */
export async function readObjects(query: Query, schemas: readonly string[]): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `select 'index ' || format('%I.%I', n.nspname, x.relname) as name
       from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and not c.relispartition and i.indisvalid
     union all
     select 'constraint ' || ${NAME} || ' ' || quote_ident(k.conname)
       from pg_constraint k join pg_class c on c.oid = k.conrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and not c.relispartition and k.contype in ('p', 'u', 'f', 'c', 'x')
     union all
     select 'trigger ' || ${NAME} || ' ' || quote_ident(t.tgname)
       from pg_trigger t join pg_class c on c.oid = t.tgrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1) and not c.relispartition and not t.tgisinternal
     order by 1`,
    [schemas],
  )
  return rows.map(({ name }) => name)
}
