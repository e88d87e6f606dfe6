import { setTimeout as delay } from 'node:timers/promises'
import { sqlState } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import { sql } from 'kysely'
import type { AnswerLeases } from './answer-leases.ts'
import { chatbotErrors } from './errors.ts'
import type { ChatbotDatabase } from './store.ts'

/** One turn of a conversation's branch, as the model is told of it. */
export type TurnMessage = { id: string; role: 'user' | 'assistant'; content: string }

/** Where in the conversation's tree the next answer belongs. */
export type Place =
  | { kind: 'first' }
  | { kind: 'newest' }
  | { kind: 'after'; answerId: string }
  /** Another answer to the question of this message (a question or an answer to it). */
  | { kind: 'again'; messageId: string }

export type Opening = {
  conversationId: string
  ownerId: string
  place: Place
  answerId: string
  /** Without it, the answer is another one to a question that is stored. */
  question?: { id: string; text: string; title: string }
}

/** What the writer of the answer has to know of its conversation. */
export type Opened = {
  model: string | null
  /** The person's or the team's instructions for this conversation. */
  customPrompt: string | null
  /** The message that the stored part was attached to: the question, for another answer. */
  leafId: string | null
  /** The branch down to the leaf, without a question that is stored by this very statement. */
  turns: TurnMessage[]
  hasFiles: boolean
}

type Row = Opened & { stored: boolean }

/**
 * Stores a question and the row of its answer, and reads all that the model must be told, in one
 * statement: what a person waits for before the model is asked is mostly the way to the database.
 * Being one statement, it is stored whole or not at all.
 * @throws {MinatoError} NOT_FOUND for a conversation of somebody else, CHATBOT_PARENT_UNKNOWN,
 *   CHATBOT_ANSWER_RUNNING: the unique index on running answers speaks when two are sent at once.
 */
export async function openAnswer(
  db: ChatbotDatabase,
  leases: AnswerLeases,
  opening: Opening,
  now: Date,
): Promise<Opened> {
  const [row] = await storeOnce(db, leases, opening, now)
  if (row === undefined) throw commonErrors.NOT_FOUND()
  if (row.stored) return row
  throw opening.place.kind === 'again'
    ? commonErrors.NOT_FOUND()
    : chatbotErrors.CHATBOT_PARENT_UNKNOWN()
}

const ATTEMPTS = 3

async function storeOnce(
  db: ChatbotDatabase,
  leases: AnswerLeases,
  opening: Opening,
  now: Date,
): Promise<Row[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await statement(leases, opening, now).execute(db)).rows
    } catch (error) {
      const state = sqlState(error)
      if (state === '23505') throw chatbotErrors.CHATBOT_ANSWER_RUNNING({}, { cause: error })
      // Deleted while it was asked in.
      if (state === '23503') throw commonErrors.NOT_FOUND({}, { cause: error })
      const again = state === '40001' || state === '40P01'
      if (!again || attempt >= ATTEMPTS || db.isTransaction) throw error
      await delay(10 * attempt)
    }
  }
}

/** The function is in the migrations. */
function statement(leases: AnswerLeases, opening: Opening, now: Date) {
  const { conversationId, ownerId, place, answerId, question } = opening
  return sql<Row>`
    select stored, model, custom_prompt as "customPrompt", leaf_id as "leafId",
      has_files as "hasFiles", turns
    from chatbot.open_answer(${conversationId}, ${ownerId}, ${place.kind}, ${referenceOf(place)},
      ${answerId}, ${question?.id ?? null}, ${question?.text ?? null}, ${question?.title ?? null},
      ${leases.owner}, ${leases.leaseUntil()}, ${now})`
}

function referenceOf(place: Place): string | null {
  if (place.kind === 'after') return place.answerId
  return place.kind === 'again' ? place.messageId : null
}
