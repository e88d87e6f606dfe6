import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '@minato/platform/app/testing'
import app from '../app.ts'
import { operatorOfFile } from './testing.ts'

const file = operatorOfFile()
const { get, send } = file

test('a mail that was sent is read in the mailbox, whole, and cleared', async () => {
  const { mail } = file.operations.server.services
  const data = {
    url: 'https://minato.example/reset#token=a',
    expiresAt: '2026-11-23T00:00:00.000Z',
  }
  await mail.send({ to: 'hanako@example.com', template: 'reset', locale: 'ja', data })
  await mail.deliverNow()
  const { items } = (await get('/sandbox/mail?query=hanako')).json()
  assert.equal(items.length, 1)
  assert.equal(items[0].to, 'hanako@example.com')
  const one = (await get(`/sandbox/mail/${items[0].id}`)).json()
  assert.match(one.text, /token=a/)
  assert.match(one.html, /<a /)
  assert.ok(one.headers.some((header: { name: string }) => header.name === 'Message-ID'))
  assert.equal((await get('/sandbox/mail/nothing')).json().code, 'OPERATIONS_MAIL_GONE')
  assert.equal((await get(`/sandbox/mail/${items[0].id}/attachments/0`)).statusCode, 404)
  assert.equal((await send('DELETE', '/sandbox/mail')).statusCode, 204)
  assert.deepEqual((await get('/sandbox/mail')).json().items, [])
})

test('a scenario is set, acts, shows in the requests, and is reset', async () => {
  const { items } = (await get('/sandbox')).json()
  const names = items.map((item: { service: string }) => item.service)
  assert.ok(names.includes('llm') && names.includes('smtp'))
  const set = await send('PUT', '/sandbox/scenarios/llm', { scenario: 'bad-key' })
  assert.equal(set.statusCode, 200, set.body)
  assert.equal(set.json().scenario, 'bad-key')
  const probe = (await send('POST', '/llm/probe')).json()
  assert.equal(probe.accepted, false)
  assert.equal(probe.code, 'LLM_KEY_REFUSED')
  assert.equal((await get('/llm/notices')).json().items[0].kind, 'LLM_KEY_REFUSED')
  const seen = (await get('/sandbox/requests?service=llm')).json().items
  assert.ok(seen.some((request: { scenario: string }) => request.scenario === 'bad-key'))
  assert.equal((await send('POST', '/sandbox/reset')).statusCode, 204)
  const now = (await get('/sandbox')).json().items
  const llm = now.find((item: { service: string }) => item.service === 'llm')
  assert.equal(llm.active.scenario, 'normal')
  const log = (await get('/audit?action=sandbox.*')).json().items
  assert.ok(log.length >= 2)
})

test('wrong scenarios are refused in words', async () => {
  const unknown = await send('PUT', '/sandbox/scenarios/llm', { scenario: 'sinks' })
  assert.equal(unknown.statusCode, 422)
  assert.match(unknown.json().detail, /slow/)
  const service = await send('PUT', '/sandbox/scenarios/fax', { scenario: 'slow' })
  assert.match(service.json().detail, /llm/)
  const option = await send('PUT', '/sandbox/scenarios/llm', {
    scenario: 'slow',
    options: { firstTokenMs: -1 },
  })
  assert.equal(option.json().code, 'OPERATIONS_SCENARIO_REFUSED')
})

test('where no sandbox runs, the answer says so', async () => {
  await using plain = await testServer({ apps: [app] })
  const person = await plain.signIn('operator')
  for (const path of ['/sandbox', '/sandbox/mail', '/sandbox/requests']) {
    const answer = await plain.inject({ url: `/api/operations${path}`, headers: person.headers })
    assert.equal(answer.statusCode, 404)
    assert.equal(answer.json().code, 'OPERATIONS_NO_SANDBOX')
  }
})
