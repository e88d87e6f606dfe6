import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase } from '../data/testing.ts'
import { json, type Script, scriptedModel, testLlm } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

const call = { userId: 'u-embed', app: 'test', purpose: 'index' }
/** A vector that tells which text it belongs to; sent in reverse, as servers may. */
const embedding: Script = (asked, response) => {
  const input = asked.body.input as string[]
  const data = input.map((text, index) => ({ index, embedding: [text.length, 1] })).reverse()
  json(response, 200, { data, usage: { prompt_tokens: input.length } })
}

async function embed(script: Script, texts: string[], config = {}) {
  await using model = await scriptedModel(script)
  await using llm = testLlm({ db: t.db, url: model.url, config })
  const result = await llm.embed(texts, call).catch((error: unknown) => error)
  return { result, asked: model.asked }
}

test('200 texts go out in batches and come back in their order', async () => {
  const texts = Array.from({ length: 200 }, (_, i) => 'x'.repeat(i + 1))
  const { result, asked } = await embed(embedding, texts)
  assert.deepEqual(
    (result as number[][]).map((vector) => vector[0]),
    texts.map((text) => text.length),
  )
  assert.equal(asked.length, 3)
  assert.equal(asked[0]?.body.model, 'sandbox-embedding')
})

test('no texts: nothing is asked', async () => {
  const { result, asked } = await embed(embedding, [])
  assert.deepEqual(result, [])
  assert.equal(asked.length, 0)
})

test('one vector too few is no answer', async () => {
  const { result } = await embed(
    (_, response) => json(response, 200, { data: [{ index: 0, embedding: [1] }] }),
    ['a', 'b'],
  )
  assert.equal((result as { code: string }).code, 'LLM_BAD_ANSWER')
})

test('without a model for embeddings the operator is told which variable to set', async () => {
  const { result } = await embed(embedding, ['a'], { model: 'gpt-x' })
  assert.match(String(result), /LLM_EMBED_MODEL/)
})

test('embeddings are in the ledger and under the budget', async () => {
  await using model = await scriptedModel(embedding)
  await using llm = testLlm({ db: t.db, url: model.url, config: { monthlyCapTokens: 30 } })
  const one = { ...call, userId: 'u-embed-cap' }
  await llm.embed(['0123456789'], one)
  assert.equal((await llm.usage.month('u-embed-cap')).inputTokens, 1)
  await assert.rejects(llm.embed(['x'.repeat(500)], one), { code: 'LLM_OVER_BUDGET' })
})
