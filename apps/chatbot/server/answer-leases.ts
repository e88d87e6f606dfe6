import { randomUUID } from 'node:crypto'
import type { Logger } from '@minato/platform/log'
import { sql } from 'kysely'
import type { LiveAnswer } from './live-answer.ts'
import { type AnswerSettler, createAnswerSettler } from './settle-answer.ts'
import type { ChatbotDatabase } from './store.ts'

/** How long a dead writer's answer stays "being written". */
export const LEASE_MS = 20_000
const FLUSH_EVERY_MS = 1000
const SWEEP_EVERY_MS = 5000

/**
 * The answers this process is writing. Their texts are saved together in one statement a second,
 * which also renews the leases and brings stop requests from other processes.
 */
export type AnswerLeases = {
  /** Identity of this process as a writer. */
  readonly owner: string
  leaseUntil(): Date
  add(answer: LiveAnswer): void
  /** Stores how an answer ended; false when it is no longer ours to say. */
  settle: AnswerSettler['settle']
  remove(id: string): void
  get(id: string): LiveAnswer | undefined
  readonly size: number
  close(): Promise<void>
}

export function createAnswerLeases(deps: {
  db: ChatbotDatabase
  clock: () => number
  log: Logger
}): AnswerLeases {
  const { db, clock, log } = deps
  const owner = randomUUID()
  const answers = new Map<string, LiveAnswer>()
  const leaseUntil = () => new Date(clock() + LEASE_MS)
  let busy = false
  const tick = async (): Promise<void> => {
    if (busy || answers.size === 0) return
    busy = true
    await save(db, owner, answers, leaseUntil())
      .catch((error) =>
        log.warn('chatbot.answers_not_saved', { err: error, answers: answers.size }),
      )
      .finally(() => {
        busy = false
      })
  }
  const flushing = setInterval(() => void tick(), FLUSH_EVERY_MS).unref()
  const sweeping = setInterval(() => void sweep(deps), SWEEP_EVERY_MS).unref()
  void sweep(deps)
  return {
    owner,
    leaseUntil,
    settle: createAnswerSettler(db, owner).settle,
    add: (answer) => void answers.set(answer.id, answer),
    remove: (id) => void answers.delete(id),
    get: (id) => answers.get(id),
    get size() {
      return answers.size
    },
    async close() {
      clearInterval(flushing)
      clearInterval(sweeping)
    },
  }
}

async function save(
  db: ChatbotDatabase,
  owner: string,
  answers: Map<string, LiveAnswer>,
  leaseUntil: Date,
): Promise<void> {
  const ids = [...answers.keys()]
  const texts = ids.map((id) => answers.get(id)?.text ?? '')
  const { rows } = await sql<{ id: string; stop_requested: boolean }>`
    update chatbot.messages m
       set content = v.content, lease_until = ${leaseUntil}
      from unnest(${ids}::uuid[], ${texts}::text[]) as v (id, content)
     where m.id = v.id and m.lease_owner = ${owner}::uuid and m.state = 'streaming'
    returning m.id, m.stop_requested`.execute(db)
  const kept = new Map(rows.map((row) => [row.id, row.stop_requested]))
  for (const id of ids) {
    // Gone: deleted with its conversation, or taken from us while we were cut off from the database.
    if (kept.get(id) !== false) answers.get(id)?.stop()
  }
}

/** Marks answers whose writer died: their lease ran out. What was written stays. */
async function sweep(deps: { db: ChatbotDatabase; clock: () => number; log: Logger }) {
  const now = new Date(deps.clock())
  try {
    const result = await deps.db
      .updateTable('chatbot.messages')
      .set({
        state: 'interrupted',
        finish_reason: 'interrupted',
        error_code: 'CHATBOT_ANSWER_INTERRUPTED',
        lease_owner: null,
        lease_until: null,
        finished_at: now,
      })
      .where('state', '=', 'streaming')
      .where('lease_until', '<', now)
      .executeTakeFirst()
    if (result.numUpdatedRows > 0n) {
      deps.log.warn('chatbot.answers_interrupted', { answers: Number(result.numUpdatedRows) })
    }
  } catch (error) {
    deps.log.warn('chatbot.sweep_failed', { err: error })
  }
}
