import { sql } from 'kysely'
import { viewConversation, viewFile, viewMessage } from './conversation-view.ts'
import { chatbotErrors } from './errors.ts'
import { type ChatbotDatabase, ownConversation } from './store.ts'

export type ListOptions = {
  query?: string | undefined
  archived: boolean
  cursor?: string | undefined
  limit: number
}

/**
 * Own conversations, pinned first, then newest first. `query` is looked for in titles and in every
 * message, in any script: a two-character Japanese word is found as well as an English one.
 */
export async function listConversations(
  db: ChatbotDatabase,
  ownerId: string,
  options: ListOptions,
) {
  const after = options.cursor === undefined ? undefined : readCursor(options.cursor)
  let query = db
    .selectFrom('chatbot.conversations as c')
    .selectAll('c')
    .where('owner_id', '=', ownerId)
    .where('archived', '=', options.archived)
    .orderBy('pinned', 'desc')
    .orderBy('updated_at', 'desc')
    .orderBy('id', 'desc')
    .limit(options.limit + 1)
  if (options.query !== undefined && options.query.trim() !== '') {
    const pattern = `%${escapeLike(options.query.normalize('NFKC').trim())}%`
    query = query.where((eb) =>
      eb.or([
        eb('c.title', 'ilike', pattern),
        eb.exists(
          eb
            .selectFrom('chatbot.messages as m')
            .select(sql`1`.as('one'))
            .whereRef('m.conversation_id', '=', 'c.id')
            .where('m.content', 'ilike', pattern),
        ),
      ]),
    )
  }
  if (after !== undefined) {
    const { pinned, updatedAt, id } = after
    query = query.where(
      sql<boolean>`(c.pinned, c.updated_at, c.id) < (${pinned}, ${updatedAt}::timestamptz, ${id}::uuid)`,
    )
  }
  const rows = await query.execute()
  const page = rows.slice(0, options.limit)
  const last = page.at(-1)
  return {
    items: page.map(viewConversation),
    nextCursor: rows.length > page.length && last !== undefined ? writeCursor(last) : null,
  }
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`)
}

type Cursor = { pinned: boolean; updatedAt: string; id: string }

function writeCursor(row: { pinned: boolean; updated_at: Date; id: string }): string {
  const cursor: Cursor = { pinned: row.pinned, updatedAt: row.updated_at.toISOString(), id: row.id }
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

function readCursor(text: string): Cursor | undefined {
  try {
    const cursor: Partial<Cursor> = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    const { pinned, updatedAt, id } = cursor
    const valid =
      typeof pinned === 'boolean' &&
      typeof updatedAt === 'string' &&
      !Number.isNaN(Date.parse(updatedAt)) &&
      /^[0-9a-f-]{36}$/.test(id ?? '')
    return valid && id !== undefined ? { pinned, updatedAt, id } : undefined
  } catch {
    return undefined // a cursor that is not ours starts from the first page
  }
}

export async function createConversation(
  db: ChatbotDatabase,
  ownerId: string,
  now: Date,
  input: {
    title?: string | undefined
    model?: string | undefined
    systemPromptId?: string | undefined
  },
) {
  if (input.systemPromptId !== undefined) await usablePrompt(db, input.systemPromptId, ownerId)
  const row = await db
    .insertInto('chatbot.conversations')
    .values({
      owner_id: ownerId,
      title: input.title ?? '',
      title_set: input.title !== undefined,
      model: input.model ?? null,
      system_prompt_id: input.systemPromptId ?? null,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return viewConversation(row)
}

async function usablePrompt(db: ChatbotDatabase, id: string, ownerId: string): Promise<void> {
  const found = await db
    .selectFrom('chatbot.system_prompts')
    .select('id')
    .where('id', '=', id)
    .where((eb) => eb.or([eb('owner_id', '=', ownerId), eb('shared', '=', true)]))
    .executeTakeFirst()
  if (found === undefined) throw chatbotErrors.CHATBOT_PROMPT_UNKNOWN()
}

export type ConversationChange = {
  title?: string | undefined
  pinned?: boolean | undefined
  archived?: boolean | undefined
  model?: string | null | undefined
  systemPromptId?: string | null | undefined
}

export async function changeConversation(
  db: ChatbotDatabase,
  id: string,
  ownerId: string,
  change: ConversationChange,
) {
  await ownConversation(db, id, ownerId)
  if (typeof change.systemPromptId === 'string')
    await usablePrompt(db, change.systemPromptId, ownerId)
  const values = {
    ...(change.title === undefined ? {} : { title: change.title, title_set: true }),
    ...(change.pinned === undefined ? {} : { pinned: change.pinned }),
    ...(change.archived === undefined ? {} : { archived: change.archived }),
    ...(change.model === undefined ? {} : { model: change.model }),
    ...(change.systemPromptId === undefined ? {} : { system_prompt_id: change.systemPromptId }),
  }
  if (Object.keys(values).length > 0) {
    await db
      .updateTable('chatbot.conversations')
      .set(values)
      .where('id', '=', id)
      .where('owner_id', '=', ownerId)
      .execute()
  }
  return viewConversation(await ownConversation(db, id, ownerId))
}

export async function deleteConversation(db: ChatbotDatabase, id: string, ownerId: string) {
  await ownConversation(db, id, ownerId)
  await db
    .deleteFrom('chatbot.conversations')
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .execute()
}

/** The messages of a conversation in the order of their making, with their files. */
export async function readMessages(db: ChatbotDatabase, conversationId: string) {
  const [messages, files] = await Promise.all([
    db
      .selectFrom('chatbot.messages')
      .selectAll()
      .where('conversation_id', '=', conversationId)
      .orderBy('position')
      .execute(),
    db
      .selectFrom('chatbot.files')
      .select([
        'id',
        'conversation_id',
        'message_id',
        'owner_id',
        'position',
        'name',
        'content_type',
        'size',
        'sha256',
        'storage_key',
        'pages',
        'created_at',
        sql<boolean>`coalesce(text, '') <> ''`.as('has_text'),
      ])
      .where('conversation_id', '=', conversationId)
      .orderBy('position')
      .execute(),
  ])
  const byMessage = Map.groupBy(files, (file) => file.message_id)
  return messages.map((message) =>
    viewMessage(message, (byMessage.get(message.id) ?? []).map(viewFile)),
  )
}
