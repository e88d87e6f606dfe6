import type { Services } from '@minato/platform/app'
import { sql } from 'kysely'

type Db = Services['db']

/** A fingerprint of every table of the platform and the apps, also of those made tomorrow. */
export async function snapshotTables(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
     order by 1, 2`.execute(db)
  const snapshot = new Map<string, string>()
  for (const { schema, name } of rows) {
    const { rows: found } = await sql<{ hash: string | null }>`
      select md5(string_agg(t::text, '|' order by t::text)) as hash
        from ${sql.table(`${schema}.${name}`)} t`.execute(db)
    snapshot.set(`${schema}.${name}`, found[0]?.hash ?? '')
  }
  return snapshot
}

export function changedTables(before: Map<string, string>, after: Map<string, string>): string[] {
  return [...after].filter(([name, hash]) => before.get(name) !== hash).map(([name]) => name)
}
