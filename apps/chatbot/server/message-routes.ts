import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import type { Accepted } from '@minato/platform/uploads'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AnswerLeases } from './answer-leases.ts'
import { followStored, positionOf, streamLive } from './answer-stream.ts'
import { ask, ownMessage, regenerate } from './ask.ts'
import { conversationId } from './conversation-routes.ts'
import { chatbotErrors } from './errors.ts'
import { chatbotTables, ownConversation } from './store.ts'
import type { ChatbotServices } from './write-answer.ts'

const messageId = z.object({ id: z.uuid(), mid: z.uuid() })
const GENERATION = { permission: 'chatbot.use', rate: 'generation', sensitive: true } as const
const MAX_TEXT_CHARS = 100_000
const FIELD_BYTES = MAX_TEXT_CHARS * 4
const SMALL_BODY_BYTES = 4096
const SMALL_FORM_BYTES = 64 * 1024

const ACCEPTED_TYPES = [
  'application/pdf',
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'text/plain',
  'text/markdown',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
]

/** Asking, resuming, stopping and asking again. */
export function messageRoutes(
  server: RouteServer,
  services: ChatbotServices,
  leases: AnswerLeases,
): void {
  const db = chatbotTables(services.db)
  const { maxFiles, maxFileBytes } = services.appConfig
  server.post(
    '/conversations/:id/messages',
    {
      config: GENERATION,
      bodyLimit: maxFiles * maxFileBytes + FIELD_BYTES + 64 * 1024,
      schema: { params: conversationId },
    },
    async (request, reply) => {
      const { id } = request.params
      const { userId } = principalOf(request)
      // Not theirs: said before their files are read. A short question is stored and checked at once.
      if (mayBeLarge(request)) await ownConversation(db, id, userId)
      const form = await readForm(services, request)
      const asked = await ask(services, leases, { ...form, conversationId: id, ownerId: userId })
      const opening = {
        conversationId: id,
        userMessageId: asked.userMessageId,
        messageId: asked.answer.id,
      }
      streamLive(request, reply, asked.answer, { position: 0, opening })
      return reply
    },
  )
  server.post(
    '/conversations/:id/messages/:mid/regenerate',
    {
      config: GENERATION,
      bodyLimit: SMALL_BODY_BYTES,
      schema: {
        params: messageId,
        body: z.object({ search: z.boolean().default(false) }).nullish(),
      },
    },
    async (request, reply) => {
      const { id, mid } = request.params
      const { userId } = principalOf(request)
      const search = request.body?.search ?? false
      const input = { conversationId: id, ownerId: userId, messageId: mid, search }
      const asked = await regenerate(services, leases, input)
      const opening = {
        conversationId: id,
        userMessageId: asked.userMessageId,
        messageId: asked.answer.id,
      }
      streamLive(request, reply, asked.answer, { position: 0, opening })
      return reply
    },
  )
  resumeAndStop(server, services, leases)
}

function resumeAndStop(server: RouteServer, services: ChatbotServices, leases: AnswerLeases): void {
  const db = chatbotTables(services.db)
  server.get(
    '/conversations/:id/messages/:mid/stream',
    { config: { permission: 'chatbot.use', rate: 'read' }, schema: { params: messageId } },
    async (request, reply) => {
      const { id, mid } = request.params
      await ownConversation(db, id, principalOf(request).userId)
      const position = positionOf(request.headers['last-event-id'])
      const message = await ownMessage(db, id, mid)
      if (message.role !== 'assistant') throw commonErrors.NOT_FOUND()
      const live = leases.get(mid)
      if (live !== undefined) streamLive(request, reply, live, { position })
      else await followStored(request, reply, db, { conversationId: id, messageId: mid, position })
      return reply
    },
  )
  server.post(
    '/conversations/:id/messages/:mid/stop',
    {
      config: { permission: 'chatbot.use', rate: 'action' },
      bodyLimit: SMALL_BODY_BYTES,
      schema: { params: messageId, response: { 202: z.object({ stopping: z.literal(true) }) } },
    },
    async (request, reply) => {
      const { id, mid } = request.params
      await ownConversation(db, id, principalOf(request).userId)
      await ownMessage(db, id, mid)
      const result = await db
        .updateTable('chatbot.messages')
        .set({ stop_requested: true })
        .where('conversation_id', '=', id)
        .where('id', '=', mid)
        .where('state', '=', 'streaming')
        .executeTakeFirst()
      if (result.numUpdatedRows === 0n) throw chatbotErrors.CHATBOT_NOT_RUNNING()
      // Another process sees the request when it next saves its answers.
      leases.get(mid)?.stop()
      return reply.status(202).send({ stopping: true as const })
    },
  )
}

/** A body of unknown or considerable length. */
function mayBeLarge(request: FastifyRequest): boolean {
  const length = Number(request.headers['content-length'] ?? Number.NaN)
  return !(length <= SMALL_FORM_BYTES)
}

type Form = {
  text: string
  files: Accepted[]
  parentId: string | null | undefined
  search: boolean
}

async function readForm(services: ChatbotServices, request: FastifyRequest): Promise<Form> {
  const { maxFiles, maxFileBytes } = services.appConfig
  const { fields, files } = await services.uploads.receive(request, {
    minFiles: 0,
    maxFiles,
    maxBytes: maxFileBytes,
    accept: ACCEPTED_TYPES,
    fields: {
      text: { maxBytes: FIELD_BYTES },
      parentId: { maxBytes: 64 },
      search: { maxBytes: 8 },
    },
  })
  const discard = () => Promise.allSettled(files.map((file) => file.discard()))
  // A form's fields end their lines with CRLF (HTML, "multipart/form-data encoding"), as nobody typed.
  const text = (fields['text']?.[0] ?? '').replaceAll('\0', '').replaceAll('\r\n', '\n').trim()
  if (text === '' && files.length === 0) throw chatbotErrors.CHATBOT_MESSAGE_EMPTY()
  if (text.length > MAX_TEXT_CHARS) {
    await discard()
    throw chatbotErrors.CHATBOT_MESSAGE_TOO_LONG({ max: MAX_TEXT_CHARS })
  }
  const parent = fields['parentId']?.[0]
  const known = parent === undefined || parent === 'root' || z.uuid().safeParse(parent).success
  if (!known) {
    await discard()
    throw chatbotErrors.CHATBOT_PARENT_UNKNOWN()
  }
  return {
    text,
    files,
    parentId: parent === 'root' ? null : parent,
    search: fields['search']?.[0] === 'true',
  }
}
