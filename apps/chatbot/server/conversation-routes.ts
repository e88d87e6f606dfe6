import type { RouteServer } from '@minato/platform/app'
import { principalOf } from '@minato/platform/http'
import { z } from 'zod'
import {
  conversationView,
  conversationWithMessages,
  viewConversation,
} from './conversation-view.ts'
import {
  changeConversation,
  createConversation,
  deleteConversation,
  listConversations,
  readMessages,
} from './conversations.ts'
import { chatbotErrors } from './errors.ts'
import { exportJson, exportMarkdown } from './export.ts'
import { readableConversation } from './inspect.ts'
import { allowedModels } from './models.ts'
import { chatbotTables } from './store.ts'
import type { ChatbotServices } from './write-answer.ts'

export const conversationId = z.object({ id: z.uuid() })
const READ = { permission: 'chatbot.use', rate: 'read' } as const
const ACTION = { permission: 'chatbot.use', rate: 'action' } as const
const BODY_BYTES = 64 * 1024

const title = z.string().trim().min(1).max(200)
const model = z.string().min(1).max(200)

const listQuery = z.object({
  query: z.string().max(200).optional(),
  archived: z.enum(['true', 'false']).default('false'),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

/** Conversations: list, open, change, delete, export. */
export function conversationRoutes(server: RouteServer, services: ChatbotServices): void {
  const db = chatbotTables(services.db)
  const page = z.object({ items: z.array(conversationView), nextCursor: z.string().nullable() })
  server.get(
    '/conversations',
    { config: READ, schema: { querystring: listQuery, response: { 200: page } } },
    async (request) => {
      const { archived, ...options } = request.query
      const { userId } = principalOf(request)
      return await listConversations(db, userId, { ...options, archived: archived === 'true' })
    },
  )
  server.post(
    '/conversations',
    {
      config: ACTION,
      bodyLimit: BODY_BYTES,
      schema: {
        body: z
          .object({
            title: title.optional(),
            model: model.optional(),
            systemPromptId: z.uuid().optional(),
          })
          .nullish(),
        response: { 201: conversationView },
      },
    },
    async (request, reply) => {
      const input = request.body ?? {}
      await checkModel(services, input.model)
      const { userId } = principalOf(request)
      const now = new Date(services.clock())
      return reply.status(201).send(await createConversation(db, userId, now, input))
    },
  )
  singleRoutes(server, services)
  exportRoute(server, services)
}

function singleRoutes(server: RouteServer, services: ChatbotServices): void {
  const db = chatbotTables(services.db)
  server.get(
    '/conversations/:id',
    {
      config: READ,
      schema: { params: conversationId, response: { 200: conversationWithMessages } },
    },
    async (request) => {
      const row = await readableConversation(services, request, request.params.id)
      return { ...viewConversation(row), messages: await readMessages(db, row.id) }
    },
  )
  server.patch(
    '/conversations/:id',
    {
      config: ACTION,
      bodyLimit: BODY_BYTES,
      schema: {
        params: conversationId,
        body: z.object({
          title: title.optional(),
          pinned: z.boolean().optional(),
          archived: z.boolean().optional(),
          model: model.nullable().optional(),
          systemPromptId: z.uuid().nullable().optional(),
        }),
        response: { 200: conversationView },
      },
    },
    async (request) => {
      await checkModel(services, request.body.model ?? undefined)
      return await changeConversation(
        db,
        request.params.id,
        principalOf(request).userId,
        request.body,
      )
    },
  )
  server.delete(
    '/conversations/:id',
    { config: ACTION, schema: { params: conversationId } },
    async (request, reply) => {
      await deleteConversation(db, request.params.id, principalOf(request).userId)
      return reply.status(204).send()
    },
  )
}

function exportRoute(server: RouteServer, services: ChatbotServices): void {
  const db = chatbotTables(services.db)
  server.get(
    '/conversations/:id/export',
    {
      config: READ,
      schema: {
        params: conversationId,
        querystring: z.object({ format: z.enum(['md', 'json']).default('md') }),
      },
    },
    async (request, reply) => {
      const row = await readableConversation(services, request, request.params.id)
      const conversation = viewConversation(row)
      const messages = await readMessages(db, row.id)
      const { format } = request.query
      const markdown = format === 'md'
      return reply
        .header('content-disposition', `attachment; filename="conversation-${row.id}.${format}"`)
        .type(markdown ? 'text/markdown; charset=utf-8' : 'application/json; charset=utf-8')
        .send(
          markdown
            ? exportMarkdown(conversation, messages, request.locale)
            : exportJson(conversation, messages),
        )
    },
  )
}

async function checkModel(services: ChatbotServices, name: string | undefined): Promise<void> {
  if (name === undefined) return
  const allowed = await allowedModels(services)
  if (!allowed.some((item) => item.id === name)) throw chatbotErrors.CHATBOT_MODEL_NOT_ALLOWED()
}
