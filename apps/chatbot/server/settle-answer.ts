import { setTimeout as delay } from 'node:timers/promises'
import { createBatch, isDatabaseDown } from '@minato/platform/data'
import { sql } from 'kysely'
import type { Ending, LiveAnswer } from './live-answer.ts'
import type { ChatbotDatabase } from './store.ts'

/** Most answers in one statement. */
const BATCH = 200
/** How long an answer waits for a database that is away. Its text is whole: only it can be lost. */
const RETRY_FOR_MS = 30_000
const RETRY_EVERY_MS = 500

type Row = { id: string; content: string; state: string; [column: string]: unknown }
type Outcome = { stored: boolean } | { error: unknown }

/** Writes the ends of answers; those that end together go in one statement. */
export function createAnswerSettler(db: ChatbotDatabase, owner: string) {
  const inBatches = createBatch((rows: Row[]) => storeAll(db, owner, rows), BATCH)
  return {
    /** False when the row is no longer ours: deleted, or marked as cut while we were cut off. */
    async settle(answer: LiveAnswer, ending: Ending, now: number): Promise<boolean> {
      const giveUpAt = performance.now() + RETRY_FOR_MS
      for (;;) {
        const outcome = await inBatches(rowOf(answer, ending, now))
        if ('stored' in outcome) return outcome.stored
        const wait = isDatabaseDown(outcome.error) && performance.now() < giveUpAt
        if (!wait) throw outcome.error
        await delay(RETRY_EVERY_MS, undefined, { ref: false })
      }
    },
  }
}

export type AnswerSettler = ReturnType<typeof createAnswerSettler>

function rowOf(answer: LiveAnswer, ending: Ending, now: number): Row {
  return {
    id: answer.id,
    // Half a character cannot be stored: an answer may be stopped in the middle of one.
    content: answer.text.toWellFormed(),
    state: ending.state,
    finish_reason: ending.finishReason,
    error_code: ending.error?.code ?? null,
    model: answer.model ?? null,
    input_tokens: answer.usage?.inputTokens ?? null,
    output_tokens: answer.usage?.outputTokens ?? null,
    cost_usd: answer.usage?.costUsd ?? null,
    sources: answer.sources.length === 0 ? null : answer.sources,
    finished_at: new Date(now).toISOString(),
  }
}

/** All together; where one of them is refused, one by one, so that it does not take the others along. */
async function storeAll(db: ChatbotDatabase, owner: string, rows: Row[]): Promise<Outcome[]> {
  try {
    const stored = await store(db, owner, rows)
    return rows.map(({ id }) => ({ stored: stored.has(id) }))
  } catch (error) {
    if (rows.length === 1 || isDatabaseDown(error)) return rows.map(() => ({ error }))
    const outcomes: Outcome[] = []
    for (const row of rows) outcomes.push(...(await storeAll(db, owner, [row])))
    return outcomes
  }
}

async function store(db: ChatbotDatabase, owner: string, all: Row[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    update chatbot.messages m
       set content = v.content, state = v.state, finish_reason = v.finish_reason,
           error_code = v.error_code, model = v.model, input_tokens = v.input_tokens,
           output_tokens = v.output_tokens, cost_usd = v.cost_usd, sources = v.sources,
           finished_at = v.finished_at, lease_owner = null, lease_until = null
      from jsonb_to_recordset(${JSON.stringify(all)}::jsonb) as v (id uuid, content text,
        state text, finish_reason text, error_code text, model text, input_tokens integer,
        output_tokens integer, cost_usd double precision, sources jsonb, finished_at timestamptz)
     where m.id = v.id and m.lease_owner = ${owner}::uuid and m.state = 'streaming'
    returning m.id`.execute(db)
  return new Set(rows.map((row) => row.id))
}
