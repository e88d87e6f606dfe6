import type { Session } from './target.ts'
import type { TargetType } from './target-type.ts'

export type TargetColumn = {
  name: string
  type: TargetType
  notNull: boolean
  /** PostgreSQL fills it: a default, an identity, a sequence. */
  filled: boolean
  /** `generated always as (…) stored`: cannot be written. */
  generated: boolean
  sequence: string | null
}

/** What no two rows may share. `folded`: compared without regard to case. */
export type TargetKey = {
  name: string
  primary: boolean
  columns: readonly string[]
  folded: readonly boolean[]
  nullsEqual: boolean
}

export type TargetReference = {
  name: string
  columns: readonly string[]
  schema: string
  table: string
  referred: readonly string[]
}

export type TargetTable = {
  schema: string
  name: string
  columns: readonly TargetColumn[]
  keys: readonly TargetKey[]
  references: readonly TargetReference[]
  /** Names of check constraints. */
  checks: readonly string[]
  triggers: readonly string[]
}

type ColumnRow = {
  table: string
  name: string
  type: string
  array: boolean
  labels: string[] | null
  typmod: number
  shown: string
  not_null: boolean
  filled: boolean
  generated: boolean
  sequence: string | null
}

/** The tables of a schema with everything a row must satisfy. */
export async function readTargetTables(session: Session, schema: string): Promise<TargetTable[]> {
  const columns = await session.query<ColumnRow>(COLUMNS, [schema])
  const keys = (await session.query<KeyRow>(KEYS, [schema])).flatMap(keyOf)
  const references = await session.query<TargetReference & { of: string }>(REFERENCES, [schema])
  const checks = await session.query<{ table: string; name: string }>(CHECKS, [schema])
  const triggers = await session.query<{ table: string; name: string }>(TRIGGERS, [schema])
  const namesOf = (rows: readonly { table: string; name: string }[], table: string) =>
    rows.filter((row) => row.table === table).map(({ name }) => name)
  return [...Map.groupBy(columns, ({ table }) => table)].map(([table, rows]) => ({
    schema,
    name: table,
    columns: rows.map(columnOf),
    keys: keys.filter((key) => key.table === table),
    references: references.filter((reference) => reference.of === table),
    checks: namesOf(checks, table),
    triggers: namesOf(triggers, table),
  }))
}

type KeyRow = Omit<TargetKey, 'columns'> & {
  table: string
  columns: (string | null)[]
  definitions: string[]
}

const FOLDED = /^lower\(\(?("(?:[^"]|"")+"|[a-z_][a-z0-9_]*)\)?(?:::text)?\)$/

/** Keys on columns and on lower(column); one on any other expression only PostgreSQL can judge. */
function keyOf(row: KeyRow): (TargetKey & { table: string })[] {
  const columns = row.columns.map((column, index) => {
    if (column !== null) return column
    const name = FOLDED.exec(row.definitions[index] ?? '')?.[1]
    return name?.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
  })
  const known = columns.filter((column) => column !== undefined)
  if (known.length !== columns.length) return []
  const folded = row.folded.map((citext, index) => citext || row.columns[index] === null)
  return [{ ...row, columns: known, folded }]
}

/** Type modifiers are stored with the size of a header added. */
const HEADER = 4

function columnOf(row: ColumnRow): TargetColumn {
  const { name, filled, generated, sequence } = row
  const numeric = row.type === 'numeric' && row.typmod >= HEADER
  const sized = /^(varchar|bpchar)$/.test(row.type) && row.typmod >= HEADER
  const type: TargetType = {
    name: row.type,
    array: row.array,
    labels: row.labels ?? undefined,
    shown: row.shown,
    maxLength: sized ? row.typmod - HEADER : undefined,
    // numeric's modifier is (precision << 16 | scale) + header.
    precision: numeric ? (row.typmod - HEADER) >> 16 : undefined,
    scale: numeric ? (row.typmod - HEADER) & 0x7ff : undefined,
  }
  return { name, type, notNull: row.not_null, filled, generated, sequence }
}

const COLUMNS = `
  select c.relname::text as table, a.attname::text as name,
         coalesce(be.typname, b.typname)::text as type,
         be.oid is not null as array,
         (select array_agg(e.enumlabel::text order by e.enumsortorder) from pg_enum e
           where e.enumtypid = coalesce(be.oid, b.oid)) as labels,
         case when t.typtype = 'd' then t.typtypmod else a.atttypmod end as typmod,
         format_type(a.atttypid, a.atttypmod) as shown,
         a.attnotnull or (t.typtype = 'd' and t.typnotnull) as not_null,
         (a.atthasdef or a.attidentity <> '') and a.attgenerated = '' as filled,
         a.attgenerated <> '' as generated,
         pg_get_serial_sequence(quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                                a.attname) as sequence
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
    join pg_namespace n on n.oid = c.relnamespace
    join pg_type t on t.oid = a.atttypid
    join pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
    left join pg_type be on be.oid = b.typelem and b.typcategory = 'A'
   where n.nspname = $1 and a.attnum > 0 and not a.attisdropped and not c.relispartition
   order by c.relname, a.attnum`

const KEYS = `
  select t.relname::text as table, i.relname::text as name, x.indisprimary as primary,
         x.indnullsnotdistinct as "nullsEqual",
         array(select a.attname::text from unnest(x.indkey::int2[]) with ordinality k(n, place)
                 left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.n and k.n > 0
                where k.place <= x.indnkeyatts order by k.place) as columns,
         array(select pg_get_indexdef(x.indexrelid, place, true)
                 from generate_series(1, x.indnkeyatts) place order by place) as definitions,
         array(select coalesce(y.typname = 'citext', false)
                 from unnest(x.indkey::int2[]) with ordinality k(n, place)
                 left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.n
                 left join pg_type y on y.oid = a.atttypid
                where k.place <= x.indnkeyatts order by k.place) as folded
    from pg_index x
    join pg_class t on t.oid = x.indrelid
    join pg_class i on i.oid = x.indexrelid
    join pg_namespace n on n.oid = t.relnamespace
   where n.nspname = $1 and x.indisunique and x.indpred is null and x.indisvalid
   order by x.indisprimary desc, i.relname`

const REFERENCES = `
  select o.conname::text as name, c.relname::text as of, fn.nspname::text as schema,
         f.relname::text as table,
         array(select a.attname::text from unnest(o.conkey) with ordinality k(n, place)
                 join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.n
                order by k.place) as columns,
         array(select a.attname::text from unnest(o.confkey) with ordinality k(n, place)
                 join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.n
                order by k.place) as referred
    from pg_constraint o
    join pg_class c on c.oid = o.conrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_class f on f.oid = o.confrelid
    join pg_namespace fn on fn.oid = f.relnamespace
   where n.nspname = $1 and o.contype = 'f' and o.conparentid = 0
   order by o.conname`

const CHECKS = `
  select c.relname::text as table, o.conname::text as name
    from pg_constraint o
    join pg_class c on c.oid = o.conrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and o.contype = 'c' order by o.conname`

const TRIGGERS = `
  select c.relname::text as table, t.tgname::text as name
    from pg_trigger t
    join pg_class c on c.oid = t.tgrelid
    join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = $1 and not t.tgisinternal order by t.tgname`
