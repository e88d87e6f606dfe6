import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import { createBatch } from '../data/index.ts'
import {
  type Caps,
  type Hold,
  insertHolds,
  readStanding,
  releaseExpired,
  type Settlement,
  type Standing,
} from './budget-sql.ts'
import { llmErrors } from './errors.ts'
import { monthOf } from './month.ts'
import type { Prices } from './prices.ts'
import { createSettler } from './settle.ts'

/** Most holds in one statement, and most ledger rows. */
const BATCH = 500
/** Longest that an answer waits for its ledger row; the row itself waits longer. */
const SETTLE_WAIT_MS = 2000
/** The clock of a call ends it long before; the margin is for a settlement that waits for the database. */
const EXPIRY_MARGIN_MS = 120_000
/** An answer shorter than this is not worth starting. */
const OUTPUT_MIN = 64
const WAIT_POLL_MS = 200

export type Wanted = {
  userId: string
  model: string
  inputTokens: number
  maxOutputTokens: number
  timeoutMs: number
  signal: AbortSignal
}
/** What was granted; `maxOutputTokens` may be less than asked for, near the cap. */
export type Reservation = { id: string; month: string; maxOutputTokens: number }

type Deps = {
  db: Kysely<unknown>
  clock: () => number
  prices: Prices
  caps: Caps
  queueMs: number
  onLost: (error: unknown, settlement: Settlement) => void
}

/**
 * Budgets of users and months: `reserve` before a call, `settle` after it.
 *
 * The worst case is reserved (the whole input and the longest answer), so a cap holds whatever the
 * models answer. Near the cap, a call waits for answers in flight to give back what they do not
 * need, then takes what is left as a shorter answer, then is refused with LLM_OVER_BUDGET.
 */
export function createBudget(deps: Deps) {
  const { db, caps } = deps
  const holdAll = createBatch((holds: HoldUntil[]) => grant(db, holds, caps), BATCH)
  const settler = createSettler(deps)
  const freed = createFreedSignal()

  async function tryHold(wanted: Wanted, month: string, maxOutputTokens: number) {
    const { userId, inputTokens } = wanted
    const { costUsd } = deps.prices.cost(wanted.model, inputTokens, maxOutputTokens)
    const tokens = inputTokens + maxOutputTokens
    const hold = { id: randomUUID(), userId, month, tokens, usd: costUsd }
    const expiresAt = deps.clock() + wanted.timeoutMs + EXPIRY_MARGIN_MS
    return (await holdAll({ hold, expiresAt })) ? hold.id : undefined
  }

  async function reserve(wanted: Wanted): Promise<Reservation> {
    const month = monthOf(deps.clock())
    const giveUpAt = performance.now() + deps.queueMs
    let maxOutputTokens = wanted.maxOutputTokens
    for (;;) {
      const id = await tryHold(wanted, month, maxOutputTokens)
      if (id !== undefined) return { id, month, maxOutputTokens }
      const standing = await readStanding(db, { userId: wanted.userId, month }, caps)
      const now = affordable(standing, wanted, deps.prices)
      const later = affordable(
        { ...standing, reservedTokens: 0, reservedUsd: 0 },
        wanted,
        deps.prices,
      )
      const least = Math.min(wanted.maxOutputTokens, OUTPUT_MIN)
      if (later < least) throw llmErrors.LLM_OVER_BUDGET({ month })
      const others = standing.reservedTokens > 0
      // Enough for the whole answer once others have settled: wait rather than cut it short.
      const cutShort = now >= least && (later < wanted.maxOutputTokens || !others)
      if (cutShort) maxOutputTokens = Math.min(wanted.maxOutputTokens, now)
      else if (performance.now() >= giveUpAt) throw llmErrors.LLM_BUSY()
      else await freed.wait(wanted.userId, WAIT_POLL_MS, wanted.signal)
    }
  }

  return {
    reserve,
    /** Writes the ledger row and frees the reservation; waits for the database at most briefly. */
    async settle(settlement: Settlement): Promise<void> {
      const written = settler.add(settlement).then(() => freed.notify(settlement.userId))
      await within(written, SETTLE_WAIT_MS)
    },
    standing: (userId: string) => readStanding(db, { userId, month: monthOf(deps.clock()) }, caps),
    releaseExpired: () => releaseExpired(db, new Date(deps.clock())),
    flush: settler.flush,
  }
}

export type Budget = ReturnType<typeof createBudget>

type HoldUntil = { hold: Hold; expiresAt: number }

/** All together first; where that is too much for a user, one by one, so that exactly as many fit. */
async function grant(db: Kysely<unknown>, items: HoldUntil[], caps: Caps): Promise<boolean[]> {
  const expiresAt = new Date(Math.max(...items.map((item) => item.expiresAt)))
  const granted = await insertHolds(
    db,
    items.map((item) => item.hold),
    caps,
    expiresAt,
  )
  const refused = new Map<string, number>()
  for (const { hold } of items)
    if (!granted.has(hold.id)) refused.set(hold.userId, (refused.get(hold.userId) ?? 0) + 1)
  for (const { hold } of items) {
    if (granted.has(hold.id) || (refused.get(hold.userId) ?? 0) < 2) continue
    const alone = await insertHolds(db, [hold], caps, expiresAt)
    if (alone.has(hold.id)) granted.add(hold.id)
  }
  return items.map(({ hold }) => granted.has(hold.id))
}

/** The longest answer that what is left pays for, after the input; below 0 when not even that. */
function affordable(standing: Standing, wanted: Wanted, prices: Prices): number {
  const { capTokens, capUsd } = standing
  const spentTokens = standing.inputTokens + standing.outputTokens + standing.reservedTokens
  const byTokens =
    capTokens === null ? Number.POSITIVE_INFINITY : capTokens - spentTokens - wanted.inputTokens
  const price = prices.find(wanted.model)
  if (capUsd === null || price === undefined) return Math.floor(byTokens)
  const leftUsd = capUsd - standing.spentUsd - standing.reservedUsd
  const forOutput = leftUsd - (wanted.inputTokens * price.in) / 1_000_000
  // A millionth less, for the rounding of floats against numeric.
  const byUsd =
    price.out === 0 ? (forOutput < 0 ? -1 : Infinity) : (forOutput * 999_999) / price.out
  return Math.floor(Math.min(byTokens, byUsd))
}

/** Waits for `work`, but not for longer; a timer that is left behind would keep its answer alive. */
async function within(work: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  timer.unref()
  try {
    await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Wakes calls that wait for budget when another call of the same user gave some back. */
function createFreedSignal() {
  const waiting = new Map<string, Set<() => void>>()
  return {
    notify(userId: string): void {
      for (const wake of waiting.get(userId) ?? []) wake()
    },
    /** Other processes cannot wake us: `pollMs` bounds the wait. */
    wait(userId: string, pollMs: number, signal: AbortSignal): Promise<void> {
      signal.throwIfAborted()
      return new Promise((resolve, reject) => {
        const mine = waiting.get(userId) ?? new Set()
        waiting.set(userId, mine)
        const finish = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          mine.delete(finish)
          if (mine.size === 0) waiting.delete(userId)
          if (signal.aborted) reject(signal.reason)
          else resolve()
        }
        const timer = setTimeout(finish, pollMs)
        mine.add(finish)
        signal.addEventListener('abort', finish, { once: true })
      })
    },
  }
}
