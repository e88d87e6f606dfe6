import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import { OutboundError } from '@minato/platform/outbound'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { recordAct } from '../request.ts'
import { catalogErrors, SourceError } from './errors.ts'
import { forgetCatalog, loadCatalog } from './load.ts'
import { readSource } from './read-source.ts'
import { type CatalogSource, isBuiltIn, listSources } from './sources.ts'
import { catalogTables } from './tables.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const OPERATE = { permission: 'mcp-console.operate', rate: 'action' } as const
const ADMINISTER = { permission: 'mcp-console.administer', rate: 'action' } as const
const PROBE_MS = 30_000

const sourceView = z.object({
  id: z.string(),
  kind: z.enum(['docker', 'registry']),
  title: z.object({ en: z.string(), ja: z.string() }),
  /** Where it is; only for those who may change it. */
  url: z.string().nullable(),
  builtIn: z.boolean(),
})

const sourceBody = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens'),
  kind: z.enum(['docker', 'registry']),
  title: z.string().trim().min(1).max(100),
  url: z.string().trim().max(2000),
})

const params = z.object({ source: z.string().max(100) })

/** The allow-list of catalogs. People choose by id; addresses are an administrator's matter. */
export function sourceRoutes(server: RouteServer, services: ConsoleServices): void {
  const answer = z.object({ items: z.array(sourceView), nextCursor: z.null() })
  server.get(
    '/catalog-sources',
    { config: READ, schema: { response: { 200: answer } } },
    async (request) => {
      const shown = principalOf(request).permissions.has('mcp-console.administer')
      const sources = await listSources(services)
      return { items: sources.map((source) => viewOf(source, shown)), nextCursor: null }
    },
  )
  server.post(
    '/catalog-sources',
    {
      config: ADMINISTER,
      bodyLimit: 8 * 1024,
      schema: { body: sourceBody, response: { 201: sourceView } },
    },
    async (request, reply) => reply.status(201).send(await add(services, request, request.body)),
  )
  server.delete(
    '/catalog-sources/:source',
    { config: ADMINISTER, schema: { params } },
    async (request, reply) => {
      await remove(services, request, request.params.source)
      return reply.status(204).send()
    },
  )
  server.post(
    '/catalog/:source/refresh',
    {
      config: OPERATE,
      bodyLimit: 1024,
      schema: { params, response: { 200: z.object({ total: z.number(), broken: z.number() }) } },
    },
    async (request) => {
      const { items, broken } = await loadCatalog(services, request.params.source, {
        refresh: true,
      })
      return { total: items.length, broken: broken.length }
    },
  )
}

function viewOf({ id, kind, title, url, trust }: CatalogSource, shown: boolean) {
  return { id, kind, title, url: shown ? url : null, builtIn: trust === 'config' }
}

async function add(
  services: ConsoleServices,
  request: FastifyRequest,
  body: z.infer<typeof sourceBody>,
) {
  const { id, kind, title, url } = body
  if (isBuiltIn(id)) throw catalogErrors.MCP_CONSOLE_SOURCE_TAKEN({ id })
  const source: CatalogSource = { id, kind, url, title: { en: title, ja: title }, trust: 'user' }
  await assertReadable(services, source)
  const { userId } = principalOf(request)
  const inserted = await catalogTables(services.db)
    .insertInto('mcp_console.catalog_sources')
    .values({ ...body, created_by: userId, created_at: new Date(services.clock()) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (inserted.numInsertedOrUpdatedRows === 0n) throw catalogErrors.MCP_CONSOLE_SOURCE_TAKEN({ id })
  await recordAct(services, request, 'catalog-source.add', `catalog-source:${id}`, { url, kind })
  return viewOf(source, true)
}

/** By its text first, then by one real reading, which resolves the name and checks every address. */
async function assertReadable(services: ConsoleServices, source: CatalogSource): Promise<void> {
  const verdict = services.outbound.check(source.url)
  if (verdict.verdict === 'refuse' && verdict.reason !== 'OUTBOUND_OK') {
    throw new OutboundError(verdict.reason, URL.parse(source.url)?.hostname ?? '')
  }
  try {
    await readSource(
      { ...services, appConfig: { ...services.appConfig, catalogMaxPages: 1 } },
      source,
      AbortSignal.timeout(PROBE_MS),
    )
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    if (error.cause instanceof OutboundError && error.cause.status === 422) throw error.cause
    throw catalogErrors.MCP_CONSOLE_SOURCE_UNREADABLE({ problem: error.problem }, { cause: error })
  }
}

async function remove(services: ConsoleServices, request: FastifyRequest, id: string) {
  if (isBuiltIn(id)) throw catalogErrors.MCP_CONSOLE_SOURCE_BUILT_IN()
  const source = (await listSources(services)).find((candidate) => candidate.id === id)
  if (source === undefined) throw commonErrors.NOT_FOUND()
  await catalogTables(services.db)
    .deleteFrom('mcp_console.catalog_sources')
    .where('id', '=', id)
    .execute()
  await forgetCatalog(services, source)
  await recordAct(services, request, 'catalog-source.remove', `catalog-source:${id}`)
}
