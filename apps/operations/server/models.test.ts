import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePrompt } from '@minato/platform/llm'
import { z } from 'zod'
import { operatorOfFile } from './testing.ts'

const file = operatorOfFile()
const { get, send } = file

test('usage is reported by day, user and model; the ledger has each call', async () => {
  const { llm } = file.operations.server.services
  const { user } = await file.operations.server.signIn('user')
  const call = { userId: user.id, app: 'notes', purpose: 'answer' }
  await llm.chat({ messages: [{ role: 'user', content: '港とは' }], lane: 'main' }, call)
  await llm.flush()
  const byUser = (await get('/llm/usage?by=user')).json().items
  const own = byUser.find((row: { key: string }) => row.key === user.id)
  assert.equal(own.label, user.email)
  assert.equal(own.calls, 1)
  assert.ok(own.inputTokens > 0)
  assert.equal((await get('/llm/usage?by=day')).json().items.length, 1)
  assert.equal((await get('/llm/usage?by=lane')).json().items[0].key, 'main')
  assert.deepEqual((await get('/llm/usage?to=2020-01-01')).json().items, [])
  const wrong = await get('/llm/usage?from=2020-01-01&to=2026-01-01')
  assert.equal(wrong.json().code, 'OPERATIONS_RANGE_WRONG')
  const [entry] = (await get(`/llm/ledger?userId=${user.id}`)).json().items
  assert.equal(entry.user, user.email)
  assert.equal(entry.outcome, 'ok')
})

test('a lane is given another model and given back to the configuration', async () => {
  const set = await send('PUT', '/llm/lanes/lite', { model: 'sandbox-other' })
  assert.equal(set.statusCode, 200, set.body)
  assert.equal(set.json().source, 'operator')
  const { items } = (await get('/llm/lanes')).json()
  const lite = items.find((item: { lane: string }) => item.lane === 'lite')
  assert.equal(lite.model, 'sandbox-other')
  const back = await send('DELETE', '/llm/lanes/lite')
  assert.equal(back.json().source, 'configuration')
  assert.equal((await send('PUT', '/llm/lanes/lite', { model: '' })).statusCode, 422)
  const log = (await get('/audit?target=lane:lite')).json().items
  assert.deepEqual(
    log.map((row: { action: string }) => row.action),
    ['llm.lane.reset', 'llm.lane.set'],
  )
})

test('the models offered, and those the server has', async () => {
  const models = (await get('/llm/models')).json()
  assert.ok(models.items.some((model: { id: string }) => model.id === 'sandbox-main'))
  assert.ok(models.server.length > 0)
  const probe = (await send('POST', '/llm/probe')).json()
  assert.deepEqual([probe.accepted, probe.modelExists, probe.quotaLeft], [true, true, true])
})

test('a person gets a cap of their own, and none again', async () => {
  const { user } = await file.operations.server.signIn('user')
  assert.equal(
    (await send('PUT', `/llm/caps/${user.id}`, { usd: 2, tokens: 'none' })).statusCode,
    204,
  )
  const { items } = (await get('/llm/caps')).json()
  assert.deepEqual(items[0], { ...items[0], user: user.email, usd: 2, tokens: 'none' })
  assert.equal((await get(`/llm/caps/${user.id}`)).json().capUsd, 2)
  assert.equal((await send('DELETE', `/llm/caps/${user.id}`)).statusCode, 204)
  assert.deepEqual((await get('/llm/caps')).json().items, [])
  const nobody = await send('PUT', '/llm/caps/00000000-0000-4000-8000-000000000000', { usd: 1 })
  assert.equal(nobody.statusCode, 404)
  assert.equal((await send('PUT', `/llm/caps/${user.id}`, { usd: -1 })).statusCode, 422)
})

test('a prompt is reworded, evaluated and restored', async () => {
  const { prompts } = file.operations.server.services.llm
  prompts.register(
    definePrompt({
      name: 'notes.title',
      version: 1,
      template: 'A title for: {{question}}',
      schema: z.object({ question: z.string() }),
      evaluation: [{ input: { question: '出荷の手順' }, expect: /./ }],
    }),
  )
  const template = 'A short title for: {{question}}'
  const changed = await send('PUT', '/llm/prompts/notes.title', { template })
  assert.equal(changed.statusCode, 200, changed.body)
  assert.match(changed.json().override.diff, /short/)
  const wrong = await send('PUT', '/llm/prompts/notes.title', { template: '{{answer}}' })
  assert.equal(wrong.json().code, 'PROMPT_TEMPLATE_WRONG')
  const judged = (await send('POST', '/llm/prompts/notes.title/evaluate', { lane: 'lite' })).json()
  assert.deepEqual([judged.passed, judged.total], [1, 1])
  const restored = await send('DELETE', '/llm/prompts/notes.title')
  assert.equal(restored.json().override, null)
  const { items } = (await get('/llm/prompts/notes.title/history')).json()
  assert.equal(items.length, 1)
  assert.equal((await get('/llm/prompts/notes.none/history')).statusCode, 404)
})
