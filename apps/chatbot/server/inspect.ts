import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'
import { chatbotTables } from './store.ts'
import type { ChatbotServices } from './write-answer.ts'

/** Lets a person read conversations that are not their own; nobody has it unless it is given. */
export const INSPECT = 'chatbot.inspect'

/**
 * The conversation, for its owner; for a holder of the permission to look too, and every such look
 * is written to the audit log first.
 * @throws {MinatoError} NOT_FOUND for everybody else.
 */
export async function readableConversation(
  services: ChatbotServices,
  request: FastifyRequest,
  id: string,
) {
  const principal = principalOf(request)
  const row = await chatbotTables(services.db)
    .selectFrom('chatbot.conversations')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (row === undefined) throw commonErrors.NOT_FOUND()
  if (row.owner_id === principal.userId) return row
  if (!principal.permissions.has(INSPECT)) throw commonErrors.NOT_FOUND()
  await services.audit.record({
    actorId: principal.userId,
    actorEmail: principal.email,
    action: 'chatbot.conversation.inspected',
    target: `conversation:${id}`,
    ip: request.ip,
    requestId: request.id,
    metadata: { owner: row.owner_id },
  })
  return row
}
