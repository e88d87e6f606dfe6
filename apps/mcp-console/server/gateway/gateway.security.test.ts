import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { registerSecret } from '@minato/platform/log'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { z } from 'zod'
import { type FixtureServer, startFixtureServer } from '../../test/conformance-server/start.ts'
import { startGateway } from '../../test/gateway-client.ts'

const VAULT_VALUE = 'kaigan-dori-11-no-himitsu'

/** A server that says whatever it is told to, and lists the environment's secret in a description. */
function talkative(): McpServer {
  const server = new McpServer({ name: 'talkative', version: '1' })
  server.registerTool(
    'say',
    {
      description: `<img src=x onerror=alert(1)> ${VAULT_VALUE}`,
      inputSchema: { text: z.string() },
    },
    async ({ text }) => ({
      content: [{ type: 'text', text: text.replace('@vault', VAULT_VALUE) }],
    }),
  )
  server.registerTool('wait', { inputSchema: {} }, async (_args, extra) => {
    await new Promise((resolve) => extra.signal.addEventListener('abort', resolve))
    return { content: [] }
  })
  return server
}

describe('gateway: what it refuses and what it takes out', () => {
  let fixture: FixtureServer
  let gateway: Awaited<ReturnType<typeof startGateway>>
  let key: string
  const forget = registerSecret(VAULT_VALUE)
  before(async () => {
    fixture = await startFixtureServer(talkative)
    gateway = await startGateway({ talk: fixture.url })
    await gateway.profile({
      name: 'talk',
      servers: [{ ref: 'config:talk', prefix: 'talk' }],
      timeoutMs: 1000,
      maxOutputBytes: 2048,
    })
    key = await gateway.key()
  })
  after(async () => {
    forget()
    await gateway?.[Symbol.asyncDispose]()
    await fixture.close()
  })

  const post = (headers: Record<string, string>, body: object) =>
    fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    })
  const hello = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    },
  }

  it('sends a client without credentials to the description of how to get some', async () => {
    const answer = await post({}, hello)
    assert.equal(answer.status, 401)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    const [, url = ''] = /resource_metadata="([^"]+)"/.exec(challenge) ?? []
    const metadata = await fetch(gateway.url + new URL(url).pathname)
    const described = (await metadata.json()) as {
      resource: string
      authorization_servers: string[]
    }
    assert.ok(described.resource.endsWith('/mcp'))
    assert.equal(described.authorization_servers.length, 1)
  })

  it("speaks the client's revision of the protocol", async () => {
    const answer = await post({ authorization: `Bearer ${key}` }, hello)
    const { result } = (await answer.json()) as { result: { protocolVersion: string } }
    assert.equal(result.protocolVersion, '2025-06-18')
    const session = answer.headers.get('mcp-session-id') ?? ''
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }
    const own = { authorization: `Bearer ${key}`, 'mcp-session-id': session }
    assert.equal((await post({ ...own, 'mcp-protocol-version': '1999-01-01' }, ping)).status, 400)
    assert.equal((await post({ ...own, 'mcp-protocol-version': '2025-06-18' }, ping)).status, 200)
  })

  it('takes several messages in one body in the revision that had that, and in no later one', async () => {
    const batch = [
      { jsonrpc: '2.0', id: 'a', method: 'ping' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 'b', method: 'no/such' },
    ]
    const inRevision = async (protocolVersion: string) => {
      const begun = await post(
        { authorization: `Bearer ${key}` },
        { ...hello, params: { ...hello.params, protocolVersion } },
      )
      const session = begun.headers.get('mcp-session-id') ?? ''
      return await post({ authorization: `Bearer ${key}`, 'mcp-session-id': session }, batch)
    }
    const answers = (await (await inRevision('2025-03-26')).json()) as { id: string }[]
    assert.deepEqual(
      answers.map(({ id }) => id),
      ['a', 'b'],
    )
    assert.equal((await inRevision('2025-11-25')).status, 400)
  })

  it('takes an access token of this system, and none that is not', async () => {
    const { headers } = await gateway.signIn('user')
    const granted = await gateway.inject({
      method: 'POST',
      url: '/api/auth/token',
      headers,
      payload: { grantType: 'session' },
    })
    const { accessToken } = granted.json() as { accessToken: string }
    assert.equal((await post({ authorization: `Bearer ${accessToken}` }, hello)).status, 200)
    const forged = await post({ authorization: `Bearer ${accessToken.slice(0, -4)}AAAA` }, hello)
    assert.equal(forged.status, 401)
    assert.match(forged.headers.get('www-authenticate') ?? '', /^Bearer .*resource_metadata="/)
  })

  it('takes a session only from the person who began it, and not after its end', async () => {
    const begun = await post({ authorization: `Bearer ${key}` }, hello)
    const session = begun.headers.get('mcp-session-id') ?? ''
    const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }
    const other = { authorization: `Bearer ${await gateway.key()}`, 'mcp-session-id': session }
    assert.equal((await post(other, ping)).status, 404)
    const own = { authorization: `Bearer ${key}`, 'mcp-session-id': session }
    assert.equal((await post(own, ping)).status, 200)
    assert.equal((await post({ authorization: `Bearer ${key}` }, ping)).status, 400)
    const ended = await fetch(`${gateway.url}/mcp`, { method: 'DELETE', headers: own })
    assert.equal(ended.status, 204)
    assert.equal((await post(own, ping)).status, 404)
  })

  it('refuses pages of other sites, even with a key', async () => {
    const answer = await post(
      { authorization: `Bearer ${key}`, origin: 'http://evil.example' },
      hello,
    )
    assert.equal(answer.status, 403)
  })

  it('opens a profile only to its members', async () => {
    const { user } = await gateway.signIn('user')
    await gateway.profile({
      name: 'closed',
      servers: [{ ref: 'config:talk', prefix: 'talk' }],
      members: [user.id],
    })
    const member = await gateway.connect({ key: await gateway.apiKey(user), path: '/mcp/closed' })
    await member.close()
    await assert.rejects(gateway.connect({ key, path: '/mcp/closed' }), /MCP_CONSOLE_PROFILE_NONE/)
    await assert.rejects(gateway.connect({ key, path: '/mcp/no-such' }), /MCP_CONSOLE_PROFILE_NONE/)
  })

  it('masks vault values and keys in results and descriptions; HTML stays text', async () => {
    const { client, close } = await gateway.connect({ key })
    const { tools } = await client.listTools()
    assert.equal(tools[0]?.description, '<img src=x onerror=alert(1)> [secret]')
    const said = await client.callTool({
      name: 'talk__say',
      arguments: { text: 'the value is @vault, the key ghp_0123456789abcdefghijABCDEFGHIJ012345' },
    })
    const text = JSON.stringify(said)
    assert.ok(!text.includes(VAULT_VALUE) && !text.includes('ghp_01234'), text)
    const { body } = await gateway.ask('GET', '/gateway/calls?limit=1')
    assert.equal((body as { items: { masked: boolean }[] }).items[0]?.masked, true)
    await close()
  })

  it('cuts long results between characters and says so', async () => {
    const { client, close } = await gateway.connect({ key })
    const said = await client.callTool({
      name: 'talk__say',
      arguments: { text: '港'.repeat(5000) },
    })
    const [item] = said.content as { text: string }[]
    assert.ok(Buffer.byteLength(JSON.stringify(said.content)) <= 2048)
    assert.match(item?.text ?? '', /^港+$/)
    assert.equal((said['_meta'] as Record<string, unknown>)['minato/truncated'], true)
    await close()
  })

  it('ends a call at the time limit of the profile and tells the server', async () => {
    const { client, close } = await gateway.connect({ key })
    const startedAt = performance.now()
    await assert.rejects(
      client.callTool({ name: 'talk__wait', arguments: {} }),
      /No answer within 1 s/,
    )
    assert.ok(performance.now() - startedAt < 5000)
    await close()
  })

  it('limits calls by profile and key', async () => {
    const { user } = await gateway.signIn('user')
    const created = await gateway.services.auth.keys.create({ userId: user.id, name: 'limited' })
    await gateway.profile({
      name: 'limited',
      servers: [{ ref: 'config:talk', prefix: 'talk' }],
      keys: [{ keyId: created.id, tools: ['talk__say'], callsPerMinute: 2 }],
    })
    const { client, close } = await gateway.connect({ key: created.key, path: '/mcp/limited' })
    assert.deepEqual(
      (await client.listTools()).tools.map(({ name }) => name),
      ['talk__say'],
    )
    await assert.rejects(client.callTool({ name: 'talk__wait', arguments: {} }), /Unknown tool/)
    const say = () => client.callTool({ name: 'talk__say', arguments: { text: 'x' } })
    await say()
    await say()
    await assert.rejects(say(), /Too many calls/)
    await close()
  })

  it('lets only operators make profiles and read the record', async () => {
    const { headers } = await gateway.signIn('user')
    const asked = (method: 'GET' | 'POST', path: string) =>
      gateway.inject({ method, url: `/api/mcp-console${path}`, headers, payload: {} })
    assert.equal((await asked('POST', '/profiles')).statusCode, 403)
    assert.equal((await asked('GET', '/gateway/calls')).statusCode, 403)
    assert.equal((await asked('POST', '/tool-pins/approve')).statusCode, 403)
  })
})
