import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const cli = { id: 'cli', admin: true }
const NEW_PASSWORD = 'hedgehog-teapot-77'

test('a session ends after 30 idle minutes, and after 12 hours in any case', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const status = async () => (await h.call('/api/notes', { cookies })).status
  h.clock.advance(29 * MINUTE)
  assert.equal(await status(), 200)
  h.clock.advance(29 * MINUTE)
  assert.equal(await status(), 200, 'the request before kept it alive')
  h.clock.advance(31 * MINUTE)
  assert.equal(await status(), 401)
  const { cookies: fresh } = await h.signIn('momo@example.jp')
  for (let passed = 0; passed < 12 * HOUR; passed += 20 * MINUTE) {
    assert.equal((await h.call('/api/notes', { cookies: fresh })).status, 200)
    h.clock.advance(20 * MINUTE)
  }
  assert.equal((await h.call('/api/notes', { cookies: fresh })).status, 401)
})

test('roles and apps may have stricter limits', async () => {
  const sessionLimits = [
    { kind: 'role' as const, name: 'admin', idleMs: 5 * MINUTE },
    { kind: 'app' as const, name: 'notes', idleMs: 20 * MINUTE, absoluteMs: HOUR },
  ]
  await using h = await harness({ config: { sessionLimits } })
  const admin = await h.signedIn('admin@example.jp', 'admin')
  const user = await h.signedIn('user@example.jp')
  h.clock.advance(6 * MINUTE)
  assert.equal((await h.call('/api/notes', { cookies: admin.cookies })).status, 401)
  assert.equal((await h.call('/api/notes', { cookies: user.cookies })).status, 200)
  h.clock.advance(21 * MINUTE)
  assert.equal((await h.call('/api/notes', { cookies: user.cookies })).status, 401)
})

test('last activity is written at most once a minute', async () => {
  await using h = await harness()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  const lastActive = async () => (await h.auth.sessions.list(user.id))[0]?.lastActiveAt.getTime()
  const began = await lastActive()
  h.clock.advance(30_000)
  await h.call('/api/notes', { cookies })
  assert.equal(await lastActive(), began)
  h.clock.advance(31_000)
  await Promise.all(Array.from({ length: 20 }, () => h.call('/api/notes', { cookies })))
  assert.equal(await lastActive(), h.clock())
})

test('a revoked session is refused at once here, within 5 s by another process', async () => {
  await using h = await harness()
  const other = await h.start()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  assert.equal((await other.call('/api/notes', { cookies })).status, 200)
  assert.equal((await h.call('/api/notes', { cookies })).status, 200)
  await h.auth.sessions.revokeAll(user.id)
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
  h.clock.advance(5000)
  assert.equal((await other.call('/api/notes', { cookies })).status, 401)
})

test('requests racing a revocation never bring the session back', async () => {
  await using h = await harness()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  h.clock.advance(2 * MINUTE) // every request now also writes the activity
  const racing = Array.from({ length: 20 }, () => h.call('/api/notes', { cookies }))
  await Promise.all([...racing, h.auth.sessions.revokeAll(user.id)])
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
  assert.equal((await h.auth.sessions.list(user.id)).length, 0)
})

test('changing the password rotates this session and ends the others', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const { cookies: elsewhere } = await h.signIn('momo@example.jp')
  const body = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
  const changed = await h.call('/api/auth/password/change', { body, cookies })
  assert.equal(changed.status, 204)
  assert.notEqual(changed.cookies['minato_session'], cookies['minato_session'])
  assert.equal((await h.call('/api/notes', { cookies: changed.cookies })).status, 200)
  assert.equal((await h.call('/api/notes', { cookies })).status, 401, 'the old token')
  assert.equal((await h.call('/api/notes', { cookies: elsewhere })).status, 401)
  assert.equal((await h.signIn('momo@example.jp')).status, 401)
  assert.equal((await h.signIn('momo@example.jp', NEW_PASSWORD)).status, 200)
})

test('two password changes at once: one wins, and its cookie works', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const attempt = (newPassword: string) =>
    h.call('/api/auth/password/change', {
      body: { currentPassword: PASSWORD, newPassword },
      cookies,
    })
  const answers = await Promise.all([attempt(NEW_PASSWORD), attempt(`${NEW_PASSWORD}8`)])
  const won = answers.filter((answer) => answer.status === 204)
  assert.equal(won.length, 1)
  assert.equal((await h.call('/api/notes', { cookies: won[0]?.cookies ?? {} })).status, 200)
})

test('a role change and a disabling end the sessions of the person', async () => {
  await using h = await harness()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  await h.auth.users.setRoles(user.id, ['operator'], cli)
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
  const { cookies: again } = await h.signIn('momo@example.jp')
  await h.auth.users.disable(user.id, cli)
  assert.equal((await h.call('/api/notes', { cookies: again })).status, 401)
  assert.equal((await h.signIn('momo@example.jp')).status, 401)
  await h.auth.users.enable(user.id, cli)
  assert.equal((await h.call('/api/notes', { cookies: again })).status, 401, 'stays revoked')
})

test('signing in always gives a new token and ends the one presented', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const fixed = { minato_session: `mns_${'A'.repeat(43)}` }
  const first = await h.signIn('momo@example.jp', PASSWORD, { cookies: fixed })
  assert.notEqual(first.cookies['minato_session'], fixed.minato_session)
  await h.signIn('momo@example.jp', PASSWORD, { cookies })
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
})

test('sessions are listed and revoked by their owner only', async () => {
  await using h = await harness()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  const stranger = await h.signedIn('other@example.jp')
  await h.signIn('momo@example.jp')
  const { body } = await h.call('/api/auth/sessions', { cookies })
  const items = body['items'] as { id: string; current: boolean }[]
  assert.deepEqual(items.map((item) => item.current).sort(), [false, true])
  const elsewhere = items.find((item) => !item.current)?.id
  const path = `/api/auth/sessions/${elsewhere}`
  const foreign = await h.call(path, { method: 'DELETE', cookies: stranger.cookies })
  assert.equal(foreign.status, 404)
  assert.equal((await h.call(path, { method: 'DELETE', cookies })).status, 204)
  assert.equal((await h.auth.sessions.list(user.id)).length, 1)
})

test('made-up, cut and foreign cookies are nobody', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const token = cookies['minato_session'] ?? ''
  for (const value of [
    '',
    'x',
    token.slice(0, -1),
    `${token}A`,
    token.slice(4),
    `mnr_${token.slice(4)}`,
  ]) {
    const answer = await h.call('/api/notes', { cookies: { minato_session: value } })
    assert.equal(answer.status, 401, value)
    assert.ok(answer.headers['www-authenticate'])
  }
  const host = await h.call('/api/notes', { cookies: { '__Host-minato_session': token } })
  assert.equal(host.status, 401, 'the other name is not read')
})

test('step-up opens dangerous acts for ten minutes, in this session only', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const { cookies: elsewhere } = await h.signIn('momo@example.jp')
  const act = async (jar: Record<string, string>) =>
    await h.call('/api/notes/dangerous', { cookies: jar })
  assert.equal((await act(cookies)).body['code'], 'AUTH_STEP_UP_REQUIRED')
  const wrong = await h.call('/api/auth/step-up', { body: { password: 'wrong' }, cookies })
  assert.equal(wrong.status, 422)
  const right = await h.call('/api/auth/step-up', { body: { password: PASSWORD }, cookies })
  assert.equal(right.status, 200)
  assert.equal((await act(cookies)).status, 200)
  assert.equal((await act(elsewhere)).status, 403)
  h.clock.advance(10 * MINUTE)
  assert.equal((await act(cookies)).status, 403)
})

test('step-up guesses are counted', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const tries = (password: string) => h.call('/api/auth/step-up', { body: { password }, cookies })
  for (let count = 0; count < 5; count += 1) await tries('wrong')
  assert.equal((await tries(PASSWORD)).status, 422)
})

test('what has been over for a month is removed, and nothing else', async () => {
  await using h = await harness()
  const { user, cookies } = await h.signedIn('momo@example.jp')
  await h.call('/api/auth/token', { body: { grantType: 'session' }, cookies })
  const count = async () => {
    const tables = h.db.withTables<{ 'minato.sessions': { id: string } }>()
    return (await tables.selectFrom('minato.sessions').select('id').execute()).length
  }
  await h.auth.sweep()
  assert.equal(await count(), 1)
  h.clock.advance(31 * 24 * HOUR)
  await h.auth.sweep()
  assert.equal(await count(), 0)
  assert.equal((await h.auth.users.find(user.id))?.email, 'momo@example.jp')
})
