import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { accessToken } from './access-token.ts'
import { readCredential, renewingClient } from './credentials.ts'
import { remoteTables } from './store.ts'
import { type House, openHouse } from './test/house.ts'

let house: House
let serverId: string
before(async () => {
  house = await openHouse()
})
after(() => house[Symbol.asyncDispose]())
beforeEach(async () => {
  await house.reset()
  serverId = await house.add('protected')
  assert.equal((await house.authorize(serverId)).status, 200)
})

const HOUR_MS = 3_600_000
const token = () => accessToken(house.services, { id: serverId })
const refreshes = async () =>
  (await house.seen('oauth')).filter((request) => request.path === '/token').length - 1

test('is kept while it is good, and renewed a minute before it ends', async () => {
  const first = await token()
  house.passMs(HOUR_MS - 70_000)
  assert.equal(await token(), first)
  assert.equal(await refreshes(), 0)
  house.passMs(20_000)
  const second = await token()
  assert.notEqual(second, first)
  assert.equal(await token(), second)
  assert.equal(await refreshes(), 1)
})

test('many callers at once cause one refresh; a second would end the grant', async () => {
  const first = await token()
  house.passMs(HOUR_MS + 1)
  await house.play('oauth', 'slow-token', { options: { delayMs: 300 } })
  const tokens = new Set(await Promise.all(Array.from({ length: 20 }, token)))
  assert.equal(tokens.size, 1)
  assert.ok(!tokens.has(first))
  assert.equal(await refreshes(), 1)
  assert.equal((await house.call('POST', `/remote-servers/${serverId}/connect`)).status, 200)
})

test('a refusal deletes the credential and asks the person again', async () => {
  house.passMs(HOUR_MS + 1)
  await house.play('oauth', 'refuse-token')
  assert.equal(await token(), undefined)
  assert.equal(await readCredential(house.services, serverId), undefined)
  const { body } = await house.call('GET', `/remote-servers/${serverId}`)
  assert.deepEqual([body.state, body.authorized], ['authorization-required', false])
  assert.equal(await refreshes(), 1)
})

test('a failing provider keeps the credential, and the old token while it is good', async () => {
  const first = await token()
  house.passMs(HOUR_MS - 30_000)
  await house.play('oauth', 'token-error')
  assert.equal(await token(), first)
  // Not asked again by each call that follows.
  assert.equal(await token(), first)
  assert.equal(await refreshes(), 1)
  await house.play('oauth', 'normal')
  house.passMs(31_000)
  const second = await token()
  assert.ok(second !== undefined && second !== first)
})

test('too many requests is not a refusal', async () => {
  house.passMs(HOUR_MS - 30_000)
  await house.play('oauth', 'rate-limit')
  assert.ok(await token())
  assert.ok(await readCredential(house.services, serverId))
})

for (const [scenario, asked] of [
  ['rate-limit', 1],
  ['token-error', 4],
] as const) {
  test(`an ended token, and ${scenario} at its renewal: kept, and said so`, async () => {
    house.passMs(HOUR_MS + 1)
    await house.play('oauth', scenario)
    const path = `/remote-servers/${serverId}`
    const refused = await house.call('POST', `${path}/connect`)
    assert.deepEqual(
      [refused.status, refused.body.code],
      [502, 'MCP_CONSOLE_OAUTH_RENEWAL_POSTPONED'],
    )
    assert.match(refused.body.detail, /認可は保持されています/)
    assert.equal(await refreshes(), asked)
    const { body } = await house.call('GET', path)
    assert.deepEqual(
      [body.authorized, body.state, body.reason],
      [true, 'failed', 'MCP_CONSOLE_OAUTH_RENEWAL_POSTPONED'],
    )
    await house.play('oauth', 'normal')
    assert.equal((await house.call('POST', `${path}/connect`)).status, 200)
  })
}

test('a credential that came without a secret is renewed with the one entered for its client', async () => {
  const { client_id: clientId } = (await readCredential(house.services, serverId)) ?? {}
  const imported = { client_secret: null, client_method: 'none' as const }
  const db = remoteTables(house.services.db)
  await db.updateTable('mcp_console.oauth_credentials').set(imported).execute()
  await db
    .updateTable('mcp_console.remote_servers')
    .set({ client_id: clientId ?? null })
    .where('id', '=', serverId)
    .execute()
  const client = async () => {
    const credential = await readCredential(house.services, serverId)
    assert.ok(credential)
    return await renewingClient(house.services, credential)
  }
  assert.equal((await client()).clientMethod, 'none')
  const body = { clientSecret: 'entered-later-not-secret' }
  assert.equal((await house.call('PATCH', `/remote-servers/${serverId}`, { body })).status, 200)
  const { clientSecret, clientMethod } = await client()
  assert.deepEqual(
    [clientSecret, clientMethod],
    ['entered-later-not-secret', 'client_secret_basic'],
  )
  // The credential itself was not given back for that.
  assert.ok(await readCredential(house.services, serverId))
})

test('a token the server no longer takes is replaced once, then a person is asked', async () => {
  await house.play('mcp', 'unauthorized', { count: 1 })
  assert.equal((await house.call('POST', `/remote-servers/${serverId}/connect`)).status, 200)
  assert.equal(await refreshes(), 1)
  await house.play('mcp', 'unauthorized')
  const answer = await house.call('POST', `/remote-servers/${serverId}/connect`)
  assert.equal(answer.body.code, 'MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED')
})
