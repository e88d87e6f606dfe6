import type { Cache } from '@minato/platform/cache'
import type { ConsoleServices } from '../config.ts'
import { catalogErrors, SourceError, type SourceFailure } from './errors.ts'
import type { CatalogContent } from './item.ts'
import { readSource } from './read-source.ts'
import { type CatalogSource, findSource } from './sources.ts'

export type LoadedCatalog = CatalogContent & {
  /** When the source was read, ms since the epoch. */
  fetchedAt: number
  /** Served from an earlier reading. */
  cached: boolean
  /** Older than it should be, because the source could not be read. */
  failure: SourceFailure | undefined
}

type Kept = CatalogContent & { fetchedAt: number }
/** What this process holds: the parsed catalogs, and readings that are under way. */
type Held = {
  kept: Map<string, Kept>
  reading: Map<string, Promise<{ content: Kept } | SourceFailure>>
}

/** How long a copy is kept for the day its source is away. */
const KEEP_MS = 7 * 86_400_000
/** A source that failed is left alone for a moment: a page that is reloaded must not hammer it. */
const LEAVE_ALONE_MS = 15_000
const READ_MS = 90_000
/** How long somebody waits for a new reading who could have the older copy at once. */
const PATIENCE_MS = 3000
const HELD = new WeakMap<Cache, Held>()

/**
 * A source's whole catalog: fresh for an hour, then read again; an older copy when that fails.
 * @throws {MinatoError} MCP_CONSOLE_SOURCE_INVALID, MCP_CONSOLE_SOURCE_RATE_LIMITED,
 * MCP_CONSOLE_SOURCE_UNAVAILABLE when there is no copy
 */
export async function loadCatalog(
  services: ConsoleServices,
  sourceId: string,
  { refresh = false }: { refresh?: boolean } = {},
): Promise<LoadedCatalog> {
  const source = await findSource(services, sourceId)
  const kept = await keptCopy(services, source)
  const now = services.clock()
  const fresh = kept !== undefined && now - kept.fetchedAt < services.appConfig.catalogTtlMs
  if (fresh && !refresh) return { ...kept, cached: true, failure: undefined }
  const before = await services.cache
    .namespace('mcp-console')
    .get<SourceFailure>(`${keyOf(source)}:failure`)
  const left = before !== undefined && before.until > now ? before : undefined
  const failure = left ?? (await readInTime(services, source, kept !== undefined))
  if ('content' in failure) return { ...failure.content, cached: false, failure: undefined }
  if (kept !== undefined) return { ...kept, cached: true, failure }
  throw asAnswer(failure, services.clock())
}

/**
 * Reads the source, or says why not. Where there is an older copy nobody waits for a slow source:
 * the reading goes on, and whoever asks next has it.
 */
async function readInTime(
  services: ConsoleServices,
  source: CatalogSource,
  hasCopy: boolean,
): Promise<{ content: Kept } | SourceFailure> {
  const reading = readOnce(services, source)
  if (!hasCopy) return await reading
  const { promise: late, resolve } = Promise.withResolvers<SourceFailure>()
  const problem = 'is slow'
  const slow: SourceFailure = { reason: 'upstream_unavailable', problem, until: services.clock() }
  const timer = setTimeout(() => resolve(slow), PATIENCE_MS)
  try {
    return await Promise.race([reading, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Forgets what is kept of a source, so that the next request reads it. */
export async function forgetCatalog(services: ConsoleServices, source: CatalogSource) {
  heldBy(services).kept.delete(keyOf(source))
  await services.cache.namespace('mcp-console').purge(keyOf(source))
}

function heldBy({ cache }: ConsoleServices): Held {
  const held = HELD.get(cache) ?? { kept: new Map(), reading: new Map() }
  HELD.set(cache, held)
  return held
}

/** The address is part of the key: another address is another catalog. */
function keyOf({ id, url }: CatalogSource): string {
  return `catalog:1:${id}:${encodeURIComponent(url)}`
}

/**
 * The copy in the cache. Its time is asked for first: parsing thousands of servers at each request
 * would cost more than all the rest of it.
 */
async function keptCopy(
  services: ConsoleServices,
  source: CatalogSource,
): Promise<Kept | undefined> {
  const cache = services.cache.namespace('mcp-console')
  const { kept } = heldBy(services)
  const key = keyOf(source)
  const fetchedAt = await cache.get<number>(`${key}:at`)
  const held = kept.get(key)
  if (fetchedAt === undefined || held?.fetchedAt === fetchedAt) {
    return fetchedAt === undefined ? undefined : held
  }
  const copy = await cache.get<Kept>(`${key}:content`)
  if (copy !== undefined) kept.set(key, copy)
  return copy
}

/** One reading of a source at a time; whoever asks meanwhile waits for the same one. */
function readOnce(
  services: ConsoleServices,
  source: CatalogSource,
): Promise<{ content: Kept } | SourceFailure> {
  const { reading } = heldBy(services)
  const key = keyOf(source)
  const running =
    reading.get(key) ??
    readAndKeep(services, source)
      .then((content) => ({ content }))
      .catch(async (error: unknown) => {
        if (!(error instanceof SourceError)) throw error
        return await remember(services, source, error)
      })
      .finally(() => reading.delete(key))
  reading.set(key, running)
  return running
}

async function readAndKeep(services: ConsoleServices, source: CatalogSource): Promise<Kept> {
  const content = await readSource(services, source, AbortSignal.timeout(READ_MS)).catch(
    (error) => {
      if (error instanceof DOMException && error.name === 'TimeoutError') {
        throw new SourceError('upstream_unavailable', 'took too long', { cause: error })
      }
      throw error
    },
  )
  const kept = { ...content, fetchedAt: services.clock() }
  const cache = services.cache.namespace('mcp-console')
  const key = keyOf(source)
  await cache.set(`${key}:content`, kept, { ttlMs: KEEP_MS })
  await cache.set(`${key}:at`, kept.fetchedAt, { ttlMs: KEEP_MS })
  await cache.delete(`${key}:failure`)
  heldBy(services).kept.set(key, kept)
  services.log.info('mcp-console.catalog.read', {
    source: source.id,
    items: content.items.length,
    broken: content.broken.length,
  })
  return kept
}

async function remember(
  services: ConsoleServices,
  source: CatalogSource,
  error: SourceError,
): Promise<SourceFailure> {
  const waitMs =
    error.retryAfterSeconds === undefined ? LEAVE_ALONE_MS : error.retryAfterSeconds * 1000
  const { reason, problem } = error
  const failure: SourceFailure = { reason, problem, until: services.clock() + waitMs }
  await services.cache
    .namespace('mcp-console')
    .set(`${keyOf(source)}:failure`, failure, { ttlMs: waitMs })
  services.log.warn('mcp-console.catalog.failed', { source: source.id, reason, problem })
  return failure
}

export function secondsLeft(failure: SourceFailure, now: number): number {
  return Math.max(1, Math.ceil((failure.until - now) / 1000))
}

function asAnswer(failure: SourceFailure, now: number) {
  const { reason, problem } = failure
  if (reason === 'upstream_unavailable') {
    return catalogErrors.MCP_CONSOLE_SOURCE_UNAVAILABLE({ problem }, { members: { reason } })
  }
  const seconds = secondsLeft(failure, now)
  return catalogErrors.MCP_CONSOLE_SOURCE_RATE_LIMITED(
    { seconds },
    {
      members: { reason, retryAfterSeconds: seconds },
      headers: { 'retry-after': String(seconds) },
    },
  )
}
