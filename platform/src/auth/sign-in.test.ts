import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

test('somebody signs in, is known, and signs out', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  const entered = await h.signIn('  MOMO@example.jp ')
  assert.equal(entered.status, 200)
  const { cookies } = entered
  const session = await h.call('/api/auth/session', { cookies })
  assert.equal(session.status, 200)
  assert.deepEqual((session.body.user as { permissions: string[] }).permissions, ['notes.use'])
  assert.equal((await h.call('/api/notes', { cookies })).status, 200)
  assert.equal((await h.call('/api/notes/purge', { cookies })).status, 403)
  const out = await h.call('/api/auth/sign-out', { method: 'POST', cookies })
  assert.equal(out.status, 204)
  assert.equal(out.cookies['minato_session'], '')
  const after = await h.call('/api/auth/session', { cookies })
  assert.equal(after.status, 401)
  assert.match(String(after.headers['www-authenticate']), /^Bearer/)
})

test('a session survives a restart and is shared by processes', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const other = await h.start()
  assert.equal((await other.call('/api/notes', { cookies })).status, 200)
})

test('on https the cookie is __Host-, Secure, HttpOnly and SameSite', async () => {
  await using h = await harness({ publicUrl: 'https://minato.example' })
  await h.createPerson('momo@example.jp')
  const { headers } = await h.signIn('momo@example.jp')
  const cookie = String(headers['set-cookie'])
  assert.match(
    cookie,
    /^__Host-minato_session=mns_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
  )
})

test('the database holds no token, and no password', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const token = cookies['minato_session'] ?? ''
  const dump = JSON.stringify([
    await h.db
      .withTables<{ 'minato.sessions': Record<string, unknown> }>()
      .selectFrom('minato.sessions')
      .selectAll()
      .execute(),
    await h.db
      .withTables<{ 'minato.accounts': Record<string, unknown> }>()
      .selectFrom('minato.accounts')
      .selectAll()
      .execute(),
    await h.db
      .withTables<{ 'minato.audit_log': Record<string, unknown> }>()
      .selectFrom('minato.audit_log')
      .selectAll()
      .execute(),
  ])
  assert.ok(dump.includes('$scrypt$'))
  assert.ok(!dump.includes(token) && !dump.includes(token.slice(4)) && !dump.includes(PASSWORD))
})

test('a sign-in from a browser not seen before is told to the owner', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  const from = (agent: string) =>
    h.signIn('momo@example.jp', PASSWORD, { headers: { 'user-agent': agent } })
  await from('Firefox')
  await from('Firefox')
  assert.equal(h.mails.length, 0)
  await from('Other\u00e9')
  assert.deepEqual(
    h.mails.map((mail) => [mail.template, mail.to]),
    [['new-sign-in', 'momo@example.jp']],
  )
})
