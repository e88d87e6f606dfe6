import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { openRemoteTransport } from './open-transport.ts'
import { remoteTables } from './store.ts'
import { type House, openHouse } from './test/house.ts'

let house: House
before(async () => {
  house = await openHouse()
})
after(() => house[Symbol.asyncDispose]())
beforeEach(() => house.reset())

test('registers, connects, tests, disables and deletes a server', async () => {
  const url = house.sandbox.mcpServers.good
  const added = await house.call('POST', '/remote-servers', { body: { url, name: 'Good' } })
  assert.equal(added.status, 201)
  assert.deepEqual([added.body.state, added.body.enabled], ['new', true])
  const path = `/remote-servers/${added.body.id}`
  const connected = await house.call('POST', `${path}/connect`)
  assert.equal(connected.status, 200)
  assert.deepEqual(
    [connected.body.state, connected.body.transport, connected.body.server?.name],
    ['connected', 'streamable-http', 'sandbox-good'],
  )
  assert.equal(connected.body.tools.length, 3)
  assert.equal((await house.call('POST', `${path}/disable`)).body.enabled, false)
  const refused = await house.call('POST', `${path}/connect`)
  assert.deepEqual([refused.status, refused.body.code], [409, 'MCP_CONSOLE_REMOTE_DISABLED'])
  await assert.rejects(openRemoteTransport(house.services, added.body.id), {
    code: 'MCP_CONSOLE_REMOTE_DISABLED',
  })
  // A test also tries a server that is switched off.
  assert.equal((await house.call('POST', `${path}/test`)).status, 200)
  assert.equal((await house.call('POST', `${path}/enable`)).body.enabled, true)
  const taken = await house.call('POST', '/remote-servers', { body: { url, name: 'GOOD' } })
  assert.deepEqual([taken.status, taken.body.code], [409, 'MCP_CONSOLE_REMOTE_NAME_TAKEN'])
  assert.equal((await house.call('DELETE', path)).status, 204)
  assert.equal((await house.call('GET', path)).status, 404)
})

test('pages through the list, newest first, each server once', async () => {
  const who = await house.server.signIn('operator')
  const ids: string[] = []
  for (let count = 0; count < 5; count += 1) ids.unshift(await house.add('good', who))
  const seen: string[] = []
  let cursor = ''
  for (let page = 0; page < 4; page += 1) {
    const { body } = await house.call('GET', `/remote-servers?limit=2${cursor}`, { who })
    seen.push(...body.items.map((item: { id: string }) => item.id))
    if (body.nextCursor === null) break
    cursor = `&cursor=${body.nextCursor}`
  }
  assert.deepEqual(seen.toSorted(), ids.toSorted())
})

test('refuses hosts that are not listed, at save and again at connect', async () => {
  for (const url of [
    'https://mcp.example.com/mcp',
    'http://127.0.0.1:1/mcp',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/mcp',
    'file:///etc/passwd',
    'https://user:password@mcp.example.com/',
    house.sandbox.mcpServers.good.replace('127.0.0.1', 'localhost'),
  ]) {
    const answer = await house.call('POST', '/remote-servers', { body: { url } })
    assert.equal(answer.status, 422, url)
  }
  const id = await house.add('good')
  // The list has changed since; the row is what it was.
  const services = {
    ...house.services,
    appConfig: { ...house.services.appConfig, remoteHosts: [] },
  }
  await assert.rejects(openRemoteTransport(services, id), {
    code: 'MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED',
  })
  // And while a connection is open: every request asks again.
  const client = new Client({ name: 'test', version: '1' })
  const listed = { ...services.appConfig, remoteHosts: [...house.services.appConfig.remoteHosts] }
  await client.connect(await openRemoteTransport({ ...services, appConfig: listed }, id))
  assert.equal((await client.listTools()).tools.length, 3)
  listed.remoteHosts.length = 0
  await assert.rejects(client.listTools(), { code: 'MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED' })
  await client.close()
})

test('a listed name that leads to a private address is refused by outbound', async () => {
  const admin = await house.server.signIn('admin')
  const body = { pattern: '10.0.0.7' }
  assert.equal((await house.call('POST', '/remote-hosts', { who: admin, body })).status, 201)
  const answer = await house.call('POST', '/remote-servers', { body: { url: 'http://10.0.0.7/' } })
  assert.deepEqual(
    [answer.status, answer.body.code, answer.body.errors[0]?.code],
    [422, 'MCP_CONSOLE_REMOTE_URL_REFUSED', 'OUTBOUND_PRIVATE'],
  )
  // Written past the door, it is still not dialled.
  const id = await house.add('good')
  await remoteTables(house.services.db)
    .updateTable('mcp_console.remote_servers')
    .set({ url: 'http://10.0.0.7/' })
    .where('id', '=', id)
    .execute()
  const connected = await house.call('POST', `/remote-servers/${id}/connect`)
  assert.deepEqual([connected.status, connected.body.code], [422, 'OUTBOUND_PRIVATE'])
})

test('only administrators keep the list; entries are checked; the configuration is fixed', async () => {
  const admin = await house.server.signIn('admin')
  const add = (pattern: string, who = admin) =>
    house.call('POST', '/remote-hosts', { who, body: { pattern } })
  assert.equal((await add('mcp.example.com', house.operator)).status, 403)
  for (const bad of ['*', '*.com', '[::1]', 'https://a.example.com', 'a b', '']) {
    const answer = await add(bad)
    assert.deepEqual(
      [answer.status, answer.body.code],
      [422, 'MCP_CONSOLE_REMOTE_HOST_INVALID'],
      bad,
    )
  }
  assert.equal((await add('*.Example.ORG')).body.pattern, '*.example.org')
  const { body } = await house.call('GET', '/remote-hosts')
  const fixed = body.items.filter((item) => item.fixed)
  assert.equal(fixed.length, 2)
  const remove = (pattern: string) =>
    house.call('DELETE', `/remote-hosts/${encodeURIComponent(pattern)}`, { who: admin })
  assert.equal((await remove(fixed[0]?.pattern ?? '')).body.code, 'MCP_CONSOLE_REMOTE_HOST_FIXED')
  assert.equal((await remove('*.example.org')).status, 204)
  assert.equal((await remove('*.example.org')).status, 404)
})

test("another person's server is not there", async () => {
  const id = await house.add('good')
  const other = await house.server.signIn('admin')
  const path = `/remote-servers/${id}`
  for (const [method, address] of [
    ['GET', path],
    ['DELETE', path],
    ['POST', `${path}/connect`],
    ['POST', `${path}/test`],
    ['POST', `${path}/disable`],
  ] as const) {
    assert.equal((await house.call(method, address, { who: other })).status, 404, address)
  }
  const start = await house.call('POST', '/oauth/start', { who: other, body: { serverId: id } })
  assert.equal(start.status, 404)
  const user = await house.server.signIn('user')
  const add = { who: user, body: { url: house.sandbox.mcpServers.good } }
  assert.equal((await house.call('POST', '/remote-servers', add)).status, 403)
})

test('goes on with HTTP and SSE where a server knows no better, and remembers', async () => {
  const id = await house.add('legacy')
  const connected = await house.call('POST', `/remote-servers/${id}/connect`)
  assert.deepEqual([connected.status, connected.body.transport], [200, 'sse'])
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(await openRemoteTransport(house.services, id))
  const said = await client.callTool({ name: 'echo', arguments: { message: 'hello' } })
  assert.match(JSON.stringify(said.content), /hello/)
  await client.close()
  const posts = (await house.seen('mcp')).filter((request) => request.path === '/legacy/sse')
  assert.ok(posts.length >= 2)
})

test('says plainly what is wrong with a server, and nothing of what it wrote', async () => {
  const id = await house.add('good')
  for (const [scenario, status, code] of [
    ['error-500', 502, 'MCP_CONSOLE_REMOTE_FAILED'],
    ['garbage', 502, 'MCP_CONSOLE_REMOTE_FAILED'],
    ['redirect', 502, 'OUTBOUND_REDIRECT_REFUSED'],
    ['unauthorized', 409, 'MCP_CONSOLE_REMOTE_AUTHORIZATION_REQUIRED'],
  ] as const) {
    await house.play('mcp', scenario)
    const answer = await house.call('POST', `/remote-servers/${id}/connect`)
    assert.deepEqual([scenario, answer.status, answer.body.code], [scenario, status, code])
    assert.doesNotMatch(JSON.stringify(answer.body), /169\.254/)
    const row = await house.call('GET', `/remote-servers/${id}`)
    assert.equal(row.body.reason, code)
  }
})

test('registers from the catalog where the list has the host, under the name of the item', async () => {
  const body = { source: 'official', item: 'com.notion/mcp' }
  const refused = await house.call('POST', '/remote-servers', { body })
  assert.deepEqual(
    [refused.status, refused.body.code],
    [422, 'MCP_CONSOLE_REMOTE_HOST_NOT_ALLOWED'],
  )
  assert.match(refused.body.detail, /mcp\.notion\.com/)
  const admin = await house.server.signIn('admin')
  const pattern = { pattern: 'mcp.notion.com' }
  await house.call('POST', '/remote-hosts', { who: admin, body: pattern })
  const added = await house.call('POST', '/remote-servers', { body })
  assert.equal(added.status, 201, JSON.stringify(added.body))
  assert.equal(added.body.url, 'https://mcp.notion.com/mcp')
  assert.deepEqual(added.body.source, body)
  const local = { source: 'docker', item: 'time' }
  const none = await house.call('POST', '/remote-servers', { body: local })
  assert.equal(none.body.code, 'MCP_CONSOLE_REMOTE_NO_ADDRESS')
})
