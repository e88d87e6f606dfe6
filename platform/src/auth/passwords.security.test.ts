import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'

const NEW_PASSWORD = 'hedgehog-teapot-77'
type H = Awaited<ReturnType<typeof harness>>

async function forget(h: H, email: string) {
  const answer = await h.call('/api/auth/password/forgot', { body: { email } })
  assert.equal(answer.status, 202)
  return answer
}

/** The work goes on after the answer: wait until its transaction is visible, within bounds. */
async function mailed(h: H, count: number): Promise<string> {
  const links = h.db.withTables<{ 'minato.verifications': { id: string } }>()
  for (let turn = 0; turn < 1000; turn += 1) {
    const rows = await links.selectFrom('minato.verifications').select('id').execute()
    if (h.mails.length >= count && rows.length >= count) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return h.mails[count - 1]?.data['url']?.split('#token=')[1] ?? ''
}
const reset = (h: H, token: string, password = NEW_PASSWORD) =>
  h.call('/api/auth/password/reset', { body: { token, password } })

test('a reset link sets a password, once, and ends every session', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  await forget(h, 'Momo@Example.jp')
  const token = await mailed(h, 1)
  assert.equal((await reset(h, token)).status, 204)
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
  assert.equal((await h.signIn('momo@example.jp')).status, 401)
  assert.equal((await h.signIn('momo@example.jp', NEW_PASSWORD)).status, 200)
  assert.equal((await reset(h, token, 'another-teapot-78')).body['code'], 'AUTH_LINK_INVALID')
})

test('the answer is the same for unknown addresses, and nothing is sent', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  const known = await forget(h, 'momo@example.jp')
  await mailed(h, 1)
  const unknown = await forget(h, 'nobody@example.jp')
  assert.deepEqual(unknown.body, known.body)
  await forget(h, 'not an address')
  assert.equal(h.mails.length, 1)
})

test('a link is over after an hour, or when a newer one is asked for', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  await forget(h, 'momo@example.jp')
  const first = await mailed(h, 1)
  await forget(h, 'momo@example.jp')
  const second = await mailed(h, 2)
  assert.equal((await reset(h, first)).status, 410)
  h.clock.advance(3_600_000)
  assert.equal((await reset(h, second)).status, 410)
})

test('a mailbox cannot be filled', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  for (let count = 0; count < 8; count += 1) {
    await forget(h, 'momo@example.jp')
    await mailed(h, Math.min(count + 1, 5))
  }
  assert.equal(h.mails.length, 5)
})

test('two uses of one link at once: one wins', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  await forget(h, 'momo@example.jp')
  const token = await mailed(h, 1)
  const answers = await Promise.all([reset(h, token), reset(h, token, 'another-teapot-78')])
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [204, 410])
})

test('a reset opens a locked account, and an open sign-in challenge dies with the old password', async () => {
  await using h = await harness()
  await h.createPerson('momo@example.jp')
  for (let tries = 0; tries < 6; tries += 1) await h.signIn('momo@example.jp', 'wrong password')
  await forget(h, 'momo@example.jp')
  assert.equal((await reset(h, await mailed(h, 1))).status, 204)
  assert.equal((await h.signIn('momo@example.jp', NEW_PASSWORD)).status, 200)
})

test('weak passwords are refused wherever one is chosen, in the language of the person', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const body = { currentPassword: PASSWORD, newPassword: 'sakurasakura' }
  const change = await h.call('/api/auth/password/change', { body, cookies })
  assert.equal(change.body['code'], 'AUTH_PASSWORD_WEAK')
  const [error] = change.body['errors'] as { path: string; code: string; message: string }[]
  assert.deepEqual([error?.path, error?.code], ['newPassword', 'common'])
  assert.match(error?.message ?? '', /漏えい/)
  assert.equal((await h.call('/api/notes', { cookies })).status, 200, 'nothing changed')
})

test('an address is proved by its link, once', async () => {
  await using h = await harness()
  await h.auth.users.create({
    email: 'a@example.jp',
    name: 'A',
    password: PASSWORD,
    roles: ['user'],
  })
  const { cookies } = await h.signIn('a@example.jp')
  const verified = async () => {
    const answer = await h.call('/api/auth/session', { cookies })
    return (answer.body['user'] as { emailVerified: boolean }).emailVerified
  }
  assert.equal(await verified(), false)
  for (let time = 0; time < 2; time += 1) {
    const resend = await h.call('/api/auth/verify-email/resend', { method: 'POST', cookies })
    assert.equal(resend.status, 204)
  }
  const [older, newer] = [await mailed(h, 1), await mailed(h, 2)]
  const verify = (link: string) => h.call('/api/auth/verify-email', { body: { token: link } })
  assert.equal((await verify(older)).status, 410)
  assert.equal((await verify(newer)).status, 204)
  assert.equal((await verify(newer)).status, 410)
  assert.equal(await verified(), true)
})
