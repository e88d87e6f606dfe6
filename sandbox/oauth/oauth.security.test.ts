import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { createRequestLog } from '../control/request-log.ts'
import { createScenarioStore, loadScenarioFiles } from '../control/scenario-store.ts'
import { type OAuthProvider, openOAuth } from './open.ts'

// One wrong request for each rule that a real provider keeps.

const REDIRECT = 'http://127.0.0.1:9/callback'
let provider: OAuthProvider
let nowMs = Date.parse('2026-11-22T00:00:00Z')
const scenarios = createScenarioStore(await loadScenarioFiles())

before(async () => {
  const now = () => new Date(nowMs)
  const requests = createRequestLog(now)
  provider = await openOAuth({ host: '127.0.0.1', scenarios, requests, now })
})
after(() => provider.close())
beforeEach(() => {
  provider.clear()
  scenarios.reset()
  scenarios.set('oauth', { scenario: 'auto-approve' })
})

function register(method = 'none') {
  return provider.register({ redirect_uris: [REDIRECT], token_endpoint_auth_method: method })
}

function proof() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

async function authorize(changes: Record<string, string | undefined>) {
  const url = new URL(`${provider.url}/authorize`)
  const asked = { response_type: 'code', code_challenge_method: 'S256', state: 'st', ...changes }
  for (const [name, value] of Object.entries({ redirect_uri: REDIRECT, ...asked })) {
    if (value !== undefined) url.searchParams.set(name, value)
  }
  const answer = await fetch(url, { redirect: 'manual' })
  const location = answer.headers.get('location')
  return { status: answer.status, back: location === null ? undefined : new URL(location) }
}

async function post(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams(form)
  const answer = await fetch(`${provider.url}${path}`, { method: 'POST', body, headers })
  const text = await answer.text()
  const json: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
  return { status: answer.status, ...json }
}

async function codeFor(clientId: string, challenge: string, resource?: string): Promise<string> {
  const given = { client_id: clientId, code_challenge: challenge, resource }
  const { back } = await authorize(given)
  return back?.searchParams.get('code') ?? ''
}

async function tokensFor(clientId: string) {
  const { verifier, challenge } = proof()
  const code = await codeFor(clientId, challenge)
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier }
  const asked = { ...form, client_id: clientId, redirect_uri: REDIRECT }
  return { asked, answer: (await post('/token', asked)) as Record<string, unknown> }
}

test('authorizes with PKCE, names its issuer, and gives tokens that verify', async () => {
  const { id } = register()
  const { answer } = await tokensFor(id)
  assert.equal(answer['status'], 200)
  assert.equal(answer['token_type'], 'Bearer')
  assert.ok(provider.verify(String(answer['access_token'])))
  const { back } = await authorize({ client_id: id, code_challenge: proof().challenge })
  assert.equal(back?.searchParams.get('iss'), provider.url)
  assert.equal(back?.searchParams.get('state'), 'st')
})

test('asks the person, who may refuse', async () => {
  scenarios.reset()
  const { id } = register()
  const url = new URL(`${provider.url}/authorize`)
  url.search = String(
    new URLSearchParams({
      client_id: id,
      redirect_uri: REDIRECT,
      response_type: 'code',
      code_challenge: proof().challenge,
      code_challenge_method: 'S256',
    }),
  )
  for (const [decision, parameter] of [
    ['approve', 'code'],
    ['deny', 'error'],
  ] as const) {
    const page = await (await fetch(url)).text()
    const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? ''
    const body = new URLSearchParams({ request, decision })
    const answer = await fetch(`${provider.url}/authorize`, {
      method: 'POST',
      body,
      redirect: 'manual',
    })
    const back = new URL(answer.headers.get('location') ?? '')
    assert.ok(back.searchParams.has(parameter), decision)
    const again = await fetch(`${provider.url}/authorize`, { method: 'POST', body })
    assert.equal(again.status, 400)
  }
})

test('refuses authorization without PKCE, with plain, or with a false challenge', async () => {
  const { id } = register()
  const { challenge } = proof()
  for (const [name, changes] of Object.entries({
    missing: { code_challenge: undefined, code_challenge_method: undefined },
    plain: { code_challenge: challenge, code_challenge_method: 'plain' },
    'plain by default': { code_challenge: challenge, code_challenge_method: undefined },
    'no hash': { code_challenge: 'abc' },
    token: { code_challenge: challenge, response_type: 'token' },
  })) {
    const { status, back } = await authorize({ client_id: id, ...changes })
    assert.equal(status, 302, name)
    assert.ok(back?.searchParams.get('error'), name)
    assert.equal(back?.searchParams.get('code'), null, name)
  }
})

test('never redirects to an address that is not registered', async () => {
  const { id } = register()
  const { challenge } = proof()
  const wrong = { client_id: id, code_challenge: challenge, redirect_uri: `${REDIRECT}/x` }
  assert.deepEqual(await authorize(wrong), { status: 400, back: undefined })
  const unknown = await authorize({ client_id: 'nobody', code_challenge: challenge })
  assert.deepEqual(unknown, { status: 400, back: undefined })
})

test('refuses a code twice and revokes what the first use gave', async () => {
  const { asked, answer } = await tokensFor(register().id)
  const again = await post('/token', asked)
  assert.deepEqual([again.status, again['error' as never]], [400, 'invalid_grant'])
  assert.equal(provider.verify(String(answer['access_token'])), undefined)
})

test('refuses a code that is wrong, late, of another client, address, verifier or resource', async () => {
  const client = register()
  const other = register()
  const RESOURCE = 'https://mcp.example.com/mcp'
  const cases: [string, Record<string, string>, number?][] = [
    ['wrong code', { code: 'nonsense' }],
    ['other client', { client_id: other.id }],
    ['other address', { redirect_uri: `${REDIRECT}/x` }],
    ['other verifier', { code_verifier: proof().verifier }],
    ['short verifier', { code_verifier: 'short' }],
    ['other resource', { resource: 'https://other.example.com/' }],
    ['late', {}, 61_000],
  ]
  for (const [name, changes, wait = 0] of cases) {
    const { verifier, challenge } = proof()
    const code = await codeFor(client.id, challenge, RESOURCE)
    nowMs += wait
    const form = { grant_type: 'authorization_code', code, code_verifier: verifier }
    const answer = await post('/token', {
      ...form,
      client_id: client.id,
      redirect_uri: REDIRECT,
      resource: RESOURCE,
      ...changes,
    })
    assert.equal(answer.status, 400, name)
  }
})

test('rotates refresh tokens and takes the second use of one for a theft', async () => {
  const { id } = register()
  const { answer } = await tokensFor(id)
  const first = String(answer['refresh_token'])
  const form = { grant_type: 'refresh_token', client_id: id }
  const renewed = (await post('/token', { ...form, refresh_token: first })) as Record<
    string,
    unknown
  >
  assert.equal(renewed['status'], 200)
  assert.equal((await post('/token', { ...form, refresh_token: first })).status, 400)
  assert.equal(provider.verify(String(renewed['access_token'])), undefined)
  const newest = String(renewed['refresh_token'])
  assert.equal((await post('/token', { ...form, refresh_token: newest })).status, 400)
})

test('access tokens end; revoked ones at once', async () => {
  const { id } = register()
  const { answer } = await tokensFor(id)
  const access = String(answer['access_token'])
  nowMs += 3_601_000
  assert.equal(provider.verify(access), undefined)
  const second = (await tokensFor(id)).answer
  const revoked = await post('/revoke', { client_id: id, token: String(second['refresh_token']) })
  assert.equal(revoked.status, 200)
  assert.equal(provider.verify(String(second['access_token'])), undefined)
})

test('a client proves itself in the way it registered', async () => {
  const client = register('client_secret_basic')
  const form = { grant_type: 'refresh_token', refresh_token: 'x' }
  const basic = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`,
  })
  assert.equal((await post('/token', { ...form, client_id: client.id })).status, 401)
  assert.equal((await post('/token', form, basic('wrong'))).status, 401)
  // Proven: what is refused now is the token.
  assert.equal((await post('/token', form, basic(client.secret ?? ''))).status, 400)
})

test('registers no client that could be redirected anywhere', async () => {
  for (const uris of [
    [],
    ['http://example.com/cb'],
    ['javascript:alert(1)'],
    ['https://a.test/#x'],
  ]) {
    const answer = await fetch(`${provider.url}/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: uris }),
    })
    assert.equal(answer.status, 400, uris.join())
  }
})
