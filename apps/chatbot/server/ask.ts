import { randomUUID } from 'node:crypto'
import { transact } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import type { Accepted } from '@minato/platform/uploads'
import type { AnswerLeases } from './answer-leases.ts'
import { type ContextRequest, prepareContext } from './context.ts'
import { documentText } from './document-text.ts'
import { createLiveAnswer, type LiveAnswer } from './live-answer.ts'
import { type Opened, type Opening, openAnswer, type Place } from './open-answer.ts'
import { type ChatbotDatabase, chatbotTables } from './store.ts'
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
 * Stores a question with its files and the row of its answer, all or nothing, then starts the
 * writer: the model is not asked before the question is safe.
 */
export async function ask(
  services: ChatbotServices,
  leases: AnswerLeases,
  question: Question,
): Promise<Asked> {
  const { conversationId, ownerId, text, search } = question
  try {
    const files = await readFiles(services, question.files)
    for (const { file } of files) await file.accept()
    const fileNames = files.map(({ file }) => file.name)
    const userMessageId = randomUUID()
    const opening: Opening = {
      conversationId,
      ownerId,
      place: placeOf(question.parentId),
      answerId: randomUUID(),
      question: { id: userMessageId, text, title: titleFrom(text, fileNames) },
    }
    const opened = await store(services, leases, opening, files)
    const turns = [...opened.turns, { id: userMessageId, role: 'user' as const, content: text }]
    const hasFiles = opened.hasFiles || files.length > 0
    const context = { ...opened, turns, hasFiles, search }
    const answer = startAnswer(services, leases, { ...context, ...opening })
    return { answer, userMessageId }
  } catch (error) {
    await Promise.allSettled(question.files.map((file) => file.discard()))
    throw error
  }
}

function placeOf(parentId: string | null | undefined): Place {
  if (parentId === null) return { kind: 'first' }
  return parentId === undefined ? { kind: 'newest' } : { kind: 'after', answerId: parentId }
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

async function store(
  services: ChatbotServices,
  leases: AnswerLeases,
  opening: Opening,
  files: ReadFile[],
): Promise<Opened> {
  const db = chatbotTables(services.db)
  const now = new Date(services.clock())
  if (files.length === 0) return await openAnswer(db, leases, opening, now)
  return await transact(db, async (tx) => {
    const opened = await openAnswer(tx, leases, opening, now)
    await insertFiles(tx, opening, files, now)
    return opened
  })
}

async function insertFiles(
  tx: ChatbotDatabase,
  opening: Opening,
  files: ReadFile[],
  now: Date,
): Promise<void> {
  const rows = files.map(({ file, text, pages }, position) => ({
    id: file.id,
    conversation_id: opening.conversationId,
    message_id: opening.question?.id ?? opening.answerId,
    owner_id: opening.ownerId,
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

/** Writes another answer to the question of `messageId` (an answer or a question). */
export async function regenerate(
  services: ChatbotServices,
  leases: AnswerLeases,
  input: { conversationId: string; ownerId: string; messageId: string; search: boolean },
): Promise<Asked> {
  const { conversationId, ownerId, messageId, search } = input
  const answerId = randomUUID()
  const place: Place = { kind: 'again', messageId }
  const opening = { conversationId, ownerId, place, answerId }
  const opened = await store(services, leases, opening, [])
  const answer = startAnswer(services, leases, { ...opened, ...opening, search })
  return { answer, userMessageId: opened.leafId ?? messageId }
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
  context: ContextRequest,
): LiveAnswer {
  const { answerId, conversationId, ownerId } = context
  const answer = createLiveAnswer(answerId)
  leases.add(answer)
  const task = {
    messageId: answerId,
    conversationId,
    ownerId,
    prepare: () => prepareContext(services, context),
  }
  // Nobody awaits the writer: a closed browser must not end it. It settles its own failures.
  void writeAnswer(services, leases, answer, task)
  return answer
}
