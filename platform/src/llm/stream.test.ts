import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase } from '../data/testing.ts'
import { isLlmError } from './errors.ts'
import { chunk, completion, json, recordingLog, scriptedModel, sse, testLlm } from './testing.ts'
import type { ChatEvent, ChatRequest } from './types.ts'

let t: Awaited<ReturnType<typeof testDatabase>>
before(async () => {
  t = await testDatabase({ apps: [] })
})
after(() => t[Symbol.asyncDispose]())

const ask: ChatRequest = { messages: [{ role: 'user', content: 'こんにちは' }] }
const call = { userId: 'u1', app: 'test', purpose: 'answer' }

async function gather(events: AsyncIterable<ChatEvent>) {
  const all: ChatEvent[] = []
  for await (const event of events) all.push(event)
  const text = all.map((event) => (event.type === 'delta' ? event.text : '')).join('')
  return { all, text }
}

/** Runs one streamed question against a script; gives what came and what was thrown. */
async function streamed(script: Parameters<typeof scriptedModel>[0], config = {}, request = ask) {
  await using model = await scriptedModel(script)
  await using llm = testLlm({ db: t.db, url: model.url, config })
  const all: ChatEvent[] = []
  let error: unknown
  try {
    for await (const event of llm.stream(request, call)) all.push(event)
  } catch (thrown) {
    error = thrown
  }
  const text = all.map((event) => (event.type === 'delta' ? event.text : '')).join('')
  const code = isLlmError(error) ? error.code : error
  return { all, text, code, error, asked: model.asked }
}

const raw = (response: ServerResponse, text: string | string[], type = 'text/event-stream') => {
  response.writeHead(200, { 'content-type': type })
  for (const piece of Array.isArray(text) ? text : [text]) response.write(piece)
  response.end()
}

test('streams text, then usage with its cost, then done', async () => {
  const { all, text, code } = await streamed((_, response) =>
    sse(response, [
      chunk('港'),
      chunk('です'),
      chunk('', { finish_reason: 'stop' }),
      JSON.stringify({ choices: [], usage: { prompt_tokens: 1000, completion_tokens: 500 } }),
    ]),
  )
  assert.equal(code, undefined)
  assert.equal(text, '港です')
  assert.deepEqual(all.slice(-2), [
    {
      type: 'usage',
      inputTokens: 1000,
      outputTokens: 500,
      estimated: false,
      costUsd: 0.00075,
      priceKnown: true,
    },
    { type: 'done', finishReason: 'stop', model: 'sandbox-main' },
  ])
})

test('asks for usage, with the key and a bounded answer', async () => {
  const { asked } = await streamed((_, response) => sse(response, [chunk('x')]))
  assert.equal(asked[0]?.path, '/v1/chat/completions')
  assert.equal(asked[0]?.headers.authorization, 'Bearer sk-test')
  assert.deepEqual(asked[0]?.body.stream_options, { include_usage: true })
  assert.equal(asked[0]?.body.max_tokens, 256)
})

test('a server without usage: tokens are estimated and marked so', async () => {
  const { all } = await streamed((_, response) => sse(response, [chunk('abcdefgh')]))
  const usage = all.find((event) => event.type === 'usage')
  assert.ok(usage?.type === 'usage' && usage.estimated && usage.outputTokens === 3)
})

test('x_groq usage, CRLF, comments, no space after data:, a missing finish reason', async () => {
  const body = [
    ': keep-alive\r\n\r\n',
    `data:${chunk('a')}\r\n\r`,
    `\ndata:${chunk('b')}\r\n\r\n`,
    `data: ${JSON.stringify({ choices: [{ delta: {} }], x_groq: { usage: { prompt_tokens: 3, completion_tokens: 2 } } })}\r\n\r\n`,
    'data:[DONE]',
  ]
  const { text, all, code } = await streamed((_, response) => raw(response, body))
  assert.equal(code, undefined)
  assert.equal(text, 'ab')
  assert.ok(all.some((event) => event.type === 'usage' && event.inputTokens === 3))
})

test('characters that are split between packets arrive whole', async () => {
  const bytes = Buffer.from(`data: ${chunk('漢字')}\n\ndata: [DONE]\n\n`)
  const { text } = await streamed(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const byte of bytes) response.write(Buffer.from([byte]))
    response.end()
  })
  assert.equal(text, '漢字')
})

test('thoughts of the model are not part of the answer', async () => {
  const { text } = await streamed((_, response) =>
    sse(response, [
      JSON.stringify({ choices: [{ delta: { reasoning_content: 'hmm' } }] }),
      chunk('so'),
    ]),
  )
  assert.equal(text, 'so')
})

test('tool calls in pieces become whole calls', async () => {
  const piece = (index: number, rest: object) =>
    JSON.stringify({ choices: [{ delta: { tool_calls: [{ index, ...rest }] } }] })
  const { all } = await streamed((_, response) =>
    sse(response, [
      piece(0, { id: 'a', type: 'function', function: { name: 'find', arguments: '' } }),
      piece(0, { function: { arguments: '{"q":' } }),
      piece(1, { id: 'b', function: { name: 'now', arguments: '{}' } }),
      piece(0, { function: { arguments: '"港"}' } }),
      chunk('', { finish_reason: 'tool_calls' }),
    ]),
  )
  assert.deepEqual(
    all.filter((event) => event.type === 'toolCall'),
    [
      { type: 'toolCall', id: 'a', name: 'find', arguments: '{"q":"港"}' },
      { type: 'toolCall', id: 'b', name: 'now', arguments: '{}' },
    ],
  )
  assert.ok(all.some((event) => event.type === 'done' && event.finishReason === 'tool-calls'))
})

test('a server that answers JSON to a stream is read as it is', async () => {
  const { text } = await streamed((_, response) => json(response, 200, completion('whole')))
  assert.equal(text, 'whole')
})

test('stream_options refused once: asked without, and remembered', async () => {
  await using model = await scriptedModel((asked, response) => {
    if ('stream_options' in asked.body)
      return json(response, 400, { error: { message: 'Extra inputs are not permitted' } })
    sse(response, [chunk('ok')])
  })
  await using llm = testLlm({ db: t.db, url: model.url })
  assert.equal((await gather(llm.stream(ask, call))).text, 'ok')
  assert.equal((await gather(llm.stream(ask, call))).text, 'ok')
  assert.equal(model.asked.length, 3)
})

test('max_tokens refused: max_completion_tokens is sent', async () => {
  const { text, asked } = await streamed((asked, response) => {
    if ('max_tokens' in asked.body) {
      const message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
      return json(response, 400, { error: { message, param: 'max_tokens' } })
    }
    sse(response, [chunk('ok')])
  })
  assert.equal(text, 'ok')
  assert.equal(asked.at(-1)?.body.max_completion_tokens, 256)
})

const faults: [string, Parameters<typeof scriptedModel>[0], string][] = [
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
  await using llm = testLlm({ db: t.db, url: 'http://127.0.0.1:9/v1' })
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

const endless = (_: unknown, response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`data: ${chunk('abcdefgh')}\n\n`)
}

test('cancelling closes the connection to the model at once; what was written is paid', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({ db: t.db, url: model.url })
  const controller = new AbortController()
  const reason = new Error('stop button')
  await assert.rejects(async () => {
    const options = { ...call, userId: 'u-cancel', signal: controller.signal }
    for await (const event of llm.stream(ask, options))
      if (event.type === 'delta') controller.abort(reason)
  }, reason)
  await model.hungUp
  const { rows } = await sql<{ outcome: string; output_tokens: number; estimated: boolean }>`
    select outcome, output_tokens, estimated from minato.llm_usage where user_id = 'u-cancel'`.execute(
    t.db,
  )
  assert.deepEqual(rows, [{ outcome: 'cancelled', output_tokens: 3, estimated: true }])
})

test('leaving the loop closes the connection and frees place and budget', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({ db: t.db, url: model.url, config: { userConcurrency: 1 } })
  for (let round = 0; round < 2; round++)
    for await (const _ of llm.stream(ask, { ...call, userId: 'u-leave' })) break
  await model.hungUp
  const { rows } = await sql<{ held: number }>`
    select reserved_tokens as held from minato.llm_budgets where user_id = 'u-leave'`.execute(t.db)
  assert.deepEqual(rows, [{ held: 0 }])
})

test('a cancelled call asks nobody', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({ db: t.db, url: model.url })
  const signal = AbortSignal.abort()
  await assert.rejects(gather(llm.stream(ask, { ...call, signal })), { name: 'AbortError' })
  assert.equal(model.asked.length, 0)
})

test('a user over the concurrency limit waits, then is told so; others are not held up', async () => {
  await using model = await scriptedModel(endless)
  await using llm = testLlm({
    db: t.db,
    url: model.url,
    config: { userConcurrency: 1, queueMs: 50 },
  })
  const first = llm.stream(ask, { ...call, userId: 'u-busy' })[Symbol.asyncIterator]()
  await first.next()
  await assert.rejects(gather(llm.stream(ask, { ...call, userId: 'u-busy' })), { code: 'LLM_BUSY' })
  for await (const _ of llm.stream(ask, { ...call, userId: 'u-other' })) break
  await first.return?.()
})

test('the log line of a call says what it cost and nothing of its contents', async () => {
  await using model = await scriptedModel((_, response) => sse(response, [chunk('answer-words')]))
  const { log, lines } = recordingLog()
  await using llm = testLlm({ db: t.db, url: model.url, log })
  const secret: ChatRequest = { messages: [{ role: 'user', content: 'question-words' }] }
  await gather(llm.stream(secret, call))
  const line = lines.find(({ event }) => event === 'llm.call')
  assert.equal(line?.fields.outcome, 'ok')
  assert.equal(line?.fields.userId, 'u1')
  assert.doesNotMatch(JSON.stringify(lines), /question-words|answer-words|sk-test/)
})

test('a refused key is one notice to operators, and over when an answer comes', async () => {
  let refused = true
  await using model = await scriptedModel((_, response) =>
    refused ? json(response, 401, {}) : json(response, 200, completion('ok')),
  )
  const { log, lines } = recordingLog()
  const captured: unknown[] = []
  const errors = { capture: (error: unknown) => captured.push(error) }
  await using one = testLlm({ db: t.db, url: model.url, log, errors })
  await using two = testLlm({ db: t.db, url: model.url, log, errors })
  const ten = Array.from({ length: 10 }, (_, i) => (i % 2 ? one : two).chat(ask, call))
  for (const result of await Promise.allSettled(ten)) assert.equal(result.status, 'rejected')
  assert.equal(captured.length, 1)
  assert.equal(lines.filter(({ event }) => event === 'llm.operator_notice').length, 1)
  assert.equal((await one.notices()).length, 1)
  refused = false
  await one.chat(ask, call)
  assert.equal((await two.notices()).length, 0)
})
