import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { multipart, readEvents } from '../../../test/sse.ts'
import { until } from '../../../test/until.ts'

let sandbox: Sandbox
let server: TestServer
let base: string

before(async () => {
  sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  server = await testServer({
    env: {
      LLM_URL: sandbox.llmUrl,
      LLM_API_KEY: 'sk-sandbox',
      LLM_MODEL: 'sandbox-main',
      LLM_RETRIES: '0',
      LLM_FIRST_TOKEN_TIMEOUT: '1s',
    },
  })
  base = await server.listen()
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

async function scenario(name: string): Promise<void> {
  const answer = await fetch(`${sandbox.url}/sandbox/scenarios/llm`, {
    method: 'PUT',
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    body: JSON.stringify({ scenario: name }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

async function conversation() {
  const { headers, user } = await server.signIn()
  const created = await server.inject({
    method: 'POST',
    url: '/api/chatbot/conversations',
    headers,
    payload: {},
  })
  return { headers, user, path: `/api/chatbot/conversations/${created.json().id}` }
}

async function post(path: string, headers: Record<string, string>, body: FormData) {
  return await fetch(`${base}${path}/messages`, { method: 'POST', headers, body })
}

const FAULTS: Record<string, string> = {
  'rate-limit': 'LLM_RATE_LIMITED',
  'error-500': 'LLM_UNAVAILABLE',
  'cut-stream': 'LLM_STREAM_CUT',
  garbage: 'LLM_BAD_ANSWER',
  refusal: 'LLM_CONTENT_REFUSED',
  'bad-key': 'LLM_KEY_REFUSED',
  quota: 'LLM_QUOTA',
  hang: 'LLM_TIMEOUT',
}

for (const [name, code] of Object.entries(FAULTS)) {
  test(`the model does "${name}": an honest error with what to do, stored as failed, then works again`, async () => {
    const { headers, path } = await conversation()
    await scenario(name)
    try {
      const events = await readEvents(
        await post(path, { ...headers, 'accept-language': 'ja' }, multipart({ text: '質問です' })),
      )
      const last = events.at(-1)
      assert.equal(last?.event, 'error', JSON.stringify(last))
      assert.equal(last?.data['code'], code)
      assert.ok(String(last?.data['detail']).length > 10)
      assert.ok(!events.some((event) => event.event === 'done'))
    } finally {
      await scenario('normal')
    }
    const { messages } = (await server.inject({ url: path, headers })).json()
    assert.equal(messages[1].state, 'failed')
    assert.equal(messages[1].errorCode, code)
    const again = await fetch(`${base}${path}/messages/${messages[1].id}/regenerate`, {
      method: 'POST',
      headers,
    })
    assert.equal((await readEvents(again)).at(-1)?.event, 'done')
  })
}

test('over budget: the answer stops with a reason, and the month says so', async () => {
  const { headers, user, path } = await conversation()
  const actor = { id: user.id, email: user.email }
  await server.services.llm.caps.set(user.id, { usd: 0.000001, tokens: null }, actor)
  const events = await readEvents(await post(path, headers, multipart({ text: '質問です' })))
  assert.equal(events.at(-1)?.data['code'], 'LLM_OVER_BUDGET')
})

test('a second question while one is answered is refused clearly, never interleaved', async () => {
  const { headers, path } = await conversation()
  await scenario('slow')
  try {
    const first = await post(path, headers, multipart({ text: '一つ目' }))
    const second = await post(path, headers, multipart({ text: '二つ目' }))
    assert.equal(second.status, 409)
    assert.equal(((await second.json()) as { code: string }).code, 'CHATBOT_ANSWER_RUNNING')
    const { messages } = (await server.inject({ url: path, headers })).json()
    const stop = await server.inject({
      method: 'POST',
      url: `${path}/messages/${messages[1].id}/stop`,
      headers,
    })
    assert.equal(stop.statusCode, 202)
    const events = await readEvents(first)
    assert.equal(events.at(-1)?.event, 'done')
    assert.equal(events.at(-1)?.data['finishReason'], 'stop_requested')
  } finally {
    await scenario('normal')
  }
  const { messages } = (await server.inject({ url: path, headers })).json()
  assert.deepEqual(messages.map((message: { content: string }) => message.content).slice(0, 1), [
    '一つ目',
  ])
  assert.equal(messages[1].state, 'stopped')
})

test('a closed browser does not lose the answer that was being written', async () => {
  const { headers, path } = await conversation()
  const leaving = new AbortController()
  const response = await fetch(`${base}${path}/messages`, {
    method: 'POST',
    headers,
    body: multipart({ text: 'あとで読みます' }),
    signal: leaving.signal,
  })
  await response.body?.getReader().read()
  leaving.abort()
  let messages: { id: string; state: string; content: string }[] = []
  await until('the answer is finished', async () => {
    messages = (await server.inject({ url: path, headers })).json().messages
    return messages[1]?.state === 'done'
  })
  assert.match(messages[1]?.content ?? '', /あとで読みます/)
})

test('what cannot be taken is refused before anything streams, and nothing is stored', async () => {
  const { headers, path } = await conversation()
  const text = { type: 'text/plain', content: new TextEncoder().encode('x') }
  const program = Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0])
  const cases: [string, FormData, number][] = [
    ['nothing', multipart({ text: '  ' }), 422],
    [
      'an empty file',
      multipart({ text: 'q' }, [{ ...text, name: 'a.txt', content: new Uint8Array() }]),
      400,
    ],
    [
      'a program named .pdf',
      multipart({ text: 'q' }, [{ name: 'a.pdf', type: 'application/pdf', content: program }]),
      415,
    ],
    [
      'too large',
      multipart({ text: 'q' }, [
        { ...text, name: 'a.txt', content: new Uint8Array(6 * 1024 ** 2).fill(97) },
      ]),
      413,
    ],
    [
      'too many',
      multipart(
        { text: 'q' },
        Array.from({ length: 6 }, (_, index) => ({ ...text, name: `${index}.txt` })),
      ),
      413,
    ],
    ['an unknown parent', multipart({ text: 'q', parentId: crypto.randomUUID() }), 422],
  ]
  for (const [name, body, status] of cases) {
    const answer = await post(path, headers, body)
    assert.equal(answer.status, status, name)
    assert.match(answer.headers.get('content-type') ?? '', /problem\+json/, name)
    assert.ok(((await answer.json()) as { detail: string }).detail.length > 10, name)
  }
  assert.deepEqual((await server.inject({ url: path, headers })).json().messages, [])
  for (const prefix of ['quarantine/', 'uploads/']) {
    assert.deepEqual((await server.services.files.list(prefix)).items, [], prefix)
  }
})

test('an attached document reaches the model with its pages, and its bytes go with the conversation', async () => {
  const { headers, path } = await conversation()
  const notes = '[page 1]\n係留索の点検は毎月行う。\n[page 2]\n防舷材の交換は五年ごとに行う。'
  const file = {
    name: '点検要領.txt',
    type: 'text/plain',
    content: new TextEncoder().encode(notes),
  }
  const events = await readEvents(
    await post(path, headers, multipart({ text: '防舷材の交換は何年ごとですか' }, [file])),
  )
  const answer = events.map((event) => event.data['text'] ?? '').join('')
  assert.match(answer, /五年/)
  assert.match(answer, /2/)
  const { messages } = (await server.inject({ url: path, headers })).json()
  const [stored] = messages[0].files
  assert.equal(stored.name, '点検要領.txt')
  const download = await server.inject({ url: `/api/chatbot/files/${stored.id}`, headers })
  assert.equal(download.statusCode, 200)
  assert.match(String(download.headers['content-disposition']), /^attachment/)
  assert.equal(download.body, notes)
  const stranger = await server.signIn('admin')
  const foreign = await server.inject({
    url: `/api/chatbot/files/${stored.id}`,
    headers: stranger.headers,
  })
  assert.equal(foreign.statusCode, 404)
  assert.equal((await server.inject({ method: 'DELETE', url: path, headers })).statusCode, 204)
  assert.equal(
    (await server.inject({ url: `/api/chatbot/files/${stored.id}`, headers })).statusCode,
    404,
  )
})
