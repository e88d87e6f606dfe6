import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import { chatbotTables } from './store.ts'
import type { ChatbotServices } from './write-answer.ts'

const READ = { permission: 'chatbot.use', rate: 'read' } as const
const ACTION = { permission: 'chatbot.use', rate: 'action' } as const
const BODY_BYTES = 128 * 1024

const promptView = z.object({
  id: z.string(),
  kind: z.enum(['system', 'shortcut']),
  name: z.string(),
  content: z.string(),
  shared: z.boolean(),
  own: z.boolean(),
})

const promptBody = z.object({
  kind: z.enum(['system', 'shortcut']),
  name: z.string().trim().min(1).max(80),
  content: z.string().trim().min(1).max(20_000),
  shared: z.boolean().default(false),
})

// Not `promptBody.partial()`: its default would unshare a prompt whose name is changed.
const promptChange = promptBody.omit({ kind: true, shared: true }).partial().extend({
  shared: z.boolean().optional(),
})

/** System prompts and shortcuts: one's own, and those shared with the team. */
export function promptRoutes(server: RouteServer, services: ChatbotServices): void {
  const db = chatbotTables(services.db)
  server.get(
    '/prompts',
    { config: READ, schema: { response: { 200: z.object({ items: z.array(promptView) }) } } },
    async (request) => {
      const { userId } = principalOf(request)
      const rows = await db
        .selectFrom('chatbot.system_prompts')
        .selectAll()
        .where((eb) => eb.or([eb('owner_id', '=', userId), eb('shared', '=', true)]))
        .orderBy('kind')
        .orderBy('name')
        .limit(500)
        .execute()
      return { items: rows.map((row) => ({ ...row, own: row.owner_id === userId })) }
    },
  )
  server.post(
    '/prompts',
    {
      config: ACTION,
      bodyLimit: BODY_BYTES,
      schema: { body: promptBody, response: { 201: promptView } },
    },
    async (request, reply) => {
      const now = new Date(services.clock())
      const row = await db
        .insertInto('chatbot.system_prompts')
        .values({
          ...request.body,
          owner_id: principalOf(request).userId,
          created_at: now,
          updated_at: now,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return reply.status(201).send({ ...row, own: true })
    },
  )
  singlePromptRoutes(server, services)
}

function singlePromptRoutes(server: RouteServer, services: ChatbotServices): void {
  const db = chatbotTables(services.db)
  const params = z.object({ id: z.uuid() })
  server.patch(
    '/prompts/:id',
    {
      config: ACTION,
      bodyLimit: BODY_BYTES,
      schema: { params, body: promptChange, response: { 200: promptView } },
    },
    async (request) => {
      const { name, content, shared } = request.body
      const row = await db
        .updateTable('chatbot.system_prompts')
        .set({
          ...(name === undefined ? {} : { name }),
          ...(content === undefined ? {} : { content }),
          ...(shared === undefined ? {} : { shared }),
          updated_at: new Date(services.clock()),
        })
        .where('id', '=', request.params.id)
        .where('owner_id', '=', principalOf(request).userId)
        .returningAll()
        .executeTakeFirst()
      if (row === undefined) throw commonErrors.NOT_FOUND()
      return { ...row, own: true }
    },
  )
  server.delete('/prompts/:id', { config: ACTION, schema: { params } }, async (request, reply) => {
    const result = await db
      .deleteFrom('chatbot.system_prompts')
      .where('id', '=', request.params.id)
      .where('owner_id', '=', principalOf(request).userId)
      .executeTakeFirst()
    if (result.numDeletedRows === 0n) throw commonErrors.NOT_FOUND()
    return reply.status(204).send()
  })
}
