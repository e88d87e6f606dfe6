import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import OpenAI from 'openai'
import { type Sandbox, startSandbox } from '../index.ts'

let sandbox: Sandbox
let client: OpenAI
before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  client = new OpenAI({ apiKey: 'sk-test', baseURL: sandbox.llmUrl, maxRetries: 0 })
})
after(() => sandbox.close())

const tool = (name: string, description: string, properties: object, required: string[]) => ({
  type: 'function' as const,
  function: { name, description, parameters: { type: 'object', properties, required } },
})
const tools = [
  tool('get_weather', 'The weather of a city', { city: { type: 'string' } }, ['city']),
  tool('web_search', 'Searches the web', { query: { type: 'string' } }, ['query']),
]
type Message = OpenAI.ChatCompletionMessageParam
const user = (content: string): Message => ({ role: 'user', content })

async function call(content: string, more: object = {}) {
  const messages = [user(content)]
  const reply = await client.chat.completions.create({
    model: 'sandbox-main',
    messages,
    tools,
    ...more,
  })
  const made = reply.choices[0]?.message.tool_calls?.[0]
  if (made?.type !== 'function') return null
  assert.equal(reply.choices[0]?.finish_reason, 'tool_calls')
  return { id: made.id, name: made.function.name, arguments: JSON.parse(made.function.arguments) }
}

test('calls the tool that fits the words, with arguments of its schema', async () => {
  const searched = await call('神戸港の歴史を検索して')
  assert.equal(searched?.name, 'web_search')
  assert.deepEqual(searched?.arguments, { query: '神戸港の歴史' })
  assert.deepEqual((await call('search for container ports'))?.arguments, {
    query: 'container ports',
  })
  assert.equal((await call('What is the weather in Kobe?'))?.name, 'get_weather')
  const given = await call('get_weather {"city":"Yokohama"}')
  assert.deepEqual(given?.arguments, { city: 'Yokohama' })
})

test('calls none without a reason, one when required, the named one when named', async () => {
  assert.equal(await call('こんにちは'), null)
  assert.equal(await call('Xを検索して', { tool_choice: 'none' }), null)
  assert.ok(await call('こんにちは', { tool_choice: 'required' }))
  const named = { type: 'function', function: { name: 'get_weather' } }
  assert.equal((await call('こんにちは', { tool_choice: named }))?.name, 'get_weather')
})

test('answers with the result it is given; the stream assembles to the same call', async () => {
  const made = await call('神戸港の歴史を検索して')
  assert.ok(made)
  const stream = client.chat.completions.stream({
    model: 'sandbox-main',
    messages: [user('神戸港の歴史を検索して')],
    tools,
  })
  const streamed = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls?.[0]
  assert.equal(streamed?.id, made.id)
  assert.ok(streamed?.type === 'function')
  assert.deepEqual(JSON.parse(streamed.function.arguments), made.arguments)
  const args = JSON.stringify(made.arguments)
  const reply = await client.chat.completions.create({
    model: 'sandbox-main',
    tools,
    messages: [
      user('神戸港の歴史を検索して'),
      {
        role: 'assistant',
        tool_calls: [
          { id: made.id, type: 'function', function: { name: made.name, arguments: args } },
        ],
      },
      { role: 'tool', tool_call_id: made.id, content: '神戸港は1868年に開港した。' },
    ],
  })
  assert.match(reply.choices[0]?.message.content ?? '', /神戸港は1868年に開港した/)
})

const messages = [user('hi')]
const body = (more: object) => ({ model: 'sandbox-main', messages, ...more })
const orphan: Message = { role: 'tool', tool_call_id: 'call_1', content: 'x' }
const asked: Message = {
  role: 'assistant',
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
}
const wrong: [rule: string, body: object][] = [
  ['no messages', body({ messages: [] })],
  ['an unknown role', body({ messages: [{ role: 'robot', content: 'x' }] })],
  ['content of a wrong type', body({ messages: [{ role: 'user', content: 7 }] })],
  ['an unknown parameter', body({ temprature: 1 })],
  ['a temperature of 3', body({ temperature: 3 })],
  ['two choices', body({ n: 2 })],
  ['max_tokens of 0', body({ max_tokens: 0 })],
  ['stream_options without stream', body({ stream_options: { include_usage: true } })],
  ['five stop sequences', body({ stop: ['a', 'b', 'c', 'd', 'e'] })],
  ['tool_choice without tools', body({ tool_choice: 'auto' })],
  ['a tool name with a space', body({ tools: [tool('a b', '', {}, [])] })],
  ['a tool result without a call', body({ messages: [user('x'), orphan] })],
  ['a call without its result', body({ messages: [user('x'), asked, user('y')] })],
  ['a prompt beyond the context', body({ messages: [user('港'.repeat(200_000))] })],
]
for (const [rule, wrongBody] of wrong) {
  test(`refuses ${rule} with 400 in OpenAI's shape`, async () => {
    await assert.rejects(
      client.chat.completions.create(wrongBody as OpenAI.ChatCompletionCreateParams),
      (error) => {
        assert.ok(error instanceof OpenAI.BadRequestError)
        assert.equal(error.type, 'invalid_request_error')
        assert.ok(error.message.length > 10)
        return true
      },
    )
  })
}

test('keys and models are refused as the real service refuses them', async () => {
  const post = (headers: Record<string, string>, payload = JSON.stringify(body({}))) =>
    fetch(`${sandbox.llmUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: payload,
    })
  const code = async (response: Response) => {
    const { error } = (await response.json()) as { error: { code: string | null } }
    return [response.status, error.code]
  }
  assert.deepEqual(await code(await post({})), [401, null])
  assert.deepEqual(await code(await post({ authorization: 'Bearer sk-refused' })), [
    401,
    'invalid_api_key',
  ])
  assert.deepEqual(await code(await post({ authorization: 'Bearer sk-quota' })), [
    429,
    'insufficient_quota',
  ])
  const key = { authorization: 'Bearer sk-any' }
  assert.deepEqual(await code(await post(key, '{"model":')), [400, null])
  const unknown = JSON.stringify(body({ model: 'gpt-9' }))
  assert.deepEqual(await code(await post(key, unknown)), [404, 'model_not_found'])
  assert.equal((await fetch(`${sandbox.llmUrl}/nothing`, { headers: key })).status, 404)
  const names = (await client.models.list()).data.map((model) => model.id)
  assert.ok(names.includes('sandbox-main') && names.includes('sandbox-obey'))
})
