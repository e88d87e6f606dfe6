import type { ConsoleServices } from '../config.ts'
import { catalogErrors } from './errors.ts'
import { catalogTables, type SourceKind } from './tables.ts'

/** Where a catalog comes from. People name it by its id; only administrators ever name an address. */
export type CatalogSource = {
  id: string
  kind: SourceKind
  title: { en: string; ja: string }
  url: string
  /** Who named the address: the configuration, or a person in the browser. */
  trust: 'config' | 'user'
}

function builtIn({ appConfig }: ConsoleServices): CatalogSource[] {
  return [
    {
      id: 'docker',
      kind: 'docker',
      title: { en: 'Docker MCP catalog', ja: 'Docker MCP カタログ' },
      url: appConfig.dockerCatalogUrl,
      trust: 'config',
    },
    {
      id: 'official',
      kind: 'registry',
      title: { en: 'MCP registry', ja: 'MCP レジストリ' },
      url: appConfig.officialRegistryUrl,
      trust: 'config',
    },
  ]
}

/** The built-in sources and those that were added, in this order. */
export async function listSources(services: ConsoleServices): Promise<CatalogSource[]> {
  const rows = await catalogTables(services.db)
    .selectFrom('mcp_console.catalog_sources')
    .selectAll()
    .orderBy('id')
    .execute()
  const added = rows.map(
    ({ id, kind, title, url }): CatalogSource => ({
      ...{ id, kind, url, title: { en: title, ja: title }, trust: 'user' },
    }),
  )
  return [...builtIn(services), ...added]
}

/** @throws {MinatoError} MCP_CONSOLE_SOURCE_INVALID for an id nobody added; nothing is dialled. */
export async function findSource(services: ConsoleServices, id: string): Promise<CatalogSource> {
  const sources = await listSources(services)
  const source = sources.find((candidate) => candidate.id === id)
  if (source === undefined) {
    const known = sources.map((candidate) => candidate.id).join(', ')
    const members = { reason: 'invalid_source' }
    throw catalogErrors.MCP_CONSOLE_SOURCE_INVALID({ known }, { members })
  }
  return source
}

/** Built-in ids, which nobody may take or remove. */
export function isBuiltIn(id: string): boolean {
  return id === 'docker' || id === 'official'
}
