import type { RouteServer } from '@minato/platform/app'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { baseOf } from './base-version.ts'
import { checkDocument, validDocument } from './check.ts'
import { saveConfiguration } from './save.ts'
import { currentVersion } from './store.ts'
import { versionRoutes } from './version-routes.ts'
import { fieldError, versionView } from './views.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const ADMINISTER = { permission: 'mcp-console.administer', rate: 'action' } as const
const BODY_BYTES = 512 * 1024

const saveBody = z.object({
  document: z.unknown(),
  /** The version that was edited; If-Match says the same. */
  version: z.number().int().min(0).optional(),
  note: z.string().trim().max(500).default(''),
})

/** The gateway's configuration: read, check, save. */
export function configurationRoutes(server: RouteServer, services: ConsoleServices): void {
  server.get(
    '/config',
    { config: READ, schema: { response: { 200: versionView } } },
    async (_request, reply) => {
      const current = await currentVersion(services)
      reply.header('etag', `"${current.version}"`)
      return current
    },
  )
  server.put(
    '/config',
    {
      config: ADMINISTER,
      bodyLimit: BODY_BYTES,
      schema: {
        body: saveBody,
        response: { 200: versionView.extend({ warnings: z.array(fieldError) }) },
      },
    },
    async (request, reply) => {
      const base = baseOf(request, request.body.version)
      const { document, warnings } = await validDocument(services, request.body.document)
      const { note } = request.body
      const saved = await saveConfiguration(services, request, { base, document, note })
      reply.header('etag', `"${saved.version}"`)
      return { ...saved, warnings }
    },
  )
  server.post(
    '/config/validate',
    {
      // Nothing is saved: whoever may read it may try.
      config: { permission: 'mcp-console.view', rate: 'action' },
      bodyLimit: BODY_BYTES,
      schema: { body: z.object({ document: z.unknown() }), response: { 200: validation } },
    },
    async (request) => {
      const checked = await checkDocument(services, request.body.document)
      const { document, errors, warnings, references } = checked
      return { valid: document !== undefined, errors, warnings, references }
    },
  )
  versionRoutes(server, services)
}

const validation = z.object({
  valid: z.boolean(),
  errors: z.array(fieldError),
  warnings: z.array(fieldError),
  /** What the vault must hold; names, never values. */
  references: z.array(z.object({ item: z.string(), field: z.string() })),
})
