import type { Selectable } from 'kysely'
import type { ChatbotDatabase } from './store.ts'
import type { ChatbotTables } from './tables.ts'

export type StoredFile = Selectable<ChatbotTables['chatbot.files']>

/** The files of several messages, by message. */
export async function filesOfMessages(
  db: ChatbotDatabase,
  messageIds: string[],
): Promise<Map<string, StoredFile[]>> {
  if (messageIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('chatbot.files')
    .selectAll()
    .where('message_id', 'in', messageIds)
    .orderBy('position')
    .execute()
  return Map.groupBy(rows, (row) => row.message_id)
}
