import type { Database } from '@minato/platform/data'
import type { Kysely } from 'kysely'

export type SourceKind = 'docker' | 'registry'

type CatalogTables = {
  'mcp_console.catalog_sources': {
    id: string
    kind: SourceKind
    title: string
    url: string
    created_by: string
    created_at: Date
  }
}

export function catalogTables(db: Database): Kysely<CatalogTables> {
  return db.withTables<CatalogTables>()
}
