import type { RouteServer } from '@minato/platform/app'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { baseOf } from './base-version.ts'
import { validDocument } from './check.ts'
import { diffJson } from './diff.ts'
import { saveConfiguration } from './save.ts'
import { currentVersion, listVersions, versionOf } from './store.ts'
import { fieldError, versionSummary, versionView } from './views.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const ADMINISTER = { permission: 'mcp-console.administer', rate: 'action' } as const

const params = z.object({ version: z.coerce.number().int().min(0).max(999_999_999) })
const page = z.object({
  cursor: z.coerce.number().int().min(1).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
const diffView = z.object({
  from: z.number(),
  to: z.number(),
  changes: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['added', 'removed', 'changed']),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  ),
})

/** Earlier versions: list, read, compare, bring back. */
export function versionRoutes(server: RouteServer, services: ConsoleServices): void {
  const list = z.object({ items: z.array(versionSummary), nextCursor: z.string().nullable() })
  server.get(
    '/config/versions',
    { config: READ, schema: { querystring: page, response: { 200: list } } },
    async ({ query }) => await listVersions(services, { before: query.cursor, limit: query.limit }),
  )
  server.get(
    '/config/versions/:version',
    { config: READ, schema: { params, response: { 200: versionView } } },
    async ({ params: { version } }) => await versionOf(services, version),
  )
  server.get(
    '/config/versions/:version/diff',
    {
      config: READ,
      schema: {
        params,
        /** Compared with this one; without it, with the one in force. */
        querystring: z.object({ with: z.coerce.number().int().min(0).optional() }),
        response: { 200: diffView },
      },
    },
    async ({ params: { version }, query }) => {
      const from = await versionOf(services, version)
      const to =
        query.with === undefined
          ? await currentVersion(services)
          : await versionOf(services, query.with)
      const changes = diffJson(from.document, to.document)
      return { from: from.version, to: to.version, changes }
    },
  )
  restoreRoute(server, services)
}

function restoreRoute(server: RouteServer, services: ConsoleServices): void {
  server.post(
    '/config/versions/:version/restore',
    {
      config: ADMINISTER,
      bodyLimit: 4 * 1024,
      schema: {
        params,
        body: z.object({
          version: z.number().int().min(0).optional(),
          note: z.string().trim().max(500).default(''),
        }),
        response: { 200: versionView.extend({ warnings: z.array(fieldError) }) },
      },
    },
    async (request, reply) => {
      const base = baseOf(request, request.body.version)
      const old = await versionOf(services, request.params.version)
      // Rules may have become stricter since: an old version is judged like a new one.
      const { document, warnings } = await validDocument(services, old.document)
      const restored = old.version === 0 ? {} : { restoredFrom: old.version }
      const change = { base, document, note: request.body.note, ...restored }
      const saved = await saveConfiguration(services, request, change)
      reply.header('etag', `"${saved.version}"`)
      return { ...saved, warnings }
    },
  )
}
