import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { sql } from 'kysely'
import { accessToken } from './access-token.ts'
import { askProvider } from './ask-provider.ts'
import { openRemoteTransport } from './open-transport.ts'
import { type House, openHouse } from './test/house.ts'

let house: House
let serverId: string
before(async () => {
  house = await openHouse({ MCP_CONSOLE_OAUTH_REDIRECT_ORIGINS: 'https://console.example.com' })
})
after(() => house[Symbol.asyncDispose]())
beforeEach(async () => {
  await house.reset()
  serverId = await house.add('protected')
})

async function start(more: object = {}) {
  return await house.call('POST', '/oauth/start', { body: { serverId, ...more } })
}

/** An authorization that has come back: what the browser would now hand in. */
async function comeBack(): Promise<string> {
  await house.play('oauth', 'auto-approve')
  return await house.agree((await start()).body.authorizationUrl)
}

const callback = (query: string, asked: Parameters<House['call']>[2] = {}) =>
  house.call('GET', `/oauth/callback${query}`, asked)

async function tokenRequests() {
  return (await house.seen('oauth')).filter((request) => request.path === '/token')
}

async function credential() {
  const { rows } = await sql<Record<string, unknown>>`
    select * from mcp_console.oauth_credentials where server_id = ${serverId}`.execute(
    house.services.db,
  )
  return rows[0]
}

test('asks for authorization, then calls tools with the token it was given', async () => {
  const before = await house.call('POST', `/remote-servers/${serverId}/connect`)
  assert.equal(before.body.code, 'MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED')
  assert.equal((await house.authorize(serverId)).status, 200)
  const connected = await house.call('POST', `/remote-servers/${serverId}/connect`)
  assert.deepEqual([connected.status, connected.body.authorized], [200, true])
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(await openRemoteTransport(house.services, serverId))
  const said = await client.callTool({ name: 'echo', arguments: { message: 'with a token' } })
  assert.match(JSON.stringify(said.content), /with a token/)
  await client.close()
})

test('the request is for S256 and this server, and nothing else is remembered in clear', async () => {
  const { status, body } = await start()
  assert.equal(status, 201)
  const { searchParams: asked } = new URL(body.authorizationUrl)
  assert.equal(asked.get('response_type'), 'code')
  assert.equal(asked.get('code_challenge_method'), 'S256')
  assert.match(asked.get('code_challenge') ?? '', /^[\w-]{43}$/)
  assert.equal(asked.get('resource'), house.sandbox.mcpServers.protected)
  assert.match(asked.get('state') ?? '', /^[\w-]{43}$/)
  const { rows } = await sql`select * from mcp_console.oauth_states`.execute(house.services.db)
  assert.ok(!JSON.stringify(rows).includes(asked.get('state') ?? ''))
  const tenMinutes = Date.parse(body.expiresAt) - Date.now()
  assert.ok(tenMinutes > 590_000 && tenMinutes <= 600_000)
})

test('tokens rest encrypted, bound to their row', async () => {
  await house.authorize(serverId)
  const token = await accessToken(house.services, { id: serverId })
  const row = await credential()
  assert.match(String(row?.['access_token']), /^v1\./)
  assert.ok(token && !JSON.stringify(row).includes(token))
  // Copied to another server's row it does not open.
  const other = await house.add('protected')
  await sql`insert into mcp_console.oauth_credentials (server_id, issuer, token_endpoint, resource,
      client_id, client_method, access_token, created_at, updated_at)
    select ${other}, issuer, token_endpoint, resource, client_id, client_method, access_token,
      created_at, updated_at from mcp_console.oauth_credentials where server_id = ${serverId}`.execute(
    house.services.db,
  )
  await assert.rejects(accessToken(house.services, { id: other }), { code: 'KEY_MISMATCH' })
})

test('a state is good once', async () => {
  const query = await comeBack()
  assert.equal((await callback(query)).status, 200)
  const again = await callback(query)
  assert.deepEqual([again.status, again.body.code], [400, 'MCP_CONSOLE_OAUTH_STATE_INVALID'])
})

test('a state is spent when the provider refuses, when the person did, and when it fails', async () => {
  await house.play('oauth', 'auto-approve')
  const refusing = await comeBack()
  await house.play('oauth', 'refuse-token')
  assert.equal((await callback(refusing)).body.code, 'MCP_CONSOLE_OAUTH_REFUSED')
  await house.play('oauth', 'normal')
  assert.equal((await callback(refusing)).body.code, 'MCP_CONSOLE_OAUTH_STATE_INVALID')

  const { authorizationUrl } = (await start()).body
  await house.play('oauth', 'deny')
  const denied = await house.agree(authorizationUrl)
  assert.equal((await callback(denied)).body.code, 'MCP_CONSOLE_OAUTH_DENIED')
  assert.equal((await callback(denied)).body.code, 'MCP_CONSOLE_OAUTH_STATE_INVALID')
  assert.equal(await credential(), undefined)
})

test('a state belongs to the person who began, and is spent by anybody', async () => {
  const query = await comeBack()
  const other = await house.server.signIn('operator')
  const stolen = await callback(query, { who: other })
  assert.deepEqual([stolen.status, stolen.body.code], [400, 'MCP_CONSOLE_OAUTH_STATE_INVALID'])
  assert.equal((await callback(query)).status, 400)
  assert.equal(await credential(), undefined)
})

test('a state ends after ten minutes', async () => {
  const early = await comeBack()
  house.passMs(9 * 60_000)
  assert.equal((await callback(early)).status, 200)
  const late = await comeBack()
  house.passMs(10 * 60_000 + 1)
  assert.equal((await callback(late)).body.code, 'MCP_CONSOLE_OAUTH_STATE_INVALID')
})

test('an answer in the name of another provider is refused', async () => {
  const { authorizationUrl } = (await start()).body
  await house.play('oauth', 'wrong-state', { count: 1 })
  const page = await (await fetch(authorizationUrl)).text()
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const answer = await fetch(`${house.sandbox.oauthUrl}/authorize`, {
    method: 'POST',
    body: new URLSearchParams({ request, decision: 'approve' }),
    redirect: 'manual',
  })
  const query = new URL(answer.headers.get('location') ?? '').search
  assert.match(query, /iss=https%3A%2F%2Fother/)
  assert.equal((await callback(query)).body.code, 'MCP_CONSOLE_OAUTH_STATE_INVALID')
  const nameless = (await comeBack()).replace(/&iss=[^&]*/, '')
  assert.equal((await callback(nameless)).body.code, 'MCP_CONSOLE_OAUTH_STATE_INVALID')
})

test('sends people back to allowed origins only', async () => {
  for (const redirectUri of [
    'https://evil.example.com/callback',
    'http://console.example.com/callback',
    'https://console.example.com.evil.test/',
    'https://user@console.example.com/',
    'https://console.example.com/#fragment',
    'javascript:alert(1)',
    'nonsense',
  ]) {
    const answer = await start({ redirectUri })
    assert.deepEqual(
      [answer.status, answer.body.code],
      [422, 'MCP_CONSOLE_OAUTH_REDIRECT_REFUSED'],
      redirectUri,
    )
  }
  const redirectUri = 'https://console.example.com/back'
  const { body } = await start({ redirectUri })
  assert.equal(new URL(body.authorizationUrl).searchParams.get('redirect_uri'), redirectUri)
})

test('refuses providers without S256, of a false issuer, or that register nobody', async () => {
  for (const [scenario, code] of [
    ['plain-only', 'MCP_CONSOLE_OAUTH_UNSUPPORTED'],
    ['wrong-issuer', 'MCP_CONSOLE_OAUTH_BAD_ANSWER'],
    ['no-registration', 'MCP_CONSOLE_OAUTH_NO_CLIENT'],
    ['refuse-registration', 'MCP_CONSOLE_OAUTH_REFUSED'],
  ] as const) {
    await house.play('oauth', scenario)
    assert.deepEqual([scenario, (await start()).body.code], [scenario, code])
  }
})

test('a client entered by hand is used, its secret kept encrypted and never shown', async () => {
  const made = await fetch(`${house.sandbox.oauthUrl}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [`${house.services.publicUrl}/api/mcp-console/oauth/callback`],
      token_endpoint_auth_method: 'client_secret_basic',
    }),
  })
  const client = (await made.json()) as { client_id: string; client_secret: string }
  const body = { clientId: client.client_id, clientSecret: client.client_secret }
  const changed = await house.call('PATCH', `/remote-servers/${serverId}`, { body })
  assert.equal(changed.body.clientId, client.client_id)
  assert.ok(!JSON.stringify(changed.body).includes(client.client_secret))
  await house.play('oauth', 'no-registration')
  const started = await start()
  await house.play('oauth', 'auto-approve')
  const done = await callback(await house.agree(started.body.authorizationUrl))
  assert.equal(done.status, 200)
  for (const table of ['remote_servers', 'oauth_credentials']) {
    const { rows } = await sql`select * from ${sql.table(`mcp_console.${table}`)}`.execute(
      house.services.db,
    )
    assert.ok(!JSON.stringify(rows).includes(client.client_secret), table)
  }
  // And again at the refresh.
  house.passMs(3_590_000)
  assert.ok(await accessToken(house.services, { id: serverId }))
  assert.equal((await tokenRequests()).length, 2)
})

test('is asked at the token endpoint once when it refuses', async () => {
  const query = await comeBack()
  await house.play('oauth', 'refuse-token')
  assert.equal((await callback(query)).status, 400)
  assert.equal((await tokenRequests()).length, 1)
})

test('tries a failing provider again after a second', async () => {
  const query = await comeBack()
  await house.play('oauth', 'token-error', { count: 1 })
  assert.equal((await callback(query)).status, 200)
  const [first, second] = await tokenRequests()
  const waitedMs = Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')
  assert.ok(waitedMs >= 950, `waited ${waitedMs} ms`)
})

test('waits 1, 2 and 4 s, then gives up with 502', async () => {
  await house.play('oauth', 'metadata-error')
  const waits: number[] = []
  const url = `${house.sandbox.oauthUrl}/.well-known/oauth-authorization-server`
  const sleep = async (ms: number) => waits.push(ms)
  await assert.rejects(askProvider(house.services, url, { sleep }), {
    code: 'MCP_CONSOLE_OAUTH_UNAVAILABLE',
    status: 502,
  })
  assert.deepEqual(waits, [1000, 2000, 4000])
})

test('an unreadable token answer is the provider’s fault', async () => {
  const query = await comeBack()
  await house.play('oauth', 'garbage-token')
  const answer = await callback(query)
  assert.deepEqual([answer.status, answer.body.code], [502, 'MCP_CONSOLE_OAUTH_BAD_ANSWER'])
})

test('a browser is sent on to the page, with the code of the problem and not the secret one', async () => {
  const headers = { accept: 'text/html,application/xhtml+xml' }
  const query = await comeBack()
  const good = await callback(query, { headers })
  assert.equal(good.status, 303)
  assert.equal(good.headers['location'], `/mcp-console/remote-servers?authorized=${serverId}`)
  const bad = await callback(query, { headers })
  const place = '/mcp-console/remote-servers?error=MCP_CONSOLE_OAUTH_STATE_INVALID'
  assert.equal(bad.headers['location'], place)
})

test('another address or client ends the credential, at the provider too', async () => {
  await house.authorize(serverId)
  const token = await accessToken(house.services, { id: serverId })
  const body = { url: house.sandbox.mcpServers.good }
  const changed = await house.call('PATCH', `/remote-servers/${serverId}`, { body })
  assert.deepEqual([changed.body.authorized, changed.body.state], [false, 'new'])
  const answer = await fetch(house.sandbox.mcpServers.protected, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  assert.equal(answer.status, 401)
})
