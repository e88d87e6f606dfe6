import assert from 'node:assert/strict'
import { test } from 'node:test'
import { harness, PASSWORD } from './test/harness.ts'
import { hotp, stepAt } from './totp.ts'

const STEP = 30_000
type H = Awaited<ReturnType<typeof harness>>

/** The authenticator app: reads the secret from the QR code's URL. */
function authenticator(h: H, url: string) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const text = new URL(url).searchParams.get('secret') ?? ''
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'))
  const bytes = bits.join('').match(/.{8}/g) ?? []
  const secret = Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
  return (drift = 0): string => hotp(secret, stepAt(h.clock()) + drift)
}

/** A person with two-factor on: their code generator, recovery codes and rotated cookie. */
async function enrolled(h: H, email = 'momo@example.jp', role: 'user' | 'admin' = 'user') {
  const { cookies, user } = await h.signedIn(email, role)
  const body = { password: PASSWORD }
  const started = await h.call('/api/auth/two-factor/enable', { body, cookies })
  assert.equal(started.status, 200)
  assert.match(String(started.body['qrSvg']), /^<svg/)
  const code = authenticator(h, String(started.body['otpauthUrl']))
  const confirmed = await h.call('/api/auth/two-factor/confirm', {
    body: { code: code() },
    cookies,
  })
  assert.equal(confirmed.status, 200)
  const recovery = confirmed.body['recoveryCodes'] as string[]
  h.clock.advance(STEP)
  return { user, before: cookies, cookies: confirmed.cookies, code, recovery }
}

async function challenge(h: H, email = 'momo@example.jp') {
  const answer = await h.signIn(email)
  assert.deepEqual(answer.body, { twoFactorRequired: true })
  assert.equal(answer.cookies['minato_session'], undefined)
  return (factor: { code: string } | { recoveryCode: string }) =>
    h.call('/api/auth/two-factor/verify', { body: factor, cookies: answer.cookies })
}

test('turning it on rotates the session; signing in then needs a code', async () => {
  await using h = await harness()
  const { before, cookies, code } = await enrolled(h)
  assert.equal((await h.call('/api/notes', { cookies: before })).status, 401)
  assert.equal((await h.call('/api/notes', { cookies })).status, 200)
  const verify = await challenge(h)
  const entered = await verify({ code: code() })
  assert.equal(entered.status, 200)
  assert.equal((await h.call('/api/notes', { cookies: entered.cookies })).status, 200)
  assert.deepEqual(
    h.mails.map((mail) => mail.template),
    ['two-factor'],
  )
})

test('a code works once, also in another process, and older ones never again', async () => {
  await using h = await harness()
  const other = await h.start()
  const { code } = await enrolled(h)
  const [first, second] = [await challenge(h), await challenge(h)]
  assert.equal((await first({ code: code() })).status, 200)
  const replay = await second({ code: code() })
  assert.equal(replay.status, 401)
  assert.equal(replay.body['code'], 'AUTH_TWO_FACTOR_FAILED')
  assert.ok(replay.headers['www-authenticate'])
  assert.equal((await second({ code: code(-1) })).status, 401, 'the step before')
  const { cookies } = await other.signIn('momo@example.jp')
  const elsewhere = await other.call('/api/auth/two-factor/verify', {
    body: { code: code() },
    cookies,
  })
  assert.equal(elsewhere.status, 401)
  h.clock.advance(STEP)
  assert.equal((await second({ code: code() })).status, 200)
})

test('the same code sent twenty times at once lets one in', async () => {
  await using h = await harness()
  const { code } = await enrolled(h)
  const verifies = await Promise.all(Array.from({ length: 4 }, () => challenge(h)))
  const answers = await Promise.all(verifies.map((verify) => verify({ code: code() })))
  assert.equal(answers.filter((answer) => answer.status === 200).length, 1)
})

test('attempts are capped for one sign-in and across sign-ins', async () => {
  await using h = await harness()
  const { code } = await enrolled(h)
  const verify = await challenge(h)
  for (let tries = 0; tries < 5; tries += 1) {
    assert.equal((await verify({ code: '000000' })).body['code'], 'AUTH_TWO_FACTOR_FAILED')
  }
  assert.equal((await verify({ code: code() })).body['code'], 'AUTH_CHALLENGE_EXPIRED')
  const next = await challenge(h)
  assert.equal((await next({ code: code() })).status, 401, 'the account waits a minute')
  h.clock.advance(61_000)
  assert.equal((await next({ code: code() })).status, 200)
})

test('a challenge is over after five minutes, works once, and is no session', async () => {
  await using h = await harness()
  const { code } = await enrolled(h)
  const late = await challenge(h)
  h.clock.advance(5 * 60_000 + 1)
  assert.equal((await late({ code: code() })).body['code'], 'AUTH_CHALLENGE_EXPIRED')
  const { cookies } = await h.signIn('momo@example.jp')
  const token = cookies['minato_challenge'] ?? ''
  assert.equal((await h.call('/api/notes', { cookies: { minato_session: token } })).status, 401)
  const body = { code: code() }
  assert.equal((await h.call('/api/auth/two-factor/verify', { body, cookies })).status, 200)
  h.clock.advance(STEP)
  const again = { code: code() }
  assert.equal((await h.call('/api/auth/two-factor/verify', { body: again, cookies })).status, 401)
})

test('ten recovery codes, each once, written as people write them', async () => {
  await using h = await harness()
  const { recovery } = await enrolled(h)
  assert.equal(new Set(recovery).size, 10)
  const [code = ''] = recovery
  const verify = await challenge(h)
  assert.equal(
    (await verify({ recoveryCode: code.toUpperCase().replaceAll('-', ' ') })).status,
    200,
  )
  const second = await challenge(h)
  assert.equal((await second({ recoveryCode: code })).status, 401)
  assert.equal((await second({ recoveryCode: recovery[1] ?? '' })).status, 200)
})

test('new recovery codes replace the old ones', async () => {
  await using h = await harness()
  const { recovery, cookies } = await enrolled(h)
  const body = { password: PASSWORD }
  const renewed = await h.call('/api/auth/two-factor/recovery-codes', { body, cookies })
  const verify = await challenge(h)
  assert.equal((await verify({ recoveryCode: recovery[0] ?? '' })).status, 401)
  const fresh = renewed.body['recoveryCodes'] as string[]
  assert.equal((await verify({ recoveryCode: fresh[0] ?? '' })).status, 200)
})

test('in production an administrator without it reaches its setup and nothing else', async () => {
  await using h = await harness({ profile: 'production', publicUrl: 'https://minato.example' })
  const { cookies } = await h.signedIn('admin@example.jp', 'admin')
  for (const path of [
    '/api/notes',
    '/api/auth/keys',
    '/api/auth/sessions',
    '/api/auth/invitations',
  ]) {
    const answer = await h.call(path, { cookies })
    assert.equal(answer.status, 403, path)
    assert.equal(answer.body['code'], 'AUTH_TWO_FACTOR_REQUIRED')
  }
  const token = await h.call('/api/auth/token', { body: { grantType: 'session' }, cookies })
  assert.equal(token.body['code'], 'AUTH_TWO_FACTOR_REQUIRED')
  const session = await h.call('/api/auth/session', { cookies })
  assert.deepEqual((session.body['user'] as { permissions: string[] }).permissions, [])
  const enable = { body: { password: PASSWORD }, cookies }
  const started = await h.call('/api/auth/two-factor/enable', enable)
  const code = authenticator(h, String(started.body['otpauthUrl']))
  const body = { code: code() }
  const confirmed = await h.call('/api/auth/two-factor/confirm', { body, cookies })
  assert.equal((await h.call('/api/notes', { cookies: confirmed.cookies })).status, 200)
  h.clock.advance(STEP)
  const off = await h.call('/api/auth/two-factor/disable', {
    body: { password: PASSWORD, code: code() },
    cookies: confirmed.cookies,
  })
  assert.equal(off.body['code'], 'AUTH_TWO_FACTOR_MANDATORY')
})

test('it can be required of other roles', async () => {
  await using h = await harness({ config: { twoFactorRoles: ['operator'] } })
  const operator = await h.signedIn('operator@example.jp', 'operator')
  const user = await h.signedIn('user@example.jp')
  assert.equal((await h.call('/api/notes', { cookies: operator.cookies })).status, 403)
  assert.equal((await h.call('/api/notes', { cookies: user.cookies })).status, 200)
})

test('turning it off needs password and code, and rotates', async () => {
  await using h = await harness()
  const { cookies, code } = await enrolled(h)
  const off = (body: object) => h.call('/api/auth/two-factor/disable', { body, cookies })
  assert.equal((await off({ password: 'wrong', code: code() })).status, 422)
  assert.equal((await off({ password: PASSWORD, code: '000000' })).status, 422)
  const done = await off({ password: PASSWORD, code: code() })
  assert.equal(done.status, 204)
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
  assert.equal((await h.call('/api/notes', { cookies: done.cookies })).status, 200)
  assert.ok((await h.signIn('momo@example.jp')).cookies['minato_session'])
})

test('starting a setup never replaces a secret in use', async () => {
  await using h = await harness()
  const { cookies, code } = await enrolled(h)
  const body = { password: PASSWORD }
  const again = await h.call('/api/auth/two-factor/enable', { body, cookies })
  assert.equal(again.status, 409)
  const verify = await challenge(h)
  assert.equal((await verify({ code: code() })).status, 200)
})

test('a wrong code does not turn it on', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const body = { password: PASSWORD }
  await h.call('/api/auth/two-factor/enable', { body, cookies })
  const wrong = await h.call('/api/auth/two-factor/confirm', { body: { code: '000000' }, cookies })
  assert.equal(wrong.status, 422)
  assert.ok((await h.signIn('momo@example.jp')).cookies['minato_session'])
})

test('an operator resets it for somebody who lost everything', async () => {
  await using h = await harness()
  const { user, cookies } = await enrolled(h)
  await h.auth.users.resetTwoFactor(user.id, { id: 'cli', admin: true })
  assert.equal((await h.call('/api/notes', { cookies })).status, 401)
  assert.ok((await h.signIn('momo@example.jp')).cookies['minato_session'])
})
