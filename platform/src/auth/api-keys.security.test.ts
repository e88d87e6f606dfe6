import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness } from './test/harness.ts'

const DAY = 86_400_000

test('a key is shown once, works in both headers, and is listed without itself', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const body = { name: 'CI', scopes: ['notes.use'], expiresInDays: 30 }
  const made = await h.call('/api/auth/keys', { body, cookies })
  assert.equal(made.status, 201)
  const key = String(made.body['key'])
  assert.match(key, /^mnt_[0-9A-Za-z]{46}$/)
  const listed = await h.call('/api/auth/keys', { cookies })
  assert.ok(!JSON.stringify(listed.body).includes(key))
  assert.ok(JSON.stringify(listed.body).includes(key.slice(0, 10)))
  assert.equal((await h.call('/api/notes', { headers: { 'x-api-key': key } })).status, 200)
  assert.equal(
    (await h.call('/api/notes', { headers: { authorization: `Bearer ${key}` } })).status,
    200,
  )
})

test('a key does only what its scopes and its user allow', async () => {
  await using h = await harness()
  const admin = await h.createPerson('admin@example.jp', 'admin')
  const scoped = await h.auth.keys.create({ userId: admin.id, scopes: ['notes.use'] })
  const whole = await h.auth.keys.create({ userId: admin.id })
  const status = async (key: string) =>
    (await h.call('/api/notes/purge', { headers: { 'x-api-key': key } })).status
  assert.equal(await status(scoped.key), 403)
  assert.equal(await status(whole.key), 200)
  const scopes = ['notes.purge']
  const purging = await h.auth.keys.create({ userId: admin.id, scopes })
  assert.equal(await status(purging.key), 200)
  const second = await h.createPerson('second@example.jp', 'admin')
  await h.auth.users.setRoles(admin.id, ['user'], { id: second.id, admin: true })
  assert.equal(await status(whole.key), 403, 'follows the role of its user')
  assert.equal(await status(purging.key), 403, 'a scope gives nothing its user lost')
  const user = await h.signedIn('user@example.jp')
  const body = { name: 'greedy', scopes: ['notes.purge'] }
  const refused = await h.call('/api/auth/keys', { body, cookies: user.cookies })
  assert.equal(refused.body['code'], 'AUTH_SCOPE_REFUSED')
  const unknown = { name: 'typo', scopes: ['notes.usee'] }
  const typo = await h.call('/api/auth/keys', { body: unknown, cookies: user.cookies })
  assert.equal(typo.body['code'], 'AUTH_PERMISSION_UNKNOWN')
})

test('expired, revoked, mistyped and made-up keys are refused with a challenge', async () => {
  await using h = await harness()
  const { user, cookies } = await h.signedIn('momo@example.jp')
  const ask = (key: string) => h.call('/api/notes', { headers: { 'x-api-key': key } })
  const expiring = await h.auth.keys.create({ userId: user.id, expiresInMs: DAY })
  const made = await h.auth.keys.create({ userId: user.id })
  assert.equal(made.expiresAt.getTime(), h.clock() + 90 * DAY)
  assert.equal((await ask(expiring.key)).status, 200)
  h.clock.advance(DAY)
  const flipped = made.key.slice(0, -1) + (made.key.endsWith('0') ? '1' : '0')
  for (const key of [expiring.key, flipped, 'mnt_', `mnt_${'0'.repeat(46)}`, made.key.slice(4)]) {
    const answer = await ask(key)
    assert.equal(answer.body['code'], 'AUTH_KEY_INVALID', key.slice(0, 8))
    assert.match(String(answer.headers['www-authenticate']), /invalid_token/)
  }
  const { cookies: fresh } = await h.signIn('momo@example.jp', undefined, { cookies })
  assert.equal((await ask(made.key)).status, 200)
  const path = `/api/auth/keys/${made.id}`
  const stranger = await h.signedIn('other@example.jp')
  assert.equal((await h.call(path, { method: 'DELETE', cookies: stranger.cookies })).status, 404)
  assert.equal((await h.call(path, { method: 'DELETE', cookies: fresh })).status, 204)
  assert.equal((await ask(made.key)).status, 401)
})

test('last use is written at most once a minute', async () => {
  await using h = await harness()
  const user = await h.createPerson('momo@example.jp')
  const { key } = await h.auth.keys.create({ userId: user.id })
  const used = async () => (await h.auth.keys.list(user.id))[0]?.lastUsedAt?.getTime()
  const ask = () => h.call('/api/notes', { headers: { 'x-api-key': key } })
  await ask()
  const first = await used()
  assert.equal(first, h.clock())
  h.clock.advance(30_000)
  await ask()
  assert.equal(await used(), first)
  h.clock.advance(30_000)
  await ask()
  assert.equal(await used(), h.clock())
})

test('a bad header is refused even beside a good cookie', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const headers = { 'x-api-key': 'mnt_wrong' }
  assert.equal((await h.call('/api/notes', { cookies, headers })).status, 401)
  const basic = { authorization: 'Basic dXNlcjpwYXNz' }
  assert.equal(
    (await h.call('/api/notes', { cookies, headers: basic })).status,
    200,
    'a proxy’s own',
  )
})
