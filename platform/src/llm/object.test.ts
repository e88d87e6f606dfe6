import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { testDatabase } from '../data/testing.ts'
import { completion, json, type Script, scriptedModel, testLlm } from './testing.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

const call = { userId: 'u1', app: 'test', purpose: 'extract' }
const schema = z.object({ title: z.string().max(10), pages: z.number().int() })

async function ask(script: Script) {
  await using model = await scriptedModel(script)
  await using llm = testLlm({ db: t.db, url: model.url })
  const request = { messages: [{ role: 'user' as const, content: '抜き出して' }] }
  const outcome = await llm.object(schema, request, call).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  return { ...outcome, asked: model.asked }
}

const say =
  (text: string): Script =>
  (_, response) =>
    json(response, 200, completion(text))

test('the server is given the JSON Schema and the answer comes back typed', async () => {
  const result = await ask(say('{"title":"港","pages":3}'))
  assert.deepEqual('value' in result && result.value, { title: '港', pages: 3 })
  const format = result.asked[0]?.body.response_format as {
    json_schema: { name: string; schema: { required: string[] } }
  }
  assert.equal(format.json_schema.name, 'extract')
  assert.deepEqual(format.json_schema.schema.required, ['title', 'pages'])
})

test('fences around the JSON are taken off', async () => {
  const result = await ask(say('```json\n{"title":"港","pages":3}\n```'))
  assert.ok('value' in result)
})

test('an answer that does not fit goes back once, with what is wrong', async () => {
  const result = await ask((_, response, turn) =>
    json(response, 200, completion(turn === 0 ? '{"title":"港"}' : '{"title":"港","pages":3}')),
  )
  assert.ok('value' in result)
  const repair = result.asked[1]?.body.messages as { role: string; content: string }[]
  assert.match(repair.at(-1)?.content ?? '', /pages/)
  assert.equal(repair.at(-2)?.role, 'assistant')
})

test('an answer that fits neither time: LLM_BAD_ANSWER after two questions, not more', async () => {
  const result = await ask(say('I would rather not.'))
  assert.equal('error' in result && (result.error as { code: string }).code, 'LLM_BAD_ANSWER')
  assert.equal(result.asked.length, 2)
})

test('a server without json_schema is asked for a JSON object, then in words alone', async () => {
  const result = await ask((asked, response) =>
    asked.body.response_format === undefined
      ? json(response, 200, completion('{"title":"港","pages":1}'))
      : json(response, 400, { error: { message: 'response_format is not supported' } }),
  )
  assert.ok('value' in result)
  assert.equal(result.asked.length, 3)
  assert.match(JSON.stringify(result.asked.at(-1)?.body.messages), /JSON Schema/)
})
