import { randomUUID } from 'node:crypto'
import { sqlState, transact } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Accepted } from '@minato/platform/uploads'
import type { AnswerLeases } from './answer-leases.ts'
import { newestLeaf } from './branch.ts'
import { prepareContext } from './context.ts'
import { documentText } from './document-text.ts'
import { chatbotErrors } from './errors.ts'
import { createLiveAnswer, type LiveAnswer } from './live-answer.ts'
import { type ChatbotDatabase, chatbotTables, ownConversation } from './store.ts'
import { titleFrom } from './title.ts'
import { type ChatbotServices, writeAnswer } from './write-answer.ts'

export type Question = {
  conversationId: string
  ownerId: string
  text: string
  files: Accepted[]
  /** The answer this question follows; `null` opens a new branch; undefined follows the newest. */
  parentId: string | null | undefined
  search: boolean
}

export type Asked = { answer: LiveAnswer; userMessageId: string }

/**
 * Stores a question with its files and the row of its answer in one transaction, then starts the
 * writer. What fails before that leaves nothing behind.
 */
export async function ask(
  services: ChatbotServices,
  leases: AnswerLeases,
  question: Question,
): Promise<Asked> {
  const db = chatbotTables(services.db)
  try {
    const conversation = await ownConversation(db, question.conversationId, question.ownerId)
    const parentId = await checkedParent(db, question)
    const files = await readFiles(services, question.files)
    for (const { file } of files) await file.accept()
    const userMessageId = randomUUID()
    const answerId = randomUUID()
    await store(services, leases, { question, parentId, userMessageId, answerId, files })
    const answer = startAnswer(services, leases, {
      conversation,
      questionId: userMessageId,
      answerId,
      search: question.search,
    })
    return { answer, userMessageId }
  } catch (error) {
    await Promise.allSettled(question.files.map((file) => file.discard()))
    throw error
  }
}

async function checkedParent(db: ChatbotDatabase, question: Question): Promise<string | null> {
  if (question.parentId === null) return null
  if (question.parentId === undefined) return await newestLeaf(db, question.conversationId)
  const parent = await db
    .selectFrom('chatbot.messages')
    .select('id')
    .where('conversation_id', '=', question.conversationId)
    .where('id', '=', question.parentId)
    .where('role', '=', 'assistant')
    .executeTakeFirst()
  if (parent === undefined) throw chatbotErrors.CHATBOT_PARENT_UNKNOWN()
  return parent.id
}

type ReadFile = { file: Accepted; text: string | null; pages: number | null }

async function readFiles(services: ChatbotServices, files: Accepted[]): Promise<ReadFile[]> {
  const read: ReadFile[] = []
  for (const file of files) {
    const { stream } = await services.files.get(file.key)
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk)
    read.push({ file, ...(await documentText(file, Buffer.concat(chunks))) })
  }
  return read
}

type Rows = {
  question: Question
  parentId: string | null
  userMessageId: string
  answerId: string
  files: ReadFile[]
}

async function store(services: ChatbotServices, leases: AnswerLeases, rows: Rows): Promise<void> {
  const now = new Date(services.clock())
  await refuseSecondWriter(
    transact(chatbotTables(services.db), async (tx) => {
      await insertMessages(tx, leases, rows, now)
      await insertFiles(tx, rows, now)
      await touchConversation(tx, rows, now)
    }),
  )
}

async function insertMessages(
  tx: ChatbotDatabase,
  leases: AnswerLeases,
  { question, parentId, userMessageId, answerId }: Rows,
  now: Date,
): Promise<void> {
  const { conversationId, text } = question
  await tx
    .insertInto('chatbot.messages')
    .values([
      {
        ...emptyMessage(now),
        id: userMessageId,
        conversation_id: conversationId,
        parent_id: parentId,
        role: 'user',
        content: text,
        state: 'done',
      },
      streamingRow(leases, { id: answerId, conversationId, parentId: userMessageId, now }),
    ])
    .execute()
}

async function insertFiles(
  tx: ChatbotDatabase,
  { question, userMessageId, files }: Rows,
  now: Date,
): Promise<void> {
  if (files.length === 0) return
  const rows = files.map(({ file, text, pages }, position) => ({
    id: file.id,
    conversation_id: question.conversationId,
    message_id: userMessageId,
    owner_id: question.ownerId,
    position,
    name: file.name,
    content_type: file.contentType,
    size: file.size,
    sha256: file.sha256,
    storage_key: file.key,
    text,
    pages,
    created_at: now,
  }))
  await tx.insertInto('chatbot.files').values(rows).execute()
}

/** Brings the conversation to the top of the list; the first question gives it its title. */
async function touchConversation(
  tx: ChatbotDatabase,
  { question, files }: Rows,
  now: Date,
): Promise<void> {
  const title = titleFrom(
    question.text,
    files.map(({ file }) => file.name),
  )
  await tx
    .updateTable('chatbot.conversations')
    .set((eb) => ({
      updated_at: now,
      title_set: true,
      title: eb.case().when('title_set', '=', false).then(title).else(eb.ref('title')).end(),
    }))
    .where('id', '=', question.conversationId)
    .execute()
}

/** The unique index on running answers speaks when two questions are sent at once. */
async function refuseSecondWriter(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (sqlState(error) === '23505') throw chatbotErrors.CHATBOT_ANSWER_RUNNING()
    throw error
  }
}

function emptyMessage(now: Date) {
  return {
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
    finished_at: null,
  }
}

function streamingRow(
  leases: AnswerLeases,
  row: { id: string; conversationId: string; parentId: string; now: Date },
) {
  return {
    ...emptyMessage(row.now),
    id: row.id,
    conversation_id: row.conversationId,
    parent_id: row.parentId,
    role: 'assistant' as const,
    content: '',
    state: 'streaming' as const,
    lease_owner: leases.owner,
    lease_until: leases.leaseUntil(),
  }
}

/** Writes another answer to the question of `messageId` (an answer or a question). */
export async function regenerate(
  services: ChatbotServices,
  leases: AnswerLeases,
  input: { conversationId: string; ownerId: string; messageId: string; search: boolean },
): Promise<Asked> {
  const db = chatbotTables(services.db)
  const conversation = await ownConversation(db, input.conversationId, input.ownerId)
  const message = await ownMessage(db, input.conversationId, input.messageId)
  const questionId = message.role === 'user' ? message.id : message.parent_id
  if (questionId === null) throw chatbotErrors.CHATBOT_PARENT_UNKNOWN()
  const answerId = randomUUID()
  const now = new Date(services.clock())
  const row = streamingRow(leases, {
    id: answerId,
    conversationId: input.conversationId,
    parentId: questionId,
    now,
  })
  await refuseSecondWriter(
    transact(db, async (tx) => {
      await tx.insertInto('chatbot.messages').values(row).execute()
      await tx
        .updateTable('chatbot.conversations')
        .set({ updated_at: now })
        .where('id', '=', input.conversationId)
        .execute()
    }),
  )
  const { search } = input
  const answer = startAnswer(services, leases, { conversation, questionId, answerId, search })
  return { answer, userMessageId: questionId }
}

/** @throws {MinatoError} NOT_FOUND */
export async function ownMessage(db: ChatbotDatabase, conversationId: string, id: string) {
  const message = await db
    .selectFrom('chatbot.messages')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (message === undefined) throw commonErrors.NOT_FOUND()
  return message
}

function startAnswer(
  services: ChatbotServices,
  leases: AnswerLeases,
  context: Parameters<typeof prepareContext>[1],
): LiveAnswer {
  const answer = createLiveAnswer(context.answerId)
  leases.add(answer)
  const task = {
    messageId: context.answerId,
    conversationId: context.conversation.id,
    ownerId: context.conversation.owner_id,
    prepare: () => prepareContext(services, context),
  }
  // Nobody awaits the writer: a closed browser must not end it. It settles its own failures.
  void writeAnswer(services, leases, answer, task)
  return answer
}
