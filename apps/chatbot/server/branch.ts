import { type RawBuilder, sql } from 'kysely'

export type TurnMessage = { id: string; role: 'user' | 'assistant'; content: string }

/**
 * The queries `branch` and `turns` (turn, depth): the messages from the first question down to the
 * leaf, one branch of the tree. Answers that failed are no part of a conversation's context; cut
 * ones are, as far as they came.
 */
export function turnsDownTo(
  leaf: RawBuilder<unknown>,
  conversationId: string,
): RawBuilder<unknown> {
  return sql`branch as (
      select m.id, m.parent_id, m.role, m.content, m.state, 0 as depth
        from chatbot.messages m
       where m.conversation_id = ${conversationId}::uuid and m.id = ${leaf}
      union all
      select m.id, m.parent_id, m.role, m.content, m.state, b.depth + 1
        from chatbot.messages m join branch b on m.id = b.parent_id
       where m.conversation_id = ${conversationId}::uuid
    ), turns as (
      select json_build_object('id', id, 'role', role, 'content', content) as turn, depth
        from branch where role = 'user' or (state <> 'failed' and content <> '')
    )`
}
