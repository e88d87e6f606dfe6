import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase } from '../data/testing.ts'
import { completion, json, type Script, scriptedModel, testLlm } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

async function probe(script: Script) {
  await using model = await scriptedModel(script)
  await using llm = testLlm({ db: t.db, url: model.url, config: { model: 'gpt-x' } })
  const { detail, ...result } = await llm.probe()
  assert.ok(detail.ja.length > 5 && detail.en.length > 5)
  return result
}

const listing =
  (answer: Script): Script =>
  (asked, response, turn) =>
    asked.path === '/v1/models'
      ? json(response, 200, { data: [{ id: 'gpt-x' }] })
      : answer(asked, response, turn)

test('a good key: accepted, model there, quota left', async () => {
  const result = await probe(listing((_, response) => json(response, 200, completion('ok'))))
  assert.deepEqual(result, {
    accepted: true,
    modelExists: true,
    quotaLeft: true,
    model: 'gpt-x',
    code: null,
  })
})

test('a refused key asks for no answer', async () => {
  let answers = 0
  const result = await probe((asked, response) => {
    if (asked.path !== '/v1/models') answers++
    json(response, 401, {})
  })
  assert.deepEqual([result.accepted, result.code, answers], [false, 'LLM_KEY_REFUSED', 0])
})

test('an exhausted account: key and model are fine, quota is not', async () => {
  const quota = { error: { message: 'x', code: 'insufficient_quota' } }
  const result = await probe(listing((_, response) => json(response, 429, quota)))
  assert.deepEqual(
    [result.accepted, result.modelExists, result.quotaLeft, result.code],
    [true, true, false, 'LLM_QUOTA'],
  )
})

test('a server without a list of models is judged by its answer', async () => {
  const missing = {
    error: { message: 'The model `gpt-x` does not exist', code: 'model_not_found' },
  }
  const result = await probe((asked, response) =>
    asked.path === '/v1/models' ? json(response, 404, {}) : json(response, 404, missing),
  )
  assert.deepEqual([result.accepted, result.modelExists], [true, false])
})

test('an operator can list what the server has', async () => {
  await using model = await scriptedModel((_, response, turn) =>
    turn === 0
      ? json(response, 200, { data: [{ id: 'a' }, { id: 'b' }] })
      : json(response, 200, 'no list'),
  )
  await using llm = testLlm({ db: t.db, url: model.url })
  assert.deepEqual(await llm.serverModels(), ['a', 'b'])
  await assert.rejects(llm.serverModels(), { code: 'LLM_BAD_ANSWER' })
})

test('a server that is away proves nothing', async () => {
  await using llm = testLlm({ db: t.db, url: 'http://127.0.0.1:9/v1' })
  const { accepted, modelExists, quotaLeft, code } = await llm.probe()
  assert.deepEqual([accepted, modelExists, quotaLeft, code], [null, null, null, 'LLM_UNAVAILABLE'])
})
