import { randomUUID } from 'node:crypto'
import type { TestServer } from '@minato/platform/app/testing'
import { chatbotTables } from '../../server/store.ts'

/** Puts a conversation of these turns, question and answer, into the database. */
export async function longConversation(
  { services }: TestServer,
  ownerId: string,
  turns: readonly (readonly [question: string, answer: string])[],
): Promise<{ id: string }> {
  const db = chatbotTables(services.db)
  const now = new Date()
  const { id } = await db
    .insertInto('chatbot.conversations')
    .values({
      ...{ owner_id: ownerId, title: 'Long', title_set: true, model: null },
      ...{ system_prompt_id: null, created_at: now, updated_at: now },
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const settled = {
    ...{ conversation_id: id, state: 'done' as const, finish_reason: 'stop', error_code: null },
    ...{ model: 'sandbox-main', input_tokens: 10, output_tokens: 20, cost_usd: 0.0001 },
    ...{ sources: null, lease_owner: null, lease_until: null, created_at: now, finished_at: now },
  }
  let parent: string | null = null
  const rows = []
  for (const [question, answer] of turns) {
    const questionId = randomUUID()
    const answerId = randomUUID()
    rows.push(
      { ...settled, id: questionId, parent_id: parent, role: 'user' as const, content: question },
      {
        ...{ ...settled, id: answerId, parent_id: questionId },
        ...{ role: 'assistant' as const, content: answer },
      },
    )
    parent = answerId
  }
  for (let at = 0; at < rows.length; at += 100)
    await db
      .insertInto('chatbot.messages')
      .values(rows.slice(at, at + 100))
      .execute()
  return { id }
}

type Turn = [question: string, answer: string]

/** Turns with what costs most to draw: lists, tables, code. */
export function turnsOf(count: number): Turn[] {
  return Array.from(
    { length: count },
    (_, at): Turn => [
      `Question ${at + 1} about the harbour`,
      [
        `Reply ${at + 1} is **bold**.`,
        '- one\n- two',
        `| item | value |\n|---|---|\n| a | ${at} |`,
        `\`\`\`ts\nexport const n = ${at}\n\`\`\``,
        '港の仕事は朝が早い。'.repeat(12),
      ].join('\n\n'),
    ],
  )
}

/** An answer that tries what an answer must not do, among what it may. */
export const HOSTILE = [
  '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>',
  '![図](https://pictures.example/track.png)',
  '[銀行](https://evil.example/login) [押して](javascript:alert(1)) [中](/api/auth/sign-out)',
  '<https://docs.example/page>',
  '```ts\nconst a: number = 1\n```',
  '|表|\n|---|\n|値|',
  '$$x^2$$',
].join('\n\n')
