import { sql } from 'kysely'
import type { ChatbotDatabase } from './store.ts'

export type TurnMessage = { id: string; role: 'user' | 'assistant'; content: string }

/**
 * The messages from the first question down to `leafId`, oldest first: one branch of the tree.
 * Answers that failed are no part of a conversation's context; cut ones are, as far as they came.
 */
export async function branchTo(
  db: ChatbotDatabase,
  conversationId: string,
  leafId: string,
): Promise<TurnMessage[]> {
  const { rows } = await sql<TurnMessage & { state: string }>`
    with recursive branch as (
      select id, parent_id, role, content, state, 0 as depth
        from chatbot.messages
       where conversation_id = ${conversationId}::uuid and id = ${leafId}::uuid
      union all
      select m.id, m.parent_id, m.role, m.content, m.state, b.depth + 1
        from chatbot.messages m join branch b on m.id = b.parent_id
       where m.conversation_id = ${conversationId}::uuid
    )
    select id, role, content, state from branch order by depth desc`.execute(db)
  return rows
    .filter((row) => row.role === 'user' || (row.state !== 'failed' && row.content !== ''))
    .map(({ id, role, content }) => ({ id, role, content }))
}

/** The last message of the conversation's newest branch, to which the next question is attached. */
export async function newestLeaf(
  db: ChatbotDatabase,
  conversationId: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('chatbot.messages')
    .select('id')
    .where('conversation_id', '=', conversationId)
    .where('role', '=', 'assistant')
    .orderBy('position', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.id ?? null
}
