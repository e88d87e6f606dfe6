import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import OpenAI from 'openai'

let sandbox: Sandbox
let server: TestServer
let base: string
let openai: OpenAI

before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  server = await testServer({
    env: { LLM_URL: sandbox.llmUrl, LLM_API_KEY: 'sk-sandbox', LLM_MODEL: 'sandbox-main' },
  })
  base = await server.listen()
  const { user } = await server.signIn()
  const apiKey = await server.apiKey(user)
  openai = new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0 })
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

const question = { role: 'user' as const, content: '港とは何ですか？' }

test('the official client lists models, completes and streams', async () => {
  const models = (await openai.models.list()).data.map((model) => model.id)
  assert.ok(models.includes('sandbox-main'))
  const completion = await openai.chat.completions.create({
    model: 'sandbox-main',
    messages: [question],
  })
  const whole = completion.choices[0]?.message.content ?? ''
  assert.match(whole, /港とは何ですか/)
  assert.ok((completion.usage?.completion_tokens ?? 0) > 0)
  const stream = await openai.chat.completions.create({
    model: 'sandbox-main',
    messages: [question],
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let usage: number | undefined
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    usage = chunk.usage?.total_tokens ?? usage
  }
  assert.equal(text, whole)
  assert.ok((usage ?? 0) > 0)
})

test('tools and JSON schemas pass through', async () => {
  const completion = await openai.chat.completions.create({
    model: 'sandbox-main',
    messages: [{ role: 'user', content: 'search for harbour cranes' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'search',
          parameters: {
            type: 'object',
            properties: { query: { type: 'string' } },
            required: ['query'],
          },
        },
      },
    ],
  })
  const call = completion.choices[0]?.message.tool_calls?.[0]
  assert.equal(completion.choices[0]?.finish_reason, 'tool_calls')
  assert.ok(call?.type === 'function' && JSON.parse(call.function.arguments).query)
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' }, berths: { type: 'integer' } },
    required: ['city', 'berths'],
    additionalProperties: false,
  }
  const shaped = await openai.chat.completions.create({
    model: 'sandbox-main',
    messages: [question],
    response_format: { type: 'json_schema', json_schema: { name: 'port', schema, strict: true } },
  })
  const value = JSON.parse(shaped.choices[0]?.message.content ?? '{}')
  assert.equal(typeof value.city, 'string')
  assert.ok(Number.isInteger(value.berths))
})

test("failures raise the client's own exceptions", async () => {
  const wrong = new OpenAI({
    baseURL: `${base}/v1`,
    apiKey: `mnt_${'a'.repeat(46)}`,
    maxRetries: 0,
  })
  await assert.rejects(wrong.models.list(), OpenAI.AuthenticationError)
  await assert.rejects(
    openai.chat.completions.create({ model: 'gpt-unknown', messages: [question] }),
    (error) => error instanceof OpenAI.APIError && error.code === 'LLM_MODEL_UNKNOWN',
  )
  await assert.rejects(
    openai.chat.completions.create({ model: 'sandbox-main', messages: [] }),
    OpenAI.BadRequestError,
  )
})

test('use by API is metered like the page', async () => {
  const { user, headers } = await server.signIn()
  const client = new OpenAI({
    baseURL: `${base}/v1`,
    apiKey: await server.apiKey(user),
    maxRetries: 0,
  })
  await client.chat.completions.create({ model: 'sandbox-main', messages: [question] })
  await server.services.llm.flush()
  const usage = (await server.inject({ url: '/api/chatbot/usage', headers })).json()
  assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0 && usage.costUsd > 0)
})

test('a key without the scope is refused', async () => {
  const { user } = await server.signIn()
  const apiKey = await server.apiKey(user, ['chatbot.use'])
  const client = new OpenAI({ baseURL: `${base}/v1`, apiKey, maxRetries: 0 })
  await assert.rejects(client.models.list(), OpenAI.PermissionDeniedError)
})
