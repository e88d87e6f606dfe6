import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import OpenAI from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { z } from 'zod'
import { controlOf } from '../control/testing.ts'
import { type Sandbox, startSandbox } from '../index.ts'

let sandbox: Sandbox
let client: OpenAI
before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  client = new OpenAI({ apiKey: 'sk-test', baseURL: sandbox.llmUrl, maxRetries: 0 })
})
afterEach(() => control('POST', '/reset'))
after(() => sandbox.close())

const control = (method: string, path: string, body?: object) =>
  controlOf(sandbox, method, path, body)

const Order = z.object({
  item: z.string().min(1).max(40),
  count: z.number().int().min(1).max(99),
  size: z.enum(['small', 'large']),
  gift: z.boolean(),
  tags: z.array(z.string()).max(3),
  note: z.string().nullable(),
})
const request = {
  model: 'sandbox-main',
  messages: [{ role: 'user' as const, content: '大きい箱(large)を12個ください' }],
  response_format: zodResponseFormat(Order, 'order'),
}

test('the official client parses an answer by its zod schema', async () => {
  const { choices } = await client.chat.completions.parse(request)
  const order = choices[0]?.message.parsed
  assert.equal(order?.count, 12)
  assert.equal(order?.size, 'large')
})

test('wrong-schema violates once and gets the repair right', async () => {
  await control('PUT', '/scenarios/llm', { scenario: 'wrong-schema' })
  const ask = async (more: OpenAI.ChatCompletionMessageParam[] = []) => {
    const messages = [...request.messages, ...more]
    const reply = await client.chat.completions.create({ ...request, messages })
    return JSON.parse(reply.choices[0]?.message.content ?? '')
  }
  const wrong = await ask()
  assert.equal(Order.safeParse(wrong).success, false)
  const right = await ask([
    { role: 'assistant', content: JSON.stringify(wrong) },
    { role: 'user', content: 'That does not fit the schema: count is missing. 12' },
  ])
  assert.equal(Order.safeParse(right).success, true)
})

test('json_object gives an object when the messages ask for JSON, else 400', async () => {
  const format = { response_format: { type: 'json_object' as const }, model: 'sandbox-main' }
  const reply = await client.chat.completions.create({
    ...format,
    messages: [{ role: 'user', content: 'Answer as JSON' }],
  })
  assert.equal(typeof JSON.parse(reply.choices[0]?.message.content ?? ''), 'object')
  await assert.rejects(
    client.chat.completions.create({ ...format, messages: [{ role: 'user', content: 'hi' }] }),
    OpenAI.BadRequestError,
  )
})

test('a strict schema that is open or leaves a property optional is refused', async () => {
  const send = (schema: Record<string, unknown>) =>
    client.chat.completions.create({
      ...request,
      response_format: { type: 'json_schema', json_schema: { name: 'x', strict: true, schema } },
    })
  const property = { properties: { a: { type: 'string' } } }
  await assert.rejects(send({ type: 'object', ...property, required: ['a'] }), {
    status: 400,
    code: 'invalid_json_schema',
  })
  await assert.rejects(
    send({ type: 'object', ...property, required: [], additionalProperties: false }),
    /Missing 'a'/,
  )
})

test('embeddings: same text same vector, like texts close, base64 and dimensions', async () => {
  const embed = async (input: string[], more: object = {}) =>
    (await client.embeddings.create({ model: 'sandbox-embedding', input, ...more })).data.map(
      (entry) => entry.embedding,
    )
  const [a, b, c] = await embed(['有給休暇の日数', '有給休暇は何日か', 'コンテナ船の入港予定'])
  const dot = (x: number[] = [], y: number[] = []) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  assert.equal(a?.length, 256)
  assert.ok(Math.abs(dot(a, a) - 1) < 1e-5)
  assert.ok(dot(a, b) > dot(a, c) + 0.2)
  assert.deepEqual((await embed(['有給休暇の日数']))[0], a)
  const [floats] = await embed(['有給休暇の日数'], { encoding_format: 'float' })
  assert.deepEqual(floats?.map(Math.fround), a)
  assert.equal((await embed(['x'], { dimensions: 64 }))[0]?.length, 64)
  await assert.rejects(embed(['']), OpenAI.BadRequestError)
  await assert.rejects(
    client.embeddings.create({ model: 'sandbox-main', input: 'x' }),
    OpenAI.NotFoundError,
  )
})
