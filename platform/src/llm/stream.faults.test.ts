import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLlmError } from './errors.ts'
import { ask, call, raw, type Script, streamTests } from './test/streamed.ts'
import { chunk, json, sse, testLlm } from './testing.ts'

const { db, streamed } = streamTests()

const faults: [string, Script, string][] = [
  ['401', (_, r) => json(r, 401, { error: { message: 'Incorrect API key' } }), 'LLM_KEY_REFUSED'],
  ['429', (_, r) => json(r, 429, { error: { message: 'slow down' } }), 'LLM_RATE_LIMITED'],
  [
    'quota',
    (_, r) => json(r, 429, { error: { message: 'x', code: 'insufficient_quota' } }),
    'LLM_QUOTA',
  ],
  ['500', (_, r) => json(r, 500, { error: { message: 'oops' } }), 'LLM_UNAVAILABLE'],
  ['502 HTML', (_, r) => r.writeHead(502).end('<html>Bad gateway</html>'), 'LLM_UNAVAILABLE'],
  [
    'unknown model',
    (_, r) => json(r, 404, { error: { message: 'no', code: 'model_not_found' } }),
    'LLM_MODEL_UNKNOWN',
  ],
  ['wrong path', (_, r) => r.writeHead(404).end('not found'), 'LLM_UNAVAILABLE'],
  [
    'content filter',
    (_, r) => json(r, 400, { error: { message: 'x', code: 'content_filter' } }),
    'LLM_CONTENT_REFUSED',
  ],
  [
    'finish content_filter',
    (_, r) => sse(r, [chunk('', { finish_reason: 'content_filter' })]),
    'LLM_CONTENT_REFUSED',
  ],
  [
    'refusal',
    (_, r) => sse(r, [JSON.stringify({ choices: [{ delta: { refusal: 'no' } }] })]),
    'LLM_CONTENT_REFUSED',
  ],
  [
    'too long',
    (_, r) => json(r, 400, { error: { message: 'x', code: 'context_length_exceeded' } }),
    'LLM_CONTEXT_TOO_LONG',
  ],
  ['HTML', (_, r) => raw(r, '<html>login</html>', 'text/html'), 'LLM_BAD_ANSWER'],
  ['200 with an error', (_, r) => json(r, 200, { error: { message: 'x' } }), 'LLM_UNAVAILABLE'],
  ['not JSON', (_, r) => sse(r, ['{"choices":[{']), 'LLM_BAD_ANSWER'],
  ['garbage', (_, r) => raw(r, '\u0000\u0001 binary'), 'LLM_BAD_ANSWER'],
  ['no choices', (_, r) => json(r, 200, { object: 'list' }), 'LLM_BAD_ANSWER'],
  ['cut', (_, r) => sse(r, [chunk('half')], false), 'LLM_STREAM_CUT'],
  ['error event', (_, r) => sse(r, [chunk('a'), '{"error":{"code":429}}']), 'LLM_RATE_LIMITED'],
]
for (const [name, script, expected] of faults) {
  test(`${name} → ${expected}`, async () => {
    const { code, error } = await streamed(script)
    assert.equal(code, expected, String(error))
    assert.ok(isLlmError(error) && error.detail.ja.length > 10 && !error.detail.ja.includes('{'))
  })
}

test('a connection that breaks in the middle: what came is kept, then LLM_STREAM_CUT', async () => {
  const { text, code } = await streamed((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${chunk('half')}\n\n`, () => response.destroy())
  })
  assert.equal(text, 'half')
  assert.equal(code, 'LLM_STREAM_CUT')
})

test('nobody listens: LLM_UNAVAILABLE', async () => {
  await using llm = testLlm({ db: db(), url: 'http://127.0.0.1:9/v1' })
  await assert.rejects(llm.chat(ask, call), { code: 'LLM_UNAVAILABLE' })
})

test('429 then 200: retried after the time the server asked for', async () => {
  const { text, asked } = await streamed(
    (_, response, turn) =>
      turn === 0
        ? json(response, 429, { error: { message: 'slow' } }, { 'retry-after-ms': '20' })
        : sse(response, [chunk('ok')]),
    { retries: 1 },
  )
  assert.equal(text, 'ok')
  assert.equal(asked.length, 2)
})

test('a server that asks for an hour is not waited for; the answer says how long', async () => {
  const started = performance.now()
  const { code, error } = await streamed(
    (_, response) => json(response, 429, {}, { 'retry-after': '3600' }),
    { retries: 2 },
  )
  assert.equal(code, 'LLM_RATE_LIMITED')
  assert.ok(isLlmError(error) && error.headers['retry-after'] === '3600')
  assert.ok(performance.now() - started < 30_000)
})

test('nothing is asked again once a token was delivered', async () => {
  const { asked, code } = await streamed((_, response) => sse(response, [chunk('a')], false), {
    retries: 3,
  })
  assert.equal(code, 'LLM_STREAM_CUT')
  assert.equal(asked.length, 1)
})

test('the fallback model answers when the first is away', async () => {
  const { text, all } = await streamed(
    (asked, response) =>
      asked.body.model === 'sandbox-main'
        ? json(response, 503, {})
        : sse(response, [chunk('from the other')]),
    { fallbackModel: 'sandbox-lite' },
  )
  assert.equal(text, 'from the other')
  assert.ok(all.some((event) => event.type === 'done' && event.model === 'sandbox-lite'))
})

test('no first token in time, although heartbeats come: LLM_TIMEOUT', async () => {
  const { code } = await streamed(
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const beat = setInterval(() => response.write(': beat\n\n'), 10)
      response.on('close', () => clearInterval(beat))
    },
    { firstTokenTimeoutMs: 80 },
  )
  assert.equal(code, 'LLM_TIMEOUT')
})

test('silence in the middle: LLM_TIMEOUT', async () => {
  const { code, text } = await streamed(
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${chunk('a')}\n\n`)
    },
    { idleTimeoutMs: 60 },
  )
  assert.equal(text, 'a')
  assert.equal(code, 'LLM_TIMEOUT')
})

test('the whole call is bounded too', async () => {
  const { code } = await streamed(
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const beat = setInterval(() => response.write(`data: ${chunk('a')}\n\n`), 10)
      response.on('close', () => clearInterval(beat))
    },
    { timeoutMs: 100 },
  )
  assert.equal(code, 'LLM_TIMEOUT')
})
