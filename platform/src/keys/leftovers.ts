import { sql } from 'kysely'
import type { Database } from '../data/index.ts'

/** Ciphertexts of an older key in a column that nobody declared. */
export type Leftover = { table: string; column: string; count: number }

type Column = { schema: string; table: string; column: string }

/**
 * Looks through every text of the given schemas for ciphertexts of another key than `activeKeyId`. Whoever forgot to
 * declare a column hears of it before the old key is thrown away, and not after.
 */
export async function findLeftovers(
  db: Database,
  schemas: readonly string[],
  activeKeyId: string,
): Promise<Leftover[]> {
  const { rows } = await sql<Column>`
    select c.table_schema as schema, c.table_name as table, c.column_name as column
    from information_schema.columns c
    join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
    where t.table_type = 'BASE TABLE' and c.table_schema in (${sql.join([...schemas])})
      and (c.data_type in ('text', 'character varying', 'json', 'jsonb') or c.data_type = 'ARRAY')
    order by 1, 2, 3`.execute(db)
  const found: Leftover[] = []
  for (const columns of Map.groupBy(rows, ({ schema, table }) => `${schema}.${table}`).values()) {
    found.push(...(await searchTable(db, columns, activeKeyId)))
  }
  return found
}

/** One pass over a table, whatever the number of its columns. */
async function searchTable(
  db: Database,
  columns: readonly Column[],
  activeKeyId: string,
): Promise<Leftover[]> {
  const [first] = columns
  if (first === undefined) return []
  // A token begins a text or a string within JSON, and holds at least an IV and a tag.
  const token = `(^|[^A-Za-z0-9_.-])v1\\.(?!${activeKeyId}\\.)[A-Za-z0-9_-]{1,32}\\.[A-Za-z0-9_-]{38,}`
  const counts = columns.map(
    ({ column }, index) =>
      sql`count(*) filter (where ${sql.ref(column)}::text ~ ${token})::int as ${sql.ref(`n${index}`)}`,
  )
  const table = `${first.schema}.${first.table}`
  const { rows } = await sql<Record<string, number>>`
    select ${sql.join(counts)} from ${sql.table(table)}`.execute(db)
  return columns
    .map(({ column }, index) => ({ table, column, count: rows[0]?.[`n${index}`] ?? 0 }))
    .filter(({ count }) => count > 0)
}
