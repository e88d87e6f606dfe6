import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

const person = { email: 'first@example.jp', name: '山田 花子', password: PASSWORD, locale: 'ja' }
type H = Awaited<ReturnType<typeof harness>>
const setUp = (h: Pick<H, 'call'>, token: string, extra: object = {}) =>
  h.call('/api/auth/setup', { body: { ...person, ...extra, token } })

test('the setup link makes the first administrator, once', async () => {
  await using h = await harness()
  assert.equal(await h.auth.setup.pending(), true)
  const token = await h.auth.setup.createToken()
  const look = await h.call(`/api/auth/setup?token=${token}`)
  assert.deepEqual(look.body, { valid: true })
  const made = await setUp(h, token)
  assert.equal(made.status, 201)
  assert.equal((await h.call('/api/notes/purge', { cookies: made.cookies })).status, 200)
  assert.equal(await h.auth.setup.pending(), false)
  const again = await setUp(h, token, { email: 'second@example.jp' })
  assert.equal(again.body['code'], 'AUTH_SETUP_TOKEN_INVALID')
  assert.deepEqual((await h.call(`/api/auth/setup?token=${token}`)).body, { valid: false })
  // Who holds the link has the terminal: nothing more is asked of them.
  assert.equal((made.body['user'] as { emailVerified: boolean }).emailVerified, true)
  assert.deepEqual(h.mails, [])
})

test('a newer link voids the older; made-up tokens are refused; the hash alone is stored', async () => {
  await using h = await harness()
  const older = await h.auth.setup.createToken()
  const newer = await h.auth.setup.createToken()
  assert.equal((await setUp(h, older)).status, 410)
  assert.equal((await setUp(h, 'A'.repeat(43))).status, 410)
  assert.equal((await setUp(h, '')).status, 422)
  const rows = await h.db
    .withTables<{ 'minato.verifications': { token_hash: string } }>()
    .selectFrom('minato.verifications')
    .select('token_hash')
    .execute()
  assert.ok(rows.every((row) => /^[0-9a-f]{64}$/.test(row.token_hash)))
  assert.equal((await setUp(h, newer)).status, 201)
})

test('of two setups at once, in two processes, one wins', async () => {
  await using h = await harness()
  const other = await h.start()
  const token = await h.auth.setup.createToken()
  const answers = await Promise.all([
    setUp(h, token),
    setUp(other, token, { email: 'thief@example.jp' }),
  ])
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 410])
  assert.equal((await h.auth.users.list({})).items.length, 1)
})

test('a refused password leaves the link usable', async () => {
  await using h = await harness()
  const token = await h.auth.setup.createToken()
  const weak = await setUp(h, token, { password: 'password123' })
  assert.equal(weak.body['code'], 'AUTH_PASSWORD_WEAK')
  assert.deepEqual((weak.body['errors'] as { path: string }[])[0]?.path, 'password')
  assert.equal((await setUp(h, token)).status, 201)
})

test('an administrator made on the command line ends the need of setup', async () => {
  await using h = await harness()
  const token = await h.auth.setup.createToken()
  await h.createPerson('cli@example.jp', 'admin')
  assert.equal(await h.auth.setup.pending(), false)
  assert.equal((await setUp(h, token)).status, 410)
})

test('a plain user made before does not', async () => {
  await using h = await harness()
  const token = await h.auth.setup.createToken()
  await h.createPerson('user@example.jp')
  assert.equal(await h.auth.setup.pending(), true)
  assert.equal((await setUp(h, token)).status, 201)
})
