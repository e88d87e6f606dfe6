import assert from 'node:assert/strict'
import { test } from 'node:test'
import { llmErrors } from './errors.ts'
import { faultOf } from './fault.ts'
import { quirkBehind } from './quirks.ts'
import { backoffMs, retryAfterMs } from './retry-after.ts'

const of = (status: number, message: string, code?: string) =>
  faultOf(status, { error: { message, ...(code === undefined ? {} : { code }) } }, { model: 'm' })

test('what servers say in their own ways is understood', () => {
  assert.equal(of(400, 'Invalid model: foo').code, 'LLM_MODEL_UNKNOWN')
  assert.equal(of(402, 'Payment required').code, 'LLM_QUOTA')
  assert.equal(of(400, 'Your credit balance is too low').code, 'LLM_QUOTA')
  assert.equal(of(413, '').code, 'LLM_CONTEXT_TOO_LONG')
  assert.equal(of(403, 'flagged by moderation').code, 'LLM_CONTENT_REFUSED')
  assert.equal(of(529, 'Overloaded').code, 'LLM_UNAVAILABLE')
  // OpenRouter and others: a 200 whose error carries the status.
  assert.equal(faultOf(200, { error: { code: 502, message: 'x' } }, { model: 'm' }).retryable, true)
  // FastAPI and vLLM.
  assert.equal(faultOf(422, { detail: 'bad' }, { model: 'm' }).code, 'LLM_REQUEST_REFUSED')
  assert.equal(faultOf(500, 'plain', { model: 'm' }).code, 'LLM_UNAVAILABLE')
})

test('only what may pass is tried again, only what another model may do falls back', () => {
  const key = of(401, 'no')
  assert.deepEqual([key.retryable, key.fallback], [false, false])
  const unknown = of(404, 'x', 'model_not_found')
  assert.deepEqual([unknown.retryable, unknown.fallback], [false, true])
  const busy = of(503, 'x')
  assert.deepEqual([busy.retryable, busy.fallback], [true, true])
})

test('every error tells in both languages what to do, with no hole in the text', () => {
  for (const [code, make] of Object.entries(llmErrors)) {
    const { detail, title } = make({
      seconds: 1,
      month: '2026-11',
      model: 'm',
      kind: 'files',
      variable: 'LLM_URL',
    })
    for (const text of [detail.ja, detail.en, title.ja, title.en])
      assert.ok(text.length > 3 && !/[{}]/.test(text), `${code}: ${text}`)
    assert.match(detail.ja, /[ぁ-ん]/, code)
  }
})

test('a refused request points to the quirk behind it', () => {
  const sent = { stream: true, temperature: true, format: true, schema: true }
  const none = new Set<never>()
  assert.equal(quirkBehind(of(400, "'temperature' must be 1"), sent, none), 'no-temperature')
  assert.equal(quirkBehind(of(400, 'response_format: bad'), sent, none), 'no-json-schema')
  assert.equal(quirkBehind(of(400, 'unknown field'), sent, none), 'no-stream-options')
  assert.equal(quirkBehind(of(400, 'x'), sent, new Set(['no-stream-options'] as const)), undefined)
  assert.equal(quirkBehind(of(500, 'temperature'), sent, none), undefined)
})

test('Retry-After is seconds, milliseconds or a date', () => {
  const of = (headers: Record<string, string>) =>
    retryAfterMs({ get: (name) => headers[name] ?? null }, Date.parse('2026-11-22T00:00:00Z'))
  assert.equal(of({ 'retry-after': '3' }), 3000)
  assert.equal(of({ 'retry-after-ms': '20', 'retry-after': '3' }), 20)
  assert.equal(of({ 'retry-after': 'Sun, 22 Nov 2026 00:00:05 GMT' }), 5000)
  assert.equal(of({ 'retry-after': 'soon' }), undefined)
  assert.equal(of({}), undefined)
})

test('the pause doubles, with jitter, up to eight seconds', () => {
  assert.deepEqual(
    [1, 2, 9].map((attempt) => backoffMs(attempt, () => 1)),
    [500, 1000, 8000],
  )
  assert.equal(
    backoffMs(1, () => 0),
    250,
  )
})
