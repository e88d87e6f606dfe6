import { type Kysely, sql } from 'kysely'
import { llmErrors } from './errors.ts'
import type { LlmLog } from './recorder.ts'
import type { LlmTables } from './tables.ts'

/** Faults that only an operator can mend. */
const FOR_OPERATORS = new Set(['LLM_KEY_REFUSED', 'LLM_QUOTA'])

export type Notice = { kind: string; detail: unknown; since: Date }

type Deps = {
  db: Kysely<unknown>
  clock: () => number
  log: LlmLog
  host: string
  errors: { capture(error: unknown): void } | undefined
}

/**
 * Tells operators once, however many calls and processes meet the fault: the row in the database is
 * the first one's. An answer that succeeds (or a probe) takes the notice away again.
 */
export function createNotices(deps: Deps) {
  const db = deps.db.withTables<LlmTables>()
  /** What this process knows to stand; spares the database on every further call. */
  const standing = new Set<string>()
  let checked = false

  async function raise(kind: 'LLM_KEY_REFUSED' | 'LLM_QUOTA'): Promise<void> {
    if (standing.has(kind)) return
    standing.add(kind)
    const inserted = await db
      .insertInto('minato.llm_notices')
      .values({
        kind,
        detail: JSON.stringify({ host: deps.host }),
        since: new Date(deps.clock()),
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (inserted.numInsertedOrUpdatedRows !== 1n) return
    deps.log.error('llm.operator_notice', { kind, host: deps.host })
    deps.errors?.capture(llmErrors[kind]())
  }

  async function clear(): Promise<void> {
    // Another process may have raised it before this one started.
    if (checked && standing.size === 0) return
    checked = true
    standing.clear()
    const { rows } = await sql<{ kind: string }>`
      delete from minato.llm_notices returning kind`.execute(deps.db)
    for (const { kind } of rows) deps.log.info('llm.operator_notice_over', { kind })
  }

  return {
    /** Called with the outcome of every call; writes only when something changed. */
    async seen(outcome: string): Promise<void> {
      try {
        if (outcome === 'ok') await clear()
        else if (FOR_OPERATORS.has(outcome)) await raise(outcome as 'LLM_QUOTA')
      } catch (error) {
        // The call itself must not fail for its notice.
        standing.clear()
        deps.log.warn('llm.notice_not_stored', { err: error })
      }
    },
    /** For the operations app. */
    list: (): Promise<Notice[]> =>
      db.selectFrom('minato.llm_notices').selectAll().orderBy('since').execute(),
  }
}

export type Notices = ReturnType<typeof createNotices>
