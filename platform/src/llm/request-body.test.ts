import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { Quirk } from './quirks.ts'
import { chatBody } from './request-body.ts'
import type { ChatRequest } from './types.ts'

function sent(request: ChatRequest, quirks: Quirk[] = [], stream = false) {
  const target = { model: 'm', stream, maxOutputTokens: 9, quirks: new Set(quirks) }
  const body = chatBody(request, target)
  assert.equal(body.kind, 'text')
  return JSON.parse(body.kind === 'text' ? body.text : '')
}

const messages: ChatRequest['messages'] = [{ role: 'user', content: 'hi' }]

test('a turn with tools goes out as the model knows it', () => {
  const body = sent({
    messages: [
      { role: 'system', content: 's' },
      {
        role: 'assistant',
        content: null,
        toolCalls: [{ id: 'c1', name: 'find', arguments: '{"q":1}' }],
      },
      { role: 'tool', toolCallId: 'c1', content: 'found' },
    ],
    tools: [{ name: 'find', description: 'd', parameters: z.object({ q: z.number() }) }],
    toolChoice: { name: 'find' },
    stop: ['END'],
    seed: 7,
    temperature: 0.2,
  })
  assert.deepEqual(body.messages.slice(1), [
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'find', arguments: '{"q":1}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: 'found' },
  ])
  assert.deepEqual(body.tools[0].function.parameters, {
    type: 'object',
    properties: { q: { type: 'number' } },
    required: ['q'],
    additionalProperties: false,
  })
  assert.deepEqual(body.tool_choice, { type: 'function', function: { name: 'find' } })
  assert.deepEqual([body.stop, body.seed, body.temperature, body.max_tokens], [['END'], 7, 0.2, 9])
})

test('what a server was found not to take is left out', () => {
  const request = { messages, temperature: 0, responseFormat: { type: 'json' as const } }
  const plain = sent(request, [], true)
  assert.deepEqual(plain.stream_options, { include_usage: true })
  const bare = sent(
    request,
    ['no-stream-options', 'no-temperature', 'no-max-tokens', 'no-json-object'],
    true,
  )
  assert.deepEqual(Object.keys(bare), ['model', 'messages', 'stream'])
  assert.equal(sent(request, ['max-completion-tokens']).max_completion_tokens, 9)
})

test('a schema with optional properties is a wish, one without is strict', () => {
  const format = (schema: Record<string, unknown>) =>
    sent({ messages, responseFormat: { type: 'json-schema', name: 'n', schema } }).response_format
      .json_schema.strict
  const properties = { a: { type: 'string' }, b: { type: 'string' } }
  const closed = { type: 'object', properties, additionalProperties: false }
  assert.equal(format({ ...closed, required: ['a', 'b'] }), true)
  assert.equal(format({ ...closed, required: ['a'] }), false)
  assert.equal(format({ oneOf: [{ ...closed, required: ['a', 'b'] }] }), false)
})
