import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

const DAY = 86_400_000
type H = Awaited<ReturnType<typeof harness>>
const tokenIn = (h: H): string => h.mails.at(-1)?.data['url']?.split('#token=')[1] ?? ''
const join = (h: H, token: string, extra: object = {}) =>
  h.call('/api/auth/sign-up', { body: { token, name: '佐藤', password: PASSWORD, ...extra } })

async function invited(h: H, email = 'new@example.jp', role = 'user') {
  const { cookies } = await h.signedIn('admin@example.jp', 'admin')
  const answer = await h.call('/api/auth/invitations', { body: { email, role }, cookies })
  assert.equal(answer.status, 201)
  assert.ok(!JSON.stringify(answer.body).includes(tokenIn(h)), 'the link goes by mail only')
  return { cookies, id: String(answer.body['id']), token: tokenIn(h) }
}

test('an invited person signs up by the mailed link, once', async () => {
  await using h = await harness()
  const { token } = await invited(h, 'new@example.jp', 'operator')
  const look = await h.call(`/api/auth/invitations/accept?token=${token}`)
  assert.deepEqual(look.body, { email: 'new@example.jp', role: 'operator', locale: 'ja' })
  const made = await join(h, token)
  assert.equal(made.status, 201)
  const user = made.body['user'] as { email: string; roles: string[]; emailVerified: boolean }
  assert.deepEqual(
    [user.email, user.roles, user.emailVerified],
    ['new@example.jp', ['operator'], true],
  )
  assert.equal((await h.call('/api/notes', { cookies: made.cookies })).status, 200)
  assert.equal((await join(h, token)).body['code'], 'AUTH_INVITATION_INVALID')
})

test('nobody signs up without one, or with one that is over', async () => {
  await using h = await harness()
  assert.equal((await join(h, 'A'.repeat(43))).status, 410)
  const first = await invited(h)
  const again = { body: { email: 'NEW@example.jp', role: 'user' }, cookies: first.cookies }
  await h.call('/api/auth/invitations', again)
  assert.equal((await join(h, first.token)).status, 410, 'replaced by the second')
  const second = tokenIn(h)
  h.clock.advance(7 * DAY)
  assert.equal((await join(h, second)).status, 410, 'expired')
})

test('a withdrawn invitation is void', async () => {
  await using h = await harness()
  const { cookies, id, token } = await invited(h)
  const path = `/api/auth/invitations/${id}`
  assert.equal((await h.call(path, { method: 'DELETE', cookies })).status, 204)
  assert.equal((await join(h, token)).status, 410)
  assert.equal((await h.call(path, { method: 'DELETE', cookies })).status, 404)
  const { body } = await h.call('/api/auth/invitations', { cookies })
  assert.equal((body['items'] as { state: string }[])[0]?.state, 'revoked')
})

test('two sign-ups with one link at once make one account', async () => {
  await using h = await harness()
  const { token } = await invited(h)
  const answers = await Promise.all([join(h, token), join(h, token)])
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 410])
})

test('users cannot invite, operators cannot invite administrators', async () => {
  await using h = await harness()
  const user = await h.signedIn('user@example.jp')
  const operator = await h.signedIn('operator@example.jp', 'operator')
  const body = { email: 'x@example.jp', role: 'admin' }
  const asUser = await h.call('/api/auth/invitations', { body, cookies: user.cookies })
  assert.equal(asUser.status, 403)
  const asOperator = await h.call('/api/auth/invitations', { body, cookies: operator.cookies })
  assert.equal(asOperator.body['code'], 'AUTH_ADMIN_ONLY')
  const member = { email: 'user@example.jp', role: 'user' }
  const known = await h.call('/api/auth/invitations', { body: member, cookies: operator.cookies })
  assert.equal(known.status, 409)
  assert.equal(h.mails.length, 0)
})

test('the role comes from the invitation, not from who accepts it', async () => {
  await using h = await harness()
  const { token } = await invited(h)
  const made = await join(h, token, { roles: ['admin'], role: 'admin', email: 'evil@example.jp' })
  const user = made.body['user'] as { roles: string[]; email: string }
  assert.deepEqual([user.roles, user.email], [['user'], 'new@example.jp'])
})
