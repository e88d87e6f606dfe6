import type { RouteServer } from '@minato/platform/app'
import { auditedBy, principalOf } from '@minato/platform/http'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { createItem, deleteItem, listItems, MAX_FIELDS, updateItem } from './built-in-items.ts'

const READ = { permission: 'mcp-console.operate', rate: 'read' } as const
/** Bodies hold secrets: they are never logged. */
const WRITE = { permission: 'mcp-console.operate', rate: 'action', sensitive: true } as const
const BODY_BYTES = 256 * 1024

// What a reference can name, so that every item and field can be referred to.
const itemName = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\s:{}]+$/, 'must not contain blanks, ":", "{" or "}"')
const fieldName = z
  .string()
  .min(1)
  .max(100)
  .regex(
    /^[^\s{}:](?:[^{}:]*[^\s{}:])?$/,
    'must not contain ":", "{" or "}", nor begin with a blank',
  )
const secretValue = z.string().min(1).max(20_000)
const fields = z
  .record(fieldName, secretValue)
  .refine((all) => Object.keys(all).length <= MAX_FIELDS, `must have at most ${MAX_FIELDS} fields`)
  .refine((all) => Object.keys(all).length > 0, 'must have at least one field')

const itemView = z.object({
  id: z.string(),
  name: z.string(),
  /** Names only: a value is never given out. */
  fields: z.array(z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
})
const params = z.object({ id: z.uuid() })

/** The built-in vault: one's own items. Values go in and are used; they never come out. */
export function itemRoutes(server: RouteServer, services: ConsoleServices): void {
  const listed = z.object({ items: z.array(itemView), nextCursor: z.null() })
  server.get(
    '/vault/items',
    { config: READ, schema: { response: { 200: listed } } },
    async (request) => ({
      items: await listItems(services, principalOf(request).userId),
      nextCursor: null,
    }),
  )
  const create = z.strictObject({ name: itemName, fields })
  server.post(
    '/vault/items',
    { config: WRITE, bodyLimit: BODY_BYTES, schema: { body: create, response: { 201: itemView } } },
    async (request, reply) => {
      const item = await createItem(services, principalOf(request).userId, request.body)
      await services.audit.record({
        ...auditedBy(request),
        action: 'vault-item.create',
        target: `vault-item:${item.id}`,
        metadata: { name: item.name, fieldNames: item.fields },
      })
      return reply.status(201).send(item)
    },
  )
  changeRoutes(server, services)
}

function changeRoutes(server: RouteServer, services: ConsoleServices): void {
  const change = z.strictObject({
    name: itemName.optional(),
    /** null removes a field. */
    fields: z.record(fieldName, secretValue.nullable()).optional(),
  })
  server.patch(
    '/vault/items/:id',
    {
      config: WRITE,
      bodyLimit: BODY_BYTES,
      schema: { params, body: change, response: { 200: itemView } },
    },
    async (request) => {
      const { userId } = principalOf(request)
      const item = await updateItem(services, userId, request.params.id, request.body)
      await services.audit.record({
        ...auditedBy(request),
        action: 'vault-item.update',
        target: `vault-item:${item.id}`,
        metadata: { name: item.name, fieldNames: Object.keys(request.body.fields ?? {}) },
      })
      return item
    },
  )
  server.delete(
    '/vault/items/:id',
    { config: WRITE, schema: { params } },
    async (request, reply) => {
      const name = await deleteItem(services, principalOf(request).userId, request.params.id)
      await services.audit.record({
        ...auditedBy(request),
        action: 'vault-item.delete',
        target: `vault-item:${request.params.id}`,
        metadata: { name },
      })
      return reply.status(204).send()
    },
  )
}
