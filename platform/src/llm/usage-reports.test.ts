import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../data/testing.ts'
import { completion, json, scriptedModel, testLlm } from './testing.ts'

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
