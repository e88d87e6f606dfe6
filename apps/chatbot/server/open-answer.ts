import { setTimeout as delay } from 'node:timers/promises'
import { sqlState } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import { sql } from 'kysely'
import type { AnswerLeases } from './answer-leases.ts'
import { type TurnMessage, turnsDownTo } from './branch.ts'
import { chatbotErrors } from './errors.ts'
import type { ChatbotDatabase } from './store.ts'

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

type Row = Opened & { stored: number }

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
  if (row.stored > 0) return row
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

function statement(leases: AnswerLeases, opening: Opening, now: Date) {
  const { conversationId, ownerId, place } = opening
  return sql<Row>`
    with recursive conversation as materialized (
      select c.id, c.model, p.content as prompt
        from chatbot.conversations c left join chatbot.system_prompts p
          on p.id = c.system_prompt_id and (p.owner_id = c.owner_id or p.shared)
       where c.id = ${conversationId}::uuid and c.owner_id = ${ownerId}::uuid
    ), leaf as materialized (${leafOf(place, conversationId)}
    ), stored as (
      insert into chatbot.messages (id, conversation_id, parent_id, role, content, state,
        lease_owner, lease_until, created_at)
      select v.id, c.id, coalesce(v.parent_id, l.id), v.role, v.content, v.state, v.lease_owner,
        v.lease_until, ${now}::timestamptz
        from conversation c cross join leaf l cross join (values ${rowsOf(leases, opening)})
          as v (place, id, parent_id, role, content, state, lease_owner, lease_until)
       order by v.place
      returning id
    ), touched as (
      update chatbot.conversations c set ${changeOf(opening, now)}
       where c.id = ${conversationId}::uuid and (select count(*) from stored) > 0
    ), ${turnsDownTo(sql`(select id from leaf)`, conversationId)}
    select c.model, c.prompt as "customPrompt", l.id as "leafId",
      (select count(*)::int from stored) as stored,
      exists (select 1 from chatbot.files f where f.conversation_id = c.id) as "hasFiles",
      (select coalesce(json_agg(turn order by depth desc), '[]') from turns) as turns
      from conversation c left join leaf l on true`
}

function leafOf(place: Place, conversationId: string) {
  if (place.kind === 'first') return sql`select null::uuid as id`
  if (place.kind === 'newest') {
    return sql`select (
      select m.id from chatbot.messages m
       where m.conversation_id = ${conversationId}::uuid and m.role = 'assistant'
       order by m.position desc limit 1) as id`
  }
  if (place.kind === 'after') {
    return sql`
      select m.id from chatbot.messages m
       where m.conversation_id = ${conversationId}::uuid and m.role = 'assistant'
         and m.id = ${place.answerId}::uuid`
  }
  return sql`
    select case m.role when 'user' then m.id else m.parent_id end as id from chatbot.messages m
     where m.conversation_id = ${conversationId}::uuid and m.id = ${place.messageId}::uuid
       and (m.role = 'user' or m.parent_id is not null)`
}

/** The rows to store, in the order of their places: a question comes before its answer. */
function rowsOf(leases: AnswerLeases, { answerId, question }: Opening) {
  const answer = sql`(2, ${answerId}::uuid, ${question?.id ?? null}::uuid, 'assistant', '',
    'streaming', ${leases.owner}::uuid, ${leases.leaseUntil()}::timestamptz)`
  if (question === undefined) return answer
  return sql`(1, ${question.id}::uuid, null::uuid, 'user', ${question.text}, 'done', null::uuid,
    null::timestamptz), ${answer}`
}

/** Brings the conversation to the top of the list; the first question gives it its title. */
function changeOf({ question }: Opening, now: Date) {
  const touched = sql`updated_at = ${now}::timestamptz`
  if (question === undefined) return touched
  return sql`${touched}, title_set = true,
    title = case when c.title_set then c.title else ${question.title} end`
}
