import type { ConsoleServices } from '../config.ts'
import { githubToken } from '../secrets/index.ts'
import { readDockerCatalog } from './docker-catalog.ts'
import { SourceError } from './errors.ts'
import { fetchJson } from './fetch-json.ts'
import type { CatalogContent, CatalogItem } from './item.ts'
import { type RegistryPage, readRegistryPage } from './registry-page.ts'
import { runnerImages } from './runner-images.ts'
import type { CatalogSource } from './sources.ts'

const PAGE_SIZE = 100
const BROKEN_KEPT = 200

/**
 * Reads a whole source as it is now.
 * @throws {SourceError} when it cannot be read at all
 */
export async function readSource(
  services: ConsoleServices,
  source: CatalogSource,
  signal: AbortSignal,
): Promise<CatalogContent> {
  const access = { signal, githubToken: await githubToken(services) }
  if (source.kind === 'registry') return await readRegistry(services, source, access)
  const body = await fetchJson(services, source, new URL(source.url), access)
  const read = readDockerCatalog(source.id, body)
  if (read === undefined) throw unknownShape()
  return { ...read, broken: read.broken.slice(0, BROKEN_KEPT), complete: true }
}

type Access = { signal: AbortSignal; githubToken: string | undefined }

async function readRegistry(
  services: ConsoleServices,
  source: CatalogSource,
  access: Access,
): Promise<CatalogContent> {
  const items = new Map<string, CatalogItem>()
  const broken: CatalogContent['broken'] = []
  const seen = new Set<string>()
  let cursor: string | undefined
  for (let number = 0; number < services.appConfig.catalogMaxPages; number += 1) {
    const page = await readPage(services, source, cursor, access)
    keepLatest(items, page)
    broken.push(...page.broken.slice(0, BROKEN_KEPT - broken.length))
    cursor = page.nextCursor
    // A registry that gives a cursor twice would keep us for ever.
    if (cursor === undefined || seen.has(cursor)) break
    seen.add(cursor)
  }
  const complete = cursor === undefined
  return { items: [...items.values()], broken, complete }
}

async function readPage(
  services: ConsoleServices,
  source: CatalogSource,
  cursor: string | undefined,
  access: Access,
): Promise<RegistryPage> {
  const url = new URL(`${source.url.replace(/\/+$/, '')}/v0/servers`)
  url.searchParams.set('limit', String(PAGE_SIZE))
  url.searchParams.set('version', 'latest')
  if (cursor !== undefined) url.searchParams.set('cursor', cursor)
  const body = await fetchJson(services, source, url, access)
  const page = readRegistryPage(source.id, body, runnerImages(services.appConfig.runnerImages))
  if (page === undefined) throw unknownShape()
  return page
}

/** Registries before `version=latest` list every release: the one marked latest wins, else the last. */
function keepLatest(items: Map<string, CatalogItem>, page: RegistryPage): void {
  for (const { item, latest } of page.entries) {
    if (latest || !items.has(item.id)) items.set(item.id, item)
  }
}

function unknownShape(): SourceError {
  return new SourceError('upstream_unavailable', 'answered in an unknown shape')
}
