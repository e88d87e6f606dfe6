import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, call, gather, raw, streamTests } from './test/streamed.ts'
import { chunk, completion, json, scriptedModel, sse, testLlm } from './testing.ts'

const { db, streamed } = streamTests()

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
  await using llm = testLlm({ db: db(), url: model.url })
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
