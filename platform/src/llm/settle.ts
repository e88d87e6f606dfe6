import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { createBatch, isDatabaseDown, sqlState } from '../data/index.ts'
import { type Settlement, settleAll } from './budget-sql.ts'

/** Most ledger rows in one statement. */
const BATCH = 500
const RETRY_MAX_MS = 5000
/** Beyond this the database has been away for long; what is dropped is logged as lost. */
const BACKLOG_MAX = 20_000

type Deps = {
  db: Kysely<unknown>
  /** Told of rows that could not be written; what they say must not vanish without a trace. */
  onLost: (error: unknown, settlement: Settlement) => void
}

/**
 * Writes ledger rows in batches. Rows survive a database that goes away and comes back: they wait
 * here and are tried again. A row that the database refuses does not hold up the others.
 */
export function createSettler({ db, onLost }: Deps) {
  let backlog = 0
  let closing = false
  const pending = new Set<Promise<void>>()

  async function write(rows: Settlement[]): Promise<undefined[]> {
    for (let attempt = 0; ; attempt++) {
      try {
        await settleAll(db, rows)
        return rows.map(() => undefined)
      } catch (error) {
        const passing = isPassing(error)
        if (!passing && rows.length > 1) return await writeApart(rows)
        if (!passing || closing || backlog > BACKLOG_MAX) {
          for (const row of rows) onLost(error, row)
          return rows.map(() => undefined)
        }
        await delay(Math.min(RETRY_MAX_MS, 50 * 2 ** attempt), undefined, { ref: false })
      }
    }
  }

  async function writeApart(rows: Settlement[]): Promise<undefined[]> {
    for (const row of rows) await write([row])
    return rows.map(() => undefined)
  }

  const inBatches = createBatch(write, BATCH)
  return {
    add(settlement: Settlement): Promise<void> {
      backlog++
      const done = inBatches(settlement).finally(() => {
        backlog--
        pending.delete(done)
      })
      pending.add(done)
      return done
    },
    /** Resolves when everything is written or given up as lost. For shutdown and tests. */
    async flush(): Promise<void> {
      closing = true
      try {
        while (pending.size > 0) await Promise.all(pending)
      } finally {
        closing = false
      }
    },
  }
}

/** The database is away, or two statements met: the same statement may succeed later. */
function isPassing(error: unknown): boolean {
  const state = sqlState(error)
  return isDatabaseDown(error) || state === '40001' || state === '40P01'
}
