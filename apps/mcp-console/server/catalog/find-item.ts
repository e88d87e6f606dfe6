import { commonErrors } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import type { CatalogItem } from './item.ts'
import { loadCatalog } from './load.ts'

/**
 * One item, from the cache or its source.
 *
 * @example
 * const item = await catalogItem(services, 'docker', 'brave')
 * @throws {MinatoError} MCP_CONSOLE_SOURCE_INVALID, MCP_CONSOLE_SOURCE_UNAVAILABLE,
 * MCP_CONSOLE_SOURCE_RATE_LIMITED, NOT_FOUND
 */
export async function catalogItem(
  services: ConsoleServices,
  source: string,
  id: string,
): Promise<CatalogItem> {
  const { items } = await loadCatalog(services, source)
  const item = items.find((candidate) => candidate.id === id)
  if (item === undefined) throw commonErrors.NOT_FOUND()
  return item
}
