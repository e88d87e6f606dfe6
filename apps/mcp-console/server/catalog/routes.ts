import type { RouteServer } from '@minato/platform/app'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { countCategories } from './categories.ts'
import { catalogItem as findItem } from './find-item.ts'
import { brokenItem, catalogItem } from './item.ts'
import { type LoadedCatalog, loadCatalog, secondsLeft } from './load.ts'
import { searchItems } from './search.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const BROKEN_SHOWN = 20

const query = z.object({
  // Of any length: whatever is no id is 400 `invalid_source`.
  source: z.string().default('docker'),
  q: z.string().max(200).default(''),
  category: z.string().max(100).default(''),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(24),
})

const listAnswer = z.object({
  source: z.string(),
  items: z.array(catalogItem),
  total: z.number(),
  /** 1 is the first; past the end the last page is given. */
  page: z.number(),
  pageSize: z.number(),
  pageCount: z.number(),
  categories: z.array(
    z.object({
      id: z.string(),
      label: z.object({ en: z.string(), ja: z.string() }),
      count: z.number(),
    }),
  ),
  /** Entries of the source that could not be read, and the first of them. */
  broken: z.object({ count: z.number(), items: z.array(brokenItem) }),
  /** False when the source has more servers than are read of it. */
  complete: z.boolean(),
  cached: z.boolean(),
  stale: z.boolean(),
  fetchedAt: z.string(),
  /** A sentence for the person when the list is older than it should be. */
  warning: z.string().nullable(),
  warningReason: z.enum(['rate_limited', 'upstream_unavailable']).nullable(),
  retryAfterSeconds: z.number().nullable(),
})

/** The catalogs: list, search, one item. */
export function catalogRoutes(server: RouteServer, services: ConsoleServices): void {
  server.get(
    '/catalog',
    { config: READ, schema: { querystring: query, response: { 200: listAnswer } } },
    async (request) => {
      const { source, page, pageSize } = request.query
      const loaded = await loadCatalog(services, source)
      const found = searchItems(loaded.items, request.query)
      const pageCount = Math.max(1, Math.ceil(found.length / pageSize))
      const current = Math.min(page, pageCount)
      return {
        source,
        items: found.slice((current - 1) * pageSize, current * pageSize),
        total: found.length,
        ...{ page: current, pageSize, pageCount },
        // Counted over what the words find, so that a filter never leads to an empty page.
        categories: countCategories(searchItems(loaded.items, { ...request.query, category: '' })),
        broken: { count: loaded.broken.length, items: loaded.broken.slice(0, BROKEN_SHOWN) },
        complete: loaded.complete,
        ...standing(loaded, services.clock(), request.locale),
      }
    },
  )
  server.get(
    '/catalog/:source/*',
    {
      config: READ,
      schema: {
        // An id may hold a slash (`io.github.example/server`), encoded or not.
        params: z.object({ source: z.string().max(100), '*': z.string().min(1).max(300) }),
        response: { 200: catalogItem },
      },
    },
    async (request) => await findItem(services, request.params.source, request.params['*']),
  )
}

/** How old the list is, and why. */
function standing(loaded: LoadedCatalog, now: number, locale: 'ja' | 'en') {
  const { failure, fetchedAt, cached } = loaded
  const read = {
    cached,
    fetchedAt: new Date(fetchedAt).toISOString(),
    stale: failure !== undefined,
  }
  if (failure === undefined) {
    return { ...read, warning: null, warningReason: null, retryAfterSeconds: null }
  }
  const limited = failure.reason === 'rate_limited'
  const seconds = secondsLeft(failure, now)
  const warning = {
    en: limited
      ? `The source limits requests; this is an earlier copy. Next try in ${seconds} s.`
      : `The source does not answer (${failure.problem}); this is an earlier copy.`,
    ja: limited
      ? `提供元の利用制限のため、以前の写しを表示しています。次の確認は ${seconds} 秒後です。`
      : `提供元に接続できないため(${failure.problem})、以前の写しを表示しています。`,
  }[locale]
  return {
    ...read,
    warning,
    warningReason: failure.reason,
    retryAfterSeconds: limited ? seconds : null,
  }
}
