import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sanitize } from '@minato/platform/log'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { openRemoteTransport } from './open-transport.ts'
import { findRemoteServer } from './store.ts'
import { type House, openHouse } from './test/house.ts'

/** The stand-in's, made up. */
const KEY = 'sandbox-remote-key-not-secret'
const REFERENCE = '{{ bw:search:key }}'

let house: House
before(async () => {
  house = await openHouse()
  const item = { name: 'search', fields: { key: KEY } }
  assert.equal((await house.call('POST', '/vault/items', { body: item })).status, 201)
})
after(() => house[Symbol.asyncDispose]())
beforeEach(() => house.reset())

async function add(name: string, headers: object[]) {
  const url = house.sandbox.mcpServers.keyed
  return await house.call('POST', '/remote-servers', { body: { url, name, headers } })
}

test('a server that wants a fixed key is sent it out of the vault; only the reference is kept', async () => {
  const bare = await add('bare', [])
  const without = await house.call('POST', `/remote-servers/${bare.body.id}/connect`)
  assert.equal(without.body.code, 'MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED')
  for (const header of [
    { name: 'X-API-Key', value: REFERENCE },
    { name: 'Authorization', scheme: 'Bearer', value: REFERENCE },
  ]) {
    const { body } = await add(header.name, [header])
    const kept = { scheme: null, ...header, name: header.name.toLowerCase() }
    assert.deepEqual(body.headers, [kept], JSON.stringify(body))
    const connected = await house.call('POST', `/remote-servers/${body.id}/connect`)
    assert.deepEqual([connected.status, connected.body.state], [200, 'connected'])
    assert.ok(!JSON.stringify(connected.body).includes(KEY))
    const row = await findRemoteServer(house.services, body.id)
    assert.ok(!JSON.stringify(row).includes(KEY))
  }
})

test("the key is masked while a connection lives, in the gateway's answers too", async () => {
  const { body } = await add('echoing', [{ name: 'x-api-key', value: REFERENCE }])
  const ran = await house.call('POST', `/inspector/remote:${body.id}/tools/echo`, {
    body: { arguments: { message: `the key is ${KEY}` } },
  })
  assert.equal(ran.status, 200, JSON.stringify(ran.body))
  assert.match(JSON.stringify(ran.body), /the key is \[secret\]/)
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(await openRemoteTransport(house.services, body.id))
  assert.equal(sanitize(`see ${KEY}`), 'see [secret]')
  await client.close()
})

test('literal keys and headers of the protocol are refused', async () => {
  for (const header of [
    { name: 'x-api-key', value: KEY },
    { name: 'x-api-key', value: `Bearer ${REFERENCE}` },
    { name: 'host', value: REFERENCE },
    { name: 'mcp-session-id', value: REFERENCE },
    { name: 'cookie', value: REFERENCE },
    { name: 'x key', value: REFERENCE },
    { name: 'x-key', scheme: 'a b', value: REFERENCE },
  ]) {
    const refused = await add(`refused ${JSON.stringify(header)}`.slice(0, 90), [header])
    assert.equal(refused.status, 422, JSON.stringify(header))
    assert.ok(!JSON.stringify(refused.body).includes(KEY))
  }
  const twice = { name: 'x-key', value: REFERENCE }
  assert.equal((await add('twice', [twice, { ...twice, name: 'X-Key' }])).status, 422)
})

test('a missing item, a wrong key, and a rotated one', async () => {
  const missing = await add('missing', [{ name: 'x-api-key', value: '{{ bw:nobody:key }}' }])
  const failed = await house.call('POST', `/remote-servers/${missing.body.id}/connect`)
  assert.equal(failed.body.code, 'MCP_CONSOLE_SECRET_ITEM_MISSING')
  const item = { name: 'rotating', fields: { key: 'yesterdays-key-1234' } }
  const kept = await house.call('POST', '/vault/items', { body: item })
  const { body } = await add('rotating', [{ name: 'x-api-key', value: '{{ bw:rotating:key }}' }])
  const path = `/remote-servers/${body.id}`
  const wrong = await house.call('POST', `${path}/connect`)
  assert.deepEqual([wrong.status, wrong.body.code], [409, 'MCP_CONSOLE_REMOTE_KEY_REFUSED'])
  assert.match(wrong.body.detail, /x-api-key/)
  const state = (await house.call('GET', path)).body
  assert.deepEqual([state.state, state.reason], ['failed', 'MCP_CONSOLE_REMOTE_KEY_REFUSED'])
  const rotated = { fields: { key: KEY } }
  const changed = await house.call('PATCH', `/vault/items/${kept.body.id}`, { body: rotated })
  assert.equal(changed.status, 200, JSON.stringify(changed.body))
  assert.equal((await house.call('POST', `${path}/connect`)).status, 200)
})

test('another origin is not sent the key', async () => {
  const { body } = await add('moving', [{ name: 'x-api-key', value: REFERENCE }])
  const other = new URL(
    house.sandbox.userOrigins.find((one) => !house.sandbox.mcpServers.keyed.startsWith(one)) ?? '',
  )
  const path = `/remote-servers/${body.id}`
  const moved = await house.call('PATCH', path, { body: { url: `${other.origin}/mcp` } })
  assert.deepEqual([moved.status, moved.body.headers], [200, []], JSON.stringify(moved.body))
})
