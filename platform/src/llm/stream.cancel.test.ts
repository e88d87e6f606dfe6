import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { sql } from 'kysely'
import { ask, call, gather, streamTests } from './test/streamed.ts'
import { chunk, completion, json, recordingLog, scriptedModel, sse, testLlm } from './testing.ts'
import type { ChatRequest } from './types.ts'

const { db } = streamTests()

const endless = (_: unknown, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`data: ${chunk('abcdefgh')}\n\n`)
}

test('cancelling closes the connection to the model at once; what was written is paid', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({ db: db(), url: model.url })
  const controller = new AbortController()
  const reason = new Error('stop button')
  await assert.rejects(async () => {
    const options = { ...call, userId: 'u-cancel', signal: controller.signal }
    for await (const event of llm.stream(ask, options))
      if (event.type === 'delta') controller.abort(reason)
  }, reason)
  await model.hungUp
  const { rows } = await sql<{ outcome: string; output_tokens: number; estimated: boolean }>`
    select outcome, output_tokens, estimated from minato.llm_usage where user_id = 'u-cancel'`.execute(
    db(),
  )
  assert.deepEqual(rows, [{ outcome: 'cancelled', output_tokens: 3, estimated: true }])
})

test('leaving the loop closes the connection and frees place and budget', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({ db: db(), url: model.url, config: { userConcurrency: 1 } })
  for (let round = 0; round < 2; round++)
    for await (const _ of llm.stream(ask, { ...call, userId: 'u-leave' })) break
  await model.hungUp
  const { rows } = await sql<{ held: number }>`
    select reserved_tokens as held from minato.llm_budgets where user_id = 'u-leave'`.execute(db())
  assert.deepEqual(rows, [{ held: 0 }])
})

test('a cancelled call asks nobody', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({ db: db(), url: model.url })
  const signal = AbortSignal.abort()
  await assert.rejects(gather(llm.stream(ask, { ...call, signal })), { name: 'AbortError' })
  assert.equal(model.asked.length, 0)
})

test('a user over the concurrency limit waits, then is told so; others are not held up', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({
    db: db(),
    url: model.url,
    config: { userConcurrency: 1, queueMs: 50 },
  })
  const first = llm.stream(ask, { ...call, userId: 'u-busy' })[Symbol.asyncIterator]()
  await first.next()
  await assert.rejects(gather(llm.stream(ask, { ...call, userId: 'u-busy' })), { code: 'LLM_BUSY' })
  for await (const _ of llm.stream(ask, { ...call, userId: 'u-other' })) break
  await first.return?.()
})

test('the log line of a call says what it cost and nothing of its contents', async () => {
  await using model = await scriptedModel((_, response) => sse(response, [chunk('answer-words')]))
  const { log, lines } = recordingLog()
  await using llm = testLlm({ db: db(), url: model.url, log })
  const secret: ChatRequest = { messages: [{ role: 'user', content: 'question-words' }] }
  await gather(llm.stream(secret, call))
  const line = lines.find(({ event }) => event === 'llm.call')
  assert.equal(line?.fields.outcome, 'ok')
  assert.equal(line?.fields.userId, 'u1')
  assert.doesNotMatch(JSON.stringify(lines), /question-words|answer-words|sk-test/)
})

test('a refused key is one notice to operators, and over when an answer comes', async () => {
  let refused = true
  await using model = await scriptedModel((_, response) =>
    refused ? json(response, 401, {}) : json(response, 200, completion('ok')),
  )
  const { log, lines } = recordingLog()
  const captured: unknown[] = []
  const errors = { capture: (error: unknown) => captured.push(error) }
  await using one = testLlm({ db: db(), url: model.url, log, errors })
  await using two = testLlm({ db: db(), url: model.url, log, errors })
  const ten = Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).chat(ask, call))
  for (const result of await Promise.allSettled(ten)) assert.equal(result.status, 'rejected')
  assert.equal(captured.length, 1)
  assert.equal(lines.filter(({ event }) => event === 'llm.operator_notice').length, 1)
  assert.equal((await one.notices()).length, 1)
  refused = false
  await one.chat(ask, call)
  assert.equal((await two.notices()).length, 0)
})
