import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { controlOf } from '../control/testing.ts'
import { type Sandbox, startSandbox } from '../index.ts'
import { madeUpSecret } from './servers.ts'

let sandbox: Sandbox
before(async () => {
  sandbox = await startSandbox()
})
after(() => sandbox.close())
beforeEach(() => control('POST', '/reset'))

const control = (method: string, path: string, body?: object) =>
  controlOf(sandbox, method, path, body)

async function json(answer: Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>
}

async function open(url: string, kind: 'http' | 'sse' = 'http') {
  const client = new Client({ name: 'test', version: '1' })
  const address = new URL(url)
  const transport =
    kind === 'sse' ? new SSEClientTransport(address) : new StreamableHTTPClientTransport(address)
  await client.connect(transport as Transport)
  return { client, [Symbol.asyncDispose]: () => client.close() }
}

test('the good server has tools, a resource and a prompt', async () => {
  await using opened = await open(sandbox.mcpServers.good)
  const { client } = opened
  const { tools } = await client.listTools()
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ['echo', 'add', 'note'],
  )
  const sum = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } })
  assert.deepEqual(sum['structuredContent'], { sum: 5 })
  const { contents } = await client.readResource({ uri: 'sandbox://greeting' })
  assert.match(JSON.stringify(contents), /Hello/)
  assert.equal((await client.listPrompts()).prompts.length, 1)
})

test('the legacy server speaks HTTP with SSE only', async () => {
  await assert.rejects(open(sandbox.mcpServers.legacy))
  await using opened = await open(sandbox.mcpServers.legacy, 'sse')
  const said = await opened.client.callTool({ name: 'echo', arguments: { message: 'hi' } })
  assert.match(JSON.stringify(said.content), /hi/)
})

test('the lying server breaks its schema and leaks what looks like a secret', async () => {
  await using opened = await open(sandbox.mcpServers.lying)
  const { client } = opened
  const leaked = await client.callTool({ name: 'leak' })
  assert.ok(JSON.stringify(leaked.content).includes(madeUpSecret()))
  await client.listTools()
  await assert.rejects(client.callTool({ name: 'weather', arguments: {} }), /schema/i)
})

test('the changing server says something else after it was first listed', async () => {
  await using opened = await open(sandbox.mcpServers.changing)
  const describe = async () => (await opened.client.listTools()).tools[0]?.description
  const first = await describe()
  assert.equal(first, 'Looks a word up.')
  assert.notEqual(await describe(), first)
})

test('the protected server asks for a token and says where to get one', async () => {
  const answer = await fetch(sandbox.mcpServers.protected, { method: 'POST' })
  assert.equal(answer.status, 401)
  const place = /resource_metadata="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')
  const metadata = await json(fetch(place?.[1] ?? ''))
  assert.deepEqual(metadata['authorization_servers'], [sandbox.oauthUrl])
  assert.equal(metadata['resource'], sandbox.mcpServers.protected)
})

test('scenarios act, and the control API shows calls, sessions and clients, and resets them', async () => {
  await control('PUT', '/scenarios/mcp', { scenario: 'error-500', match: { server: 'good' } })
  await assert.rejects(open(sandbox.mcpServers.good), { code: 500 })
  await control('PUT', '/scenarios/mcp', { scenario: 'normal' })
  await using opened = await open(sandbox.mcpServers.good)
  await opened.client.callTool({ name: 'echo', arguments: { message: 'x' } })
  const seen = await json(control('GET', '/state'))
  assert.equal(seen['mcpCalls'], 1)
  assert.equal(seen['mcpSessions'], 1)
  const { requests } = await json(control('GET', '/requests?service=mcp'))
  assert.match(JSON.stringify(requests), /"status":500/)
  await control('POST', '/reset')
  const cleared = await json(control('GET', '/state'))
  assert.equal(cleared['mcpCalls'], 0)
  assert.deepEqual(cleared['oauth'], { clients: [], grants: 0, accessTokens: 0, revoked: 0 })
  // The session is gone, as after a restart.
  await assert.rejects(opened.client.listTools(), { code: 404 })
})
