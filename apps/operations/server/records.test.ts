import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cell } from './audit-csv.ts'
import { operatorOfFile } from './testing.ts'

const file = operatorOfFile()
const { get, send } = file

test('the audit log is filtered by who, what and when', async () => {
  const { audit } = file.operations.server.services
  const { user } = await file.operations.server.signIn('user')
  await audit.record({
    actorId: user.id,
    action: 'note.write',
    target: 'note:1',
    metadata: { a: 1 },
  })
  await audit.record({ actorId: user.id, action: 'note.delete', target: 'note:1' })
  const ofFamily = (await get('/audit?action=note.*')).json().items
  assert.deepEqual(
    ofFamily.map((row: { action: string }) => row.action),
    ['note.delete', 'note.write'],
  )
  assert.deepEqual(ofFamily[1].metadata, { a: 1 })
  const byMail = (await get(`/audit?actor=${user.email}&action=note.write`)).json().items
  assert.equal(byMail.length, 1)
  const paged = (await get('/audit?action=note.*&limit=1')).json()
  const rest = (await get(`/audit?action=note.*&limit=1&cursor=${paged.nextCursor}`)).json()
  assert.equal(rest.items[0].action, 'note.write')
  assert.deepEqual((await get('/audit?action=note.*&to=2020-01-01')).json().items, [])
  const wrong = await get('/audit?from=2026-02-01&to=2026-01-01')
  assert.equal(wrong.statusCode, 422)
  assert.equal(wrong.json().code, 'OPERATIONS_RANGE_WRONG')
})

test('the audit log leaves as CSV, harmless to a spreadsheet, and that is recorded', async () => {
  const { audit } = file.operations.server.services
  await audit.record({ actorId: 'x', action: 'csv.try', target: '=HYPERLINK("https://e.example")' })
  const answer = await get('/audit.csv?action=csv.*')
  assert.equal(answer.statusCode, 200, answer.body)
  assert.match(String(answer.headers['content-type']), /^text\/csv/)
  assert.match(String(answer.headers['content-disposition']), /audit-\d{4}-\d\d-\d\d\.csv/)
  const lines = answer.body.split('\r\n')
  assert.match(lines[0] ?? '', /^\uFEFFid,at,/)
  assert.match(lines[1] ?? '', /csv\.try,"'=HYPERLINK\(""https/)
  const recorded = (await get('/audit?action=audit.export')).json().items
  assert.equal(recorded.length, 1)
  assert.equal(cell('plain'), 'plain')
})

test('the outbox shows what was sent, never a body', async () => {
  const { mail } = file.operations.server.services
  const url = 'https://minato.example/reset#token=very-secret'
  const expiresAt = '2026-11-23T00:00:00.000Z'
  const data = { url, expiresAt }
  await mail.send({ to: 'taro@example.com', template: 'reset', locale: 'ja', data })
  await mail.deliverNow()
  const page = await get('/mail/outbox?to=taro@example.com')
  const { items } = page.json()
  assert.equal(items[0].state, 'sent')
  assert.equal(page.body.includes('very-secret'), false)
})

test('an address is stopped, stays stopped, and is let through again', async () => {
  const address = 'stop@example.com'
  assert.equal((await send('POST', '/mail/suppressions', { address })).statusCode, 204)
  const { items } = (await get('/mail/suppressions')).json()
  assert.deepEqual(items[0], { ...items[0], address, reason: 'manual' })
  assert.equal((await send('DELETE', `/mail/suppressions/${address}`)).statusCode, 204)
  const again = await send('DELETE', `/mail/suppressions/${address}`)
  assert.equal(again.json().code, 'OPERATIONS_SUPPRESSION_UNKNOWN')
  const wrong = await send('POST', '/mail/suppressions', { address: 'nobody' })
  assert.equal(wrong.statusCode, 422)
  assert.equal(wrong.json().errors[0].path, 'address')
  const log = (await get(`/audit?target=mail:${address}`)).json().items
  assert.equal(log.length, 2)
})

test('an unexpected error is a group with its source, until resolved', async () => {
  const { errors } = file.operations.server.services
  errors.capture(new TypeError('quay 7 is undefined'), { route: '/api/notes' })
  errors.capture(new TypeError('quay 9 is undefined'), { route: '/api/notes' })
  await errors.flush()
  const open = (await get('/errors?state=open')).json().items
  const group = open.find((item: { name: string }) => item.name === 'TypeError')
  assert.match(group.stack, /records\.test\.ts/)
  assert.equal((await send('POST', `/errors/${group.fingerprint}/resolve`)).statusCode, 204)
  const left = (await get('/errors?state=open')).json().items
  assert.equal(
    left.some((item: { fingerprint: string }) => item.fingerprint === group.fingerprint),
    false,
  )
  const unknown = await send('POST', `/errors/${'0'.repeat(64)}/resolve`)
  assert.equal(unknown.json().code, 'OPERATIONS_ERROR_UNKNOWN')
})

test('the log level changes at once, and that is recorded', async () => {
  const before = (await get('/log-level')).json().level
  const changed = await send('PUT', '/log-level', { level: 'error' })
  assert.equal(changed.json().level, 'error')
  assert.equal(file.operations.server.services.log.level, 'error')
  file.operations.server.services.log.level = before
  assert.equal((await send('PUT', '/log-level', { level: 'silent' })).statusCode, 422)
  const [entry] = (await get('/audit?action=log.set-level')).json().items
  assert.deepEqual(entry.metadata, { before, after: 'error' })
})
