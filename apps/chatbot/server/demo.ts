import { chatbotTables } from './store.ts'
import type { ChatbotServices } from './write-answer.ts'

const SHORTCUTS = [
  { name: '要約', content: '次の文章を三行で要約してください。\n\n' },
  { name: '翻訳', content: '次の文章を英語に翻訳してください。\n\n' },
  {
    name: '議事録',
    content: '次のメモを、決定事項・宿題・次回日程に分けて議事録にしてください。\n\n',
  },
]

/** Shared shortcuts and one conversation for each sample user. Safe to repeat. */
export async function demo(
  services: ChatbotServices,
  users: { id: string; email: string }[],
): Promise<void> {
  const db = chatbotTables(services.db)
  const now = new Date(services.clock())
  const first = users[0]
  if (first === undefined) return
  for (const shortcut of SHORTCUTS) {
    const known = await db
      .selectFrom('chatbot.system_prompts')
      .select('id')
      .where('name', '=', shortcut.name)
      .where('shared', '=', true)
      .executeTakeFirst()
    if (known !== undefined) continue
    await db
      .insertInto('chatbot.system_prompts')
      .values({
        ...shortcut,
        kind: 'shortcut',
        owner_id: first.id,
        shared: true,
        created_at: now,
        updated_at: now,
      })
      .execute()
  }
  for (const user of users) await sampleConversation(services, user.id)
}

async function sampleConversation(services: ChatbotServices, ownerId: string): Promise<void> {
  const db = chatbotTables(services.db)
  const now = new Date(services.clock())
  const known = await db
    .selectFrom('chatbot.conversations')
    .select('id')
    .where('owner_id', '=', ownerId)
    .executeTakeFirst()
  if (known !== undefined) return
  const question = '港という名前にはどんな意味がありますか？'
  const conversation = await db
    .insertInto('chatbot.conversations')
    .values({
      owner_id: ownerId,
      title: question,
      title_set: true,
      model: null,
      system_prompt_id: null,
      created_at: now,
      updated_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const settled = {
    conversation_id: conversation.id,
    finish_reason: null,
    error_code: null,
    model: null,
    input_tokens: null,
    output_tokens: null,
    cost_usd: null,
    sources: null,
    lease_owner: null,
    lease_until: null,
    created_at: now,
    finished_at: now,
    state: 'done' as const,
  }
  const asked = await db
    .insertInto('chatbot.messages')
    .values({ ...settled, parent_id: null, role: 'user', content: question })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('chatbot.messages')
    .values({
      ...settled,
      parent_id: asked.id,
      role: 'assistant',
      finish_reason: 'stop',
      content:
        '港は、船が荷を下ろし、支度を整えて、また海へ出ていく場所です。このサンプルは `minato demo` が作りました。',
    })
    .execute()
}
