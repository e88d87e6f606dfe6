import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { multipart, readEvents } from '../../../test/sse.ts'

/** Speaks SearXNG's JSON; notes what it was asked. */
let searx: Server
let sandbox: Sandbox
let server: TestServer
let base: string
let queries: (string | null)[] = []
let answer: { status: number; body: string }

const found = [
  {
    title: 'お知らせ',
    url: 'https://harbour.example/cranes',
    content: '神戸港のクレーン七号機は休止中。',
  },
  { title: '罠', url: 'javascript:alert(1)', content: '' },
  { title: '入港料', url: 'https://harbour.example/fees', content: '改定は四月。' },
  { title: 'お知らせ', url: 'https://harbour.example/cranes', content: '' },
]

before(async () => {
  searx = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://searx.example').searchParams
    queries.push(asked.get('q'))
    assert.equal(asked.get('format'), 'json')
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    response.end(answer.body)
  })
  await new Promise<void>((done) => searx.listen(0, '127.0.0.1', done))
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  server = await testServer({
    env: {
      LLM_URL: sandbox.llmUrl,
      LLM_API_KEY: 'sk-sandbox',
      LLM_MODEL: 'sandbox-main',
      CHATBOT_SEARCH_URL: `http://127.0.0.1:${(searx.address() as AddressInfo).port}/search`,
    },
  })
  base = await server.listen()
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
  searx.close()
})

async function conversation() {
  queries = []
  answer = { status: 200, body: JSON.stringify({ query: '', results: found }) }
  const { headers } = await server.signIn()
  const url = '/api/chatbot/conversations'
  const created = await server.inject({ method: 'POST', url, headers, payload: {} })
  const path = `${url}/${created.json().id}`
  return {
    ...{ headers, path },
    async send(to: string, body: FormData | string) {
      const type = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
      const options = { method: 'POST', headers: { ...headers, ...type }, body }
      const events = await readEvents(await fetch(`${base}${path}/messages${to}`, options))
      assert.equal(events.at(-1)?.event, 'done', JSON.stringify(events.at(-1)))
      return events.map((event) => event.data['text'] ?? '').join('')
    },
    async messages() {
      return (await server.inject({ url: path, headers })).json().messages
    },
  }
}

const QUESTION = '神戸港のクレーンをウェブで検索して'
const SOURCES = [
  { title: 'お知らせ', url: 'https://harbour.example/cranes' },
  { title: '入港料', url: 'https://harbour.example/fees' },
]

test('what a search finds is in the answer, and its sources are listed with it', async () => {
  const talk = await conversation()
  const text = await talk.send('', multipart({ text: QUESTION, search: 'true' }))
  assert.equal(queries.length, 1)
  assert.match(queries[0] ?? '', /クレーン/)
  assert.match(text, /七号機は休止中/)
  const [, stored] = await talk.messages()
  assert.deepEqual(stored.sources, SOURCES)
  const exported = await server.inject({
    url: `${talk.path}/export?format=md`,
    headers: talk.headers,
  })
  assert.match(exported.body, /1\. お知らせ: <https:\/\/harbour\.example\/cranes>/)
  assert.doesNotMatch(exported.body, /javascript:/)
})

test('nothing is searched unless the person says so, also when an answer is written again', async () => {
  const talk = await conversation()
  await talk.send('', multipart({ text: QUESTION }))
  assert.deepEqual(queries, [])
  const [, first] = await talk.messages()
  await talk.send(`/${first.id}/regenerate`, '{}')
  assert.deepEqual(queries, [])
  const text = await talk.send(`/${first.id}/regenerate`, '{"search":true}')
  assert.equal(queries.length, 1)
  assert.match(text, /七号機は休止中/)
  const messages = await talk.messages()
  assert.deepEqual(
    messages.map((message: { sources: unknown[] }) => message.sources.length),
    [0, 0, 0, 2],
  )
})

test('a search that fails leaves an answer without sources', async () => {
  const talk = await conversation()
  for (const broken of [
    { status: 503, body: '{}' },
    { status: 200, body: '<html>' },
    { status: 200, body: '{"results":7}' },
  ]) {
    answer = broken
    const text = await talk.send('', multipart({ text: QUESTION, search: 'true' }))
    assert.doesNotMatch(text, /七号機/)
  }
  assert.deepEqual((await talk.messages()).at(-1).sources, [])
})
