import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { multipart, readEvents } from '../../../test/sse.ts'

let sandbox: Sandbox
let server: TestServer
let base: string

before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  server = await testServer({
    env: { LLM_URL: sandbox.llmUrl, LLM_API_KEY: 'sk-sandbox', LLM_MODEL: 'sandbox-main' },
  })
  base = await server.listen()
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

async function newConversation(headers: Record<string, string>): Promise<string> {
  const created = await server.inject({
    method: 'POST',
    url: '/api/chatbot/conversations',
    headers,
    payload: {},
  })
  assert.equal(created.statusCode, 201)
  return created.json().id
}

async function say(headers: Record<string, string>, id: string, text: string) {
  const response = await fetch(`${base}/api/chatbot/conversations/${id}/messages`, {
    method: 'POST',
    headers,
    body: multipart({ text }),
  })
  assert.equal(response.status, 200, await (response.ok ? '' : response.text()))
  return await readEvents(response)
}

test('an answer streams in, is stored, and gives the conversation its title', async () => {
  const { headers } = await server.signIn()
  const id = await newConversation(headers)
  const events = await say(headers, id, '港とは何ですか？')
  assert.deepEqual(
    [...new Set(events.map((event) => event.event))],
    ['message', 'delta', 'usage', 'done'],
  )
  assert.ok(
    events.every((event) => event.id !== ''),
    'each event has an id',
  )
  const text = events
    .filter((event) => event.event === 'delta')
    .map((event) => event.data['text'])
    .join('')
  const opened = await server.inject({ url: `/api/chatbot/conversations/${id}`, headers })
  const { title, messages } = opened.json()
  assert.equal(title, '港とは何ですか?')
  assert.deepEqual(
    messages.map((message: { role: string }) => message.role),
    ['user', 'assistant'],
  )
  assert.equal(messages[1].content, text)
  assert.equal(messages[1].state, 'done')
  assert.equal(messages[1].parentId, messages[0].id)
})

test('a conversation carries exactly its own turns', async () => {
  const hanako = await server.signIn()
  const first = await newConversation(hanako.headers)
  const second = await newConversation(hanako.headers)
  await say(hanako.headers, first, '合言葉は朝凪です')
  const told = await say(hanako.headers, first, '合言葉は何ですか')
  const fresh = await say(hanako.headers, second, '合言葉は何ですか')
  const textOf = (events: typeof told) => events.map((event) => event.data['text'] ?? '').join('')
  assert.match(textOf(told), /朝凪/)
  assert.doesNotMatch(textOf(fresh), /朝凪/)
})

test('nobody else sees a conversation, whatever they try', async () => {
  const owner = await server.signIn()
  const id = await newConversation(owner.headers)
  await say(owner.headers, id, 'ひみつの相談')
  const { messages } = (
    await server.inject({ url: `/api/chatbot/conversations/${id}`, headers: owner.headers })
  ).json()
  const mid = messages[1].id
  for (const role of ['user', 'operator', 'admin'] as const) {
    const other = await server.signIn(role)
    const url = `/api/chatbot/conversations/${id}`
    const attempts = [
      { method: 'GET', url },
      { method: 'PATCH', url, payload: { title: 'x' } },
      { method: 'DELETE', url },
      { method: 'GET', url: `${url}/export?format=md` },
      { method: 'GET', url: `${url}/messages/${mid}/stream` },
      { method: 'POST', url: `${url}/messages/${mid}/stop` },
      { method: 'POST', url: `${url}/messages/${mid}/regenerate` },
    ] as const
    for (const attempt of attempts) {
      const answer = await server.inject({ ...attempt, headers: other.headers })
      assert.equal(
        answer.statusCode,
        404,
        `${role} ${attempt.method} ${attempt.url}: ${answer.body}`,
      )
      assert.equal(answer.json().code, 'NOT_FOUND')
    }
    const found = await server.inject({
      url: '/api/chatbot/conversations?query=ひみつ',
      headers: other.headers,
    })
    assert.deepEqual(found.json().items, [])
  }
})

test('ids that are malformed or unknown are answered alike', async () => {
  const { headers } = await server.signIn()
  for (const id of ['1', 'not-a-uuid', '00000000-0000-4000-8000-000000000000', '%00']) {
    const answer = await server.inject({ url: `/api/chatbot/conversations/${id}`, headers })
    assert.equal(answer.statusCode, 404, id)
  }
})

test('a stream is taken up again where it was left', async () => {
  const { headers } = await server.signIn()
  const id = await newConversation(headers)
  const events = await say(headers, id, '長い答えをください')
  const deltas = events.filter((event) => event.event === 'delta')
  const middle = deltas[Math.floor(deltas.length / 2)]
  assert.ok(middle)
  const mid = events[0]?.data['messageId']
  const response = await fetch(`${base}/api/chatbot/conversations/${id}/messages/${mid}/stream`, {
    headers: { ...headers, 'last-event-id': middle.id },
  })
  const resumed = await readEvents(response)
  const textOf = (list: typeof events) =>
    list
      .filter((event) => event.event === 'delta')
      .map((event) => event.data['text'])
      .join('')
  const had = textOf(deltas.slice(0, deltas.indexOf(middle) + 1))
  assert.equal(had + textOf(resumed), textOf(events))
  assert.equal(resumed.at(-1)?.event, 'done')
})
