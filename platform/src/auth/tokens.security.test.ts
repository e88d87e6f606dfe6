import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { harness, PASSWORD } from './test/harness.ts'

const MINUTE = 60_000
const cli = { id: 'cli', admin: true }
type H = Awaited<ReturnType<typeof harness>>
type Pair = { accessToken: string; refreshToken: string; expiresIn: number }

async function grant(
  h: H,
  how: { cookies?: Record<string, string>; headers?: Record<string, string> },
) {
  const answer = await h.call('/api/auth/token', { body: { grantType: 'session' }, ...how })
  assert.equal(answer.status, 200)
  return answer.body as unknown as Pair
}
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
function refresh(h: Pick<H, 'call'>, refreshToken: string) {
  return h.call('/api/auth/token', { body: { grantType: 'refresh_token', refreshToken } })
}

test('an access token is an ES256 JWT that the published keys verify', async () => {
  await using h = await harness()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  const { accessToken, expiresIn } = await grant(h, { cookies })
  assert.equal(expiresIn, 900)
  const jwks = await h.call('/.well-known/jwks.json')
  assert.deepEqual((await h.call('/api/auth/jwks')).body, jwks.body)
  assert.ok(!JSON.stringify(jwks.body).includes('"d"'), 'no private part')
  const { payload, protectedHeader } = await jwtVerify(
    accessToken,
    createLocalJWKSet(jwks.body as never),
    {
      issuer: 'http://127.0.0.1:3000',
      audience: 'minato',
      currentDate: new Date(h.clock()),
    },
  )
  assert.equal(payload.sub, user.id)
  assert.equal(protectedHeader.alg, 'ES256')
  assert.ok(protectedHeader.kid)
  assert.equal((await h.call('/api/notes', bearer(accessToken))).status, 200)
  const other = await h.start()
  assert.equal((await other.call('/api/notes', bearer(accessToken))).status, 200)
  h.clock.advance(15 * MINUTE)
  const expired = await h.call('/api/notes', bearer(accessToken))
  assert.equal(expired.body['code'], 'AUTH_TOKEN_EXPIRED')
  assert.match(String(expired.headers['www-authenticate']), /invalid_token/)
})

test('altered, unsigned, foreign and confused tokens are refused', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const { accessToken } = await grant(h, { cookies })
  const [head = '', body = '', signature = ''] = accessToken.split('.')
  const claims = { ...decodeJwt(accessToken), sub: '00000000-0000-4000-8000-000000000000' }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { keys } = (await h.call('/api/auth/jwks')).body as { keys: { x: string; kid: string }[] }
  const hmac = (secret: string) =>
    new SignJWT(decodeJwt(accessToken))
      .setProtectedHeader({ alg: 'HS256', kid: keys[0]?.kid ?? '', typ: 'at+jwt' })
      .sign(Buffer.from(secret))
  const forged = [
    `${head}.${encode(claims)}.${signature}`,
    `${encode({ ...decodeProtectedHeader(accessToken), alg: 'none' })}.${body}.`,
    await hmac(JSON.stringify(keys[0])),
    await hmac(keys[0]?.x ?? ''),
    `${head}.${body}.`,
    `${head}.${body}`,
    `${encode({ alg: 'ES256', kid: 'unknown', typ: 'at+jwt' })}.${body}.${signature}`,
    `${encode({ alg: 'ES256', kid: '../../etc/passwd', typ: 'at+jwt' })}.${body}.${signature}`,
    'x'.repeat(10_000),
    'a.b.c',
    'null',
  ]
  for (const token of forged) {
    const answer = await h.call('/api/notes', bearer(token))
    assert.equal(answer.status, 401, token.slice(0, 40))
    assert.ok(answer.headers['www-authenticate'])
  }
  assert.equal((await h.call('/api/notes', bearer(accessToken))).status, 200)
})

test('a refresh token works once; its reuse ends the whole family', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const first = await grant(h, { cookies })
  const second = (await refresh(h, first.refreshToken)).body as unknown as Pair
  assert.equal((await h.call('/api/notes', bearer(second.accessToken))).status, 200)
  const replay = await refresh(h, first.refreshToken)
  assert.equal(replay.body['code'], 'AUTH_REFRESH_INVALID')
  assert.equal((await refresh(h, second.refreshToken)).status, 401)
  assert.equal((await h.call('/api/notes', bearer(second.accessToken))).status, 401)
  assert.equal((await h.call('/api/notes', { cookies })).status, 200, 'the session itself stays')
  const trail = await h.audit.list({ action: 'token.reuse-detected' })
  assert.equal(trail.items.length, 1)
})

test('of many exchanges of one token at once at most one succeeds', async () => {
  await using h = await harness()
  const other = await h.start()
  const { cookies } = await h.signedIn('momo@example.jp')
  const { refreshToken } = await grant(h, { cookies })
  const answers = await Promise.all([h, other, h, other].map((from) => refresh(from, refreshToken)))
  assert.ok(answers.filter((answer) => answer.status === 200).length <= 1)
})

test('access and refresh tokens die with their session', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const pair = await grant(h, { cookies })
  assert.equal((await h.call('/api/notes', bearer(pair.accessToken))).status, 200)
  await h.call('/api/auth/sign-out', { method: 'POST', cookies })
  assert.equal((await h.call('/api/notes', bearer(pair.accessToken))).status, 401)
  assert.equal((await refresh(h, pair.refreshToken)).status, 401)
})

test('they die when the person is disabled, or the family is revoked', async () => {
  await using h = await harness()
  const { cookies, user } = await h.signedIn('momo@example.jp')
  const revoked = await grant(h, { cookies })
  const body = { refreshToken: revoked.refreshToken }
  assert.equal((await h.call('/api/auth/token/revoke', { body })).status, 204)
  assert.equal((await h.call('/api/notes', bearer(revoked.accessToken))).status, 401)
  const unknown = { refreshToken: `mnr_${'A'.repeat(43)}` }
  assert.equal((await h.call('/api/auth/token/revoke', { body: unknown })).status, 204)
  const pair = await grant(h, { cookies })
  await h.auth.users.disable(user.id, cli)
  assert.equal((await h.call('/api/notes', bearer(pair.accessToken))).status, 401)
  assert.equal((await refresh(h, pair.refreshToken)).status, 401)
})

test('an access token cannot make another, nor pass step-up, nor manage keys', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  await h.call('/api/auth/step-up', { body: { password: PASSWORD }, cookies })
  const { accessToken } = await grant(h, { cookies })
  const again = await h.call('/api/auth/token', {
    body: { grantType: 'session' },
    ...bearer(accessToken),
  })
  assert.equal(again.status, 403)
  assert.equal((await h.call('/api/notes/dangerous', bearer(accessToken))).status, 403)
  const key = await h.call('/api/auth/keys', { body: { name: 'x' }, ...bearer(accessToken) })
  assert.equal(key.status, 403)
})

test('signing keys rotate without downtime, or with revocation at once', async () => {
  await using h = await harness()
  const { cookies } = await h.signedIn('momo@example.jp')
  const old = await grant(h, { cookies })
  await h.auth.tokens.rotateKeys(cli)
  const fresh = await grant(h, { cookies })
  assert.notEqual(
    decodeProtectedHeader(old.accessToken).kid,
    decodeProtectedHeader(fresh.accessToken).kid,
  )
  assert.equal((await h.call('/api/notes', bearer(old.accessToken))).status, 200)
  assert.equal((await h.call('/api/notes', bearer(fresh.accessToken))).status, 200)
  await h.auth.tokens.rotateKeys(cli, { revoke: true })
  assert.equal((await h.call('/api/notes', bearer(fresh.accessToken))).status, 401)
  const row = await h.db
    .withTables<{ 'minato.jwks': { private_key: string } }>()
    .selectFrom('minato.jwks')
    .select('private_key')
    .executeTakeFirstOrThrow()
  assert.match(row.private_key, /^v1\.test\./, 'encrypted by the key ring')
})

test('two processes that make the first key pair at once agree on one', async () => {
  await using h = await harness()
  const other = await h.start()
  const { cookies } = await h.signedIn('momo@example.jp')
  const [a, b] = await Promise.all([
    grant(h, { cookies }),
    grant({ ...h, call: other.call }, { cookies }),
  ])
  assert.equal(decodeProtectedHeader(a.accessToken).kid, decodeProtectedHeader(b.accessToken).kid)
  assert.equal((await h.call('/api/notes', bearer(b.accessToken))).status, 200)
  assert.equal((await other.call('/api/notes', bearer(a.accessToken))).status, 200)
})

test('an API key can be exchanged too, and its tokens die with it', async () => {
  await using h = await harness()
  const user = await h.createPerson('momo@example.jp')
  const made = await h.auth.keys.create({ userId: user.id })
  const pair = await grant(h, { headers: { 'x-api-key': made.key } })
  assert.equal((await h.call('/api/notes', bearer(pair.accessToken))).status, 200)
  await h.auth.keys.revoke(made.id, user.id)
  assert.equal((await h.call('/api/notes', bearer(pair.accessToken))).status, 401)
  assert.equal((await refresh(h, pair.refreshToken)).status, 401)
})
