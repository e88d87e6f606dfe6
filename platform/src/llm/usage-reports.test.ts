import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase } from '../data/testing.ts'
import { completion, json, scriptedModel, testLlm } from './testing.ts'
import { ledgerQuery, reportQuery } from './usage-reports.ts'

const messages = [{ role: 'user' as const, content: 'hi' }]

test('reports add up by day, user, model and app; months and days are those of Tokyo', async () => {
  await using t = await testDatabase({ apps: [] })
  await using model = await scriptedModel((asked, response) =>
    asked.body.model === 'broken'
      ? json(response, 500, {})
      : json(response, 200, completion('ok', { prompt_tokens: 1_000_000, completion_tokens: 0 })),
  )
  // 23:30 UTC on the 30th is 08:30 on 1 December in Tokyo.
  let now = Date.parse('2026-11-30T23:30:00Z')
  const config = { models: ['sandbox-lite', 'broken'], monthlyCapUsd: 1 }
  await using llm = testLlm({ db: t.db, url: model.url, config, clock: () => now })
  const call = { userId: 'u1', app: 'chatbot', purpose: 'answer' }
  await llm.chat({ messages }, call)
  await llm.chat({ messages, model: 'sandbox-lite' }, { ...call, userId: 'u2', app: 'notes' })
  await assert.rejects(llm.chat({ messages, model: 'broken' }, call))
  now += 24 * 3_600_000
  await llm.chat({ messages }, call)

  const filter = { from: new Date('2026-11-01'), to: new Date('2027-01-01') }
  const by = async (key: 'day' | 'user' | 'model' | 'app' | 'outcome') =>
    (await llm.usage.report(key, filter)).map((row) => [row.key, row.calls, row.costUsd])
  assert.deepEqual(await by('day'), [
    ['2026-12-01', 3, 0.3],
    ['2026-12-02', 1, 0.25],
  ])
  assert.deepEqual(await by('user'), [
    ['u1', 3, 0.5],
    ['u2', 1, 0.05],
  ])
  assert.deepEqual(await by('model'), [
    ['sandbox-main', 2, 0.5],
    ['sandbox-lite', 1, 0.05],
    ['broken', 1, 0],
  ])
  assert.deepEqual(
    (await by('outcome')).map(([key, calls]) => [key, calls]),
    [
      ['ok', 3],
      ['LLM_UNAVAILABLE', 1],
    ],
  )
  const month = await llm.usage.month('u1')
  assert.equal(month.costUsd, 0.5)
  assert.equal(month.ratio, 0.5)
  const { items, nextCursor } = await llm.usage.ledger({ userId: 'u1', limit: 2 })
  assert.equal(items[0]?.costUsd, 0.25)
  const older = await llm.usage.ledger({ userId: 'u1', limit: 2, cursor: nextCursor ?? '' })
  assert.deepEqual([items.length, older.items.length, older.nextCursor], [2, 1, null])
})

test('an unknown price costs 0, says so, and warns once', async () => {
  await using t = await testDatabase({ apps: [] })
  await using model = await scriptedModel((_, response) => json(response, 200, completion('ok')))
  const warned: string[] = []
  const quiet = () => {}
  const log = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (event: string) => warned.push(event),
  }
  await using llm = testLlm({ db: t.db, url: model.url, config: { model: 'mystery' }, log })
  const call = { userId: 'u1', app: 'a', purpose: 'p' }
  const { usage } = await llm.chat({ messages }, call)
  await llm.chat({ messages }, call)
  assert.deepEqual([usage.costUsd, usage.priceKnown], [0, false])
  assert.deepEqual(warned, ['llm.price_unknown'])
})

test('over 100,000 rows the ledger and the reports of a week read an index, not the table', async () => {
  await using t = await testDatabase({ apps: [] })
  await sql`
    insert into minato.llm_usage (at, month, user_id, app, purpose, model, input_tokens,
      output_tokens, cost_usd, estimated, price_known, duration_ms, outcome)
    select timestamptz '2026-01-01' + n * interval '4 minutes', '2026-01', 'u' || n % 500, 'a', 'p',
      'm', 1, 1, 0, false, true, 1, 'ok'
    from generate_series(1, 100000) n`.execute(t.db)
  await sql`analyze minato.llm_usage`.execute(t.db)
  const week = { from: new Date('2026-06-01'), to: new Date('2026-06-08') }
  const queries = [
    ledgerQuery({ limit: 50 }),
    ledgerQuery({ limit: 50, userId: 'u7', cursor: '90000' }),
    reportQuery('model', week),
    reportQuery('day', { ...week, userId: 'u7' }),
  ]
  for (const query of queries) {
    const { rows } = await sql<Record<string, string>>`explain ${query}`.execute(t.db)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    assert.match(plan, /Index|Bitmap/)
    assert.doesNotMatch(plan, /Seq Scan/)
  }
})
