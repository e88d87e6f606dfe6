import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase } from '../data/testing.ts'
import { createBudget } from './budget.ts'
import type { Settlement } from './budget-sql.ts'
import { isLlmError } from './errors.ts'
import { createPrices } from './prices.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
const now = Date.parse('2026-11-30T16:00:00Z') // 1 December in Tokyo
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

function budgetWith(caps: { usd: number | null; tokens: number | null }, queueMs = 60_000) {
  return createBudget({
    db: t.db,
    clock: () => now,
    prices: createPrices({ priced: { in: 1, out: 1 } }),
    caps,
    queueMs,
    onLost: (error) => assert.fail(String(error)),
  })
}

function settlement(userId: string, values: Partial<Settlement>): Settlement {
  return {
    reservationId: null,
    at: new Date(now).toISOString(),
    month: '2026-12',
    userId,
    app: 'test',
    purpose: 'answer',
    conversationId: null,
    lane: 'main',
    model: 'priced',
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
    estimated: false,
    priceKnown: true,
    cached: false,
    durationMs: 1,
    firstTokenMs: null,
    outcome: 'ok',
    ...values,
  }
}

const wanted = (userId: string, inputTokens: number, maxOutputTokens: number) => ({
  userId,
  model: 'priced',
  inputTokens,
  maxOutputTokens,
  timeoutMs: 60_000,
  signal: new AbortController().signal,
})

/** Reserves, "answers", settles; says whether it ran. */
async function run(
  budget: ReturnType<typeof budgetWith>,
  userId: string,
  input: number,
  output: number,
) {
  try {
    const reservation = await budget.reserve(wanted(userId, input, output))
    await budget.settle(
      settlement(userId, {
        reservationId: reservation.id,
        inputTokens: input,
        outputTokens: Math.min(output, reservation.maxOutputTokens),
        costUsd: (input + output) / 1_000_000,
      }),
    )
    return true
  } catch (error) {
    assert.ok(isLlmError(error) && error.code === 'LLM_OVER_BUDGET', String(error))
    return false
  }
}

async function ledgerOf(userId: string) {
  const { rows } = await sql<{ tokens: number; usd: string; n: number }>`
    select coalesce(sum(input_tokens + output_tokens), 0)::int as tokens,
      coalesce(sum(cost_usd), 0)::text as usd, count(*)::int as n
    from minato.llm_usage where user_id = ${userId}`.execute(t.db)
  return rows[0]
}

test('twenty answers at 99 % of a token cap: exactly as many run as it pays for', async () => {
  const budget = budgetWith({ usd: null, tokens: 100_000 })
  await budget.settle(settlement('u-tokens', { inputTokens: 99_000 }))
  const ran = await Promise.all(Array.from({ length: 20 }, () => run(budget, 'u-tokens', 50, 50)))
  assert.equal(ran.filter(Boolean).length, 10)
  const standing = await budget.standing('u-tokens')
  assert.equal(standing.inputTokens + standing.outputTokens, 100_000)
  assert.equal(standing.reservedTokens, 0)
  assert.equal((await ledgerOf('u-tokens'))?.tokens, 100_000)
})

test('the same under a money cap, from two processes at once', async () => {
  const caps = { usd: 1, tokens: null }
  const processes = [budgetWith(caps), budgetWith(caps)] as const
  await processes[0].settle(settlement('u-usd', { costUsd: 0.99 }))
  // 0.01 USD pays for seven answers of 0.0014.
  const ran = await Promise.all(
    Array.from({ length: 20 }, (_, i) => run(processes[i % 2 === 0 ? 0 : 1], 'u-usd', 700, 700)),
  )
  const count = ran.filter(Boolean).length
  assert.equal(count, 7)
  const standing = await processes[0].standing('u-usd')
  assert.equal(standing.reservedUsd, 0)
  assert.equal(Number((await ledgerOf('u-usd'))?.usd).toFixed(8), standing.spentUsd.toFixed(8))
})

test('answers that need less than reserved give the rest back to those that wait', async () => {
  const budget = budgetWith({ usd: null, tokens: 1000 })
  let over = 0
  await Promise.all(
    Array.from({ length: 12 }, async () => {
      try {
        const { id } = await budget.reserve(wanted('u-wait', 10, 400))
        await budget.settle(
          settlement('u-wait', { reservationId: id, inputTokens: 10, outputTokens: 40 }),
        )
      } catch (error) {
        assert.ok(isLlmError(error) && error.code === 'LLM_OVER_BUDGET', String(error))
        over++
      }
    }),
  )
  assert.equal(over, 0, '12 × 50 tokens fit into 1000 although two reservations fill it')
})

test('near the cap an answer is shortened to what is left', async () => {
  const budget = budgetWith({ usd: null, tokens: 1000 })
  await budget.settle(settlement('u-short', { inputTokens: 700 }))
  const { maxOutputTokens } = await budget.reserve(wanted('u-short', 100, 4096))
  assert.equal(maxOutputTokens, 200)
})

test('a reservation of a killed process is released when it expires, once', async () => {
  const budget = budgetWith({ usd: null, tokens: 500 })
  await budget.reserve(wanted('u-killed', 100, 300))
  const later = createBudget({
    db: t.db,
    clock: () => now + 60_000 + 120_001,
    prices: createPrices({}),
    caps: { usd: null, tokens: 500 },
    queueMs: 0,
    onLost: (error) => assert.fail(String(error)),
  })
  assert.ok((await later.releaseExpired()) >= 1)
  assert.equal((await budget.standing('u-killed')).reservedTokens, 0)
  assert.equal(await later.releaseExpired(), 0)
})

test('settling after the reservation expired counts the tokens and frees nothing twice', async () => {
  const budget = budgetWith({ usd: null, tokens: 5000 })
  const { id } = await budget.reserve(wanted('u-late', 100, 300))
  await sql`update minato.llm_reservations set expires_at = '2020-01-01' where id = ${id}`.execute(
    t.db,
  )
  await budget.releaseExpired()
  await budget.settle(
    settlement('u-late', { reservationId: id, inputTokens: 100, outputTokens: 9 }),
  )
  const standing = await budget.standing('u-late')
  assert.equal(standing.reservedTokens, 0)
  assert.equal(standing.inputTokens + standing.outputTokens, 109)
})

test('an override raises or lifts the cap of one user', async () => {
  const budget = budgetWith({ usd: 0, tokens: 0 })
  assert.equal(await run(budget, 'u-none', 10, 10), false)
  await sql`insert into minato.llm_caps (user_id, cap_usd, cap_tokens, updated_by)
    values ('u-lifted', 'Infinity', 100, 'test')`.execute(t.db)
  assert.equal(await run(budget, 'u-lifted', 50, 50), true)
  assert.equal(await run(budget, 'u-lifted', 50, 50), false)
  assert.deepEqual((await budget.standing('u-lifted')).capUsd, null)
})

test('a wait for budget ends when the caller cancels', async () => {
  const budget = budgetWith({ usd: null, tokens: 1000 }, 60_000)
  await budget.reserve(wanted('u-cancel', 100, 800))
  const controller = new AbortController()
  const waiting = budget.reserve({ ...wanted('u-cancel', 100, 800), signal: controller.signal })
  setImmediate(() => controller.abort(new Error('stop')))
  await assert.rejects(waiting, /stop/)
})
