import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import OpenAI from 'openai'
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
const use = async (scenario: string, more: object = {}) => {
  const response = await control('PUT', '/scenarios/llm', { scenario, ...more })
  assert.equal(response.status, 200, await response.clone().text())
}
const request = {
  model: 'sandbox-main',
  messages: [{ role: 'user' as const, content: 'count from 1 to 40' }],
}
const whole = () => client.chat.completions.create(request)

async function streamed(): Promise<{ text: string; finish: string | null }> {
  let text = ''
  let finish: string | null = null
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
    text += chunk.choices[0]?.delta.content ?? ''
    finish = chunk.choices[0]?.finish_reason ?? finish
  }
  return { text, finish }
}

const statuses: [scenario: string, status: number, code: string | null][] = [
  ['rate-limit', 429, 'rate_limit_exceeded'],
  ['error-500', 500, null],
  ['overloaded', 503, null],
  ['bad-key', 401, 'invalid_api_key'],
  ['quota', 429, 'insufficient_quota'],
]
for (const [scenario, status, code] of statuses) {
  test(`${scenario} answers ${status}, whole or streamed`, async () => {
    await use(scenario)
    await assert.rejects(whole(), { status, code })
    await assert.rejects(streamed(), { status, code })
  })
}

test('a limit for one request: the client retries after Retry-After and succeeds', async () => {
  await use('rate-limit', { count: 1, options: { retryAfterSeconds: 0.01 } })
  const patient = new OpenAI({ apiKey: 'k', baseURL: sandbox.llmUrl, maxRetries: 1 })
  const reply = await patient.chat.completions.create(request)
  assert.equal(reply.choices[0]?.finish_reason, 'stop')
})

test('slow keeps the asked pace', async () => {
  await use('slow', { options: { firstTokenMs: 60, tokensPerSecond: 200, answerTokens: 20 } })
  const started = performance.now()
  const first = (await client.chat.completions.create({ ...request, stream: true }))[
    Symbol.asyncIterator
  ]()
  await first.next()
  const firstMs = performance.now() - started
  while (!(await first.next()).done);
  const restMs = performance.now() - started - firstMs
  assert.ok(firstMs >= 55, `first token after ${firstMs} ms`)
  assert.ok(restMs >= 85 && restMs < 1000, `19 intervals of 5 ms took ${restMs} ms`)
})

test('cut-stream breaks the connection after the asked chunks', async () => {
  await use('cut-stream', { options: { cutAfterChunks: 3 } })
  let chunks = 0
  await assert.rejects(async () => {
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) {
      if (chunk.choices[0]?.delta.content) chunks++
    }
  })
  assert.equal(chunks, 3)
  await assert.rejects(whole())
})

test('error-in-stream is an error event', async () => {
  await use('error-in-stream')
  await assert.rejects(streamed(), /server had an error/)
})

for (const garbage of ['invalid-json', 'html', 'not-sse']) {
  test(`garbage (${garbage}) is a 200 no client can read as an answer`, async () => {
    await use('garbage', { options: { garbage } })
    const answer = await streamed().catch((error: unknown) => error)
    if (!(answer instanceof Error)) assert.deepEqual(answer, { text: '', finish: null })
    const response = await fetch(`${sandbox.llmUrl}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
      body: JSON.stringify(request),
    })
    assert.equal(response.status, 200)
    const text = await response.text()
    assert.throws(() => JSON.parse(text))
  })
}

test('hang never answers; a caller that gives up is seen as aborted', async () => {
  await use('hang')
  await assert.rejects(
    client.chat.completions.create(request, { timeout: 60 }),
    OpenAI.APIConnectionTimeoutError,
  )
  await waitFor('aborted')
})

test('a stream that is stopped by the caller ends, and the log says after how many chunks', async () => {
  await use('normal', { options: { tokensPerSecond: 100 } })
  const stream = await client.chat.completions.create({ ...request, stream: true })
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break
  const seen = await waitFor('aborted')
  assert.ok(Number(seen.detail.chunks) < 40)
})

type Seen = { outcome: string; scenario: string; detail: Record<string, unknown> }

async function waitFor(outcome: string): Promise<Seen> {
  for (let i = 0; i < 200; i++) {
    const { requests } = (await (await control('GET', '/requests')).json()) as { requests: Seen[] }
    const last = requests.at(-1)
    if (last?.outcome === outcome) return last
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`no request became ${outcome}`)
}

test('refusal ends with content_filter and no content', async () => {
  await use('refusal')
  const reply = await whole()
  assert.equal(reply.choices[0]?.finish_reason, 'content_filter')
  assert.equal(reply.choices[0]?.message.content, null)
  assert.ok(reply.choices[0]?.message.refusal)
  assert.deepEqual(await streamed(), { text: '', finish: 'content_filter' })
})

test('match applies a scenario to some requests only', async () => {
  await use('error-500', { match: { text: 'count' } })
  await assert.rejects(whole(), { status: 500 })
  const messages = [{ role: 'user' as const, content: 'other' }]
  assert.ok(await client.chat.completions.create({ ...request, messages }))
})

test('the control API refuses strangers and says what it takes', async () => {
  const status = async (response: Promise<Response>) => (await response).status
  const { url, controlToken } = sandbox
  assert.equal(await status(fetch(`${url}/sandbox/state`)), 401)
  const wrongToken = { headers: { 'x-sandbox-token': `${controlToken}x` } }
  assert.equal(await status(fetch(`${url}/sandbox/mail`, wrongToken)), 401)
  assert.equal(await status(control('PUT', '/scenarios/llm', { scenario: 'nope' })), 400)
  assert.equal(await status(control('PUT', '/scenarios/nope', { scenario: 'normal' })), 404)
  const options = { scenario: 'slow', options: { speed: 1 } }
  const refused = await control('PUT', '/scenarios/llm', options)
  assert.match(await refused.text(), /firstTokenMs, tokensPerSecond/)
  const count = { scenario: 'slow', count: 0 }
  assert.equal(await status(control('PUT', '/scenarios/llm', count)), 400)
  const list = (await (await control('GET', '/scenarios')).json()) as {
    services: { service: string; active: { scenario: string } }[]
  }
  const scenarios = new Map(list.services.map(({ service, active }) => [service, active.scenario]))
  for (const service of ['llm', 's3', 'smtp']) assert.equal(scenarios.get(service), 'normal')
})

test('the request log shows what the model was sent, and no key', async () => {
  await whole()
  const text = await (await control('GET', '/requests?service=llm')).text()
  assert.match(text, /count from 1 to 40/)
  assert.doesNotMatch(text, /sk-test/)
})

test('two hundred paced streams at once, twice: none broken, no token lost', async () => {
  await use('normal', { options: { tokensPerSecond: 200, answerTokens: 20 } })
  for (const round of [1, 2]) {
    const ends = await Promise.all(Array.from({ length: 200 }, streamed))
    const texts = new Set(ends.map((end) => end.text))
    assert.equal(texts.size, 1, `round ${round}`)
    assert.ok(ends.every((end) => end.finish === 'stop'))
  }
})
