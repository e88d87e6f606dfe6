import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readAnswer } from './answer-reader.ts'
import { isLlmError } from './errors.ts'
import { Fault } from './fault.ts'
import type { ChatEvent } from './types.ts'
import { newAnswer } from './wire-chunk.ts'

async function read(pieces: Uint8Array[], type = 'text/event-stream') {
  const body = (async function* () {
    yield* pieces
  })()
  const answer = newAnswer('m')
  const response = { status: 200, headers: { get: () => type }, body }
  const reader = readAnswer(response, answer, { bytes() {}, token() {} })
  const events: ChatEvent[] = []
  for (let batch = await reader.next(); batch !== null; batch = await reader.next())
    events.push(...batch)
  return { events, answer }
}

function cutAt(bytes: Buffer, cuts: number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  const pieces: Uint8Array[] = []
  let from = 0
  for (const at of [...places, bytes.length]) {
    pieces.push(bytes.subarray(from, at))
    from = at
  }
  return pieces
}

test('no token is lost or doubled, wherever the network cuts the stream', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 30 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.constantFrom('data: ', 'data:'),
      async (texts, cuts, eol, field) => {
        const lines = texts.map((content) => JSON.stringify({ choices: [{ delta: { content } }] }))
        const stream = [...lines, '[DONE]'].map((line) => `${field}${line}${eol}${eol}`).join('')
        const { events } = await read(cutAt(Buffer.from(stream), cuts))
        const text = events.map((event) => (event.type === 'delta' ? event.text : '')).join('')
        assert.equal(text, texts.join('').toWellFormed())
      },
    ),
    { numRuns: 300 },
  )
})

test('whatever a server sends, it is an answer or a fault, never another error', async () => {
  const junk = fc.oneof(
    fc.json().map((text) => `data: ${text}\n\n`),
    fc.string().map((text) => `data: ${text}\n\n`),
    fc.string(),
    fc
      .record(
        { choices: fc.anything(), usage: fc.anything(), error: fc.anything() },
        { requiredKeys: [] },
      )
      .map((value) => `data: ${JSON.stringify(value)}\n\n`),
    fc
      .record({ delta: fc.anything(), message: fc.anything(), finish_reason: fc.anything() })
      .map((choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`),
    fc
      .record({ tool_calls: fc.anything(), content: fc.anything(), refusal: fc.anything() })
      .map((delta) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`),
    fc
      .array(fc.record({ index: fc.anything(), id: fc.anything(), function: fc.anything() }))
      .map(
        (calls) => `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: calls } }] })}\n\n`,
      ),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(junk, { maxLength: 5 }),
      fc.constantFrom('text/event-stream', 'application/json', ''),
      async (parts, type) => {
        try {
          await read([Buffer.from(parts.join(''))], type)
        } catch (error) {
          assert.ok(error instanceof Fault, String(error))
          assert.ok(isLlmError(error.toError()))
        }
      },
    ),
    { numRuns: 1500 },
  )
})
