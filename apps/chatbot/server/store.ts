import type { Database } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Kysely } from 'kysely'
import type { ChatbotTables } from './tables.ts'

export type ChatbotDatabase = Kysely<ChatbotTables>

/** The database with the chatbot's own tables. */
export function chatbotTables(db: Database): ChatbotDatabase {
  return db.withTables<ChatbotTables>()
}

/**
 * The conversation of this owner.
 * @throws {MinatoError} NOT_FOUND, the same for one that never was and one of somebody else.
 */
export async function ownConversation(db: ChatbotDatabase, id: string, ownerId: string) {
  const row = await db
    .selectFrom('chatbot.conversations')
    .selectAll()
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .executeTakeFirst()
  if (row === undefined) throw commonErrors.NOT_FOUND()
  return row
}
