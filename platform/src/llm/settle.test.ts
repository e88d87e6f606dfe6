import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Kysely, sql } from 'kysely'
import { testDatabase } from '../data/testing.ts'
import type { Settlement } from './budget-sql.ts'
import { createSettler } from './settle.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

const row = (userId: string, purpose = 'answer'): Settlement => ({
  reservationId: null,
  at: '2026-11-22T00:00:00Z',
  month: '2026-11',
  userId,
  app: 'test',
  purpose,
  conversationId: null,
  lane: null,
  model: 'm',
  inputTokens: 1,
  outputTokens: 2,
  costUsd: 0.5,
  estimated: false,
  priceKnown: true,
  cached: false,
  durationMs: 1,
  firstTokenMs: null,
  outcome: 'ok',
})

async function countOf(userId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from minato.llm_usage where user_id = ${userId}`.execute(t.db)
  return rows[0]?.n ?? -1
}

/** The database as seen through a connection that is refused so many times. */
function awayFor(times: number): Kysely<unknown> {
  let left = times
  return Object.create(t.db, {
    getExecutor: {
      value() {
        if (left-- <= 0) return t.db.getExecutor()
        throw Object.assign(new Error('connect ECONNREFUSED'), {
          code: 'ECONNREFUSED',
          syscall: 'connect',
        })
      },
    },
  })
}

test('rows wait for a database that is away and are written when it is back', async () => {
  const settler = createSettler({ db: awayFor(3), onLost: (error) => assert.fail(String(error)) })
  await Promise.all(Array.from({ length: 10 }, () => settler.add(row('u-away'))))
  assert.equal(await countOf('u-away'), 10)
})

test('a row that the database refuses is reported and does not hold up the others', async () => {
  const lost: string[] = []
  const settler = createSettler({ db: t.db, onLost: (_, { purpose }) => lost.push(purpose) })
  const rows = [row('u-bad'), row('u-bad', 'nul \u0000'), row('u-bad')]
  await Promise.all(rows.map(settler.add))
  assert.deepEqual(lost, ['nul \u0000'])
  assert.equal(await countOf('u-bad'), 2)
})

test('at shutdown, what cannot be written is reported, not waited for without end', async () => {
  const lost: Settlement[] = []
  const away = awayFor(Number.POSITIVE_INFINITY)
  const settler = createSettler({ db: away, onLost: (_, settlement) => lost.push(settlement) })
  const written = settler.add(row('u-gone'))
  await settler.flush()
  await written
  assert.equal(lost.length, 1)
})
