import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import type { ConsoleServices } from '../config.ts'
import { gatewayTables } from '../gateway/tables.ts'
import { readProfiles } from '../profiles/read-profiles.ts'
import { EMPTY_DOCUMENT, gatewayDocument } from './document.ts'
import { restrictProfiles } from './restrict.ts'
import { currentVersion } from './store.ts'

const REF = 'config:search'
const DEFAULTS = { callTimeoutMs: 60_000, maxOutputBytes: 1_000_000 }
let server: TestServer
let admin: SignedIn

before(async () => {
  server = await testServer({ env: { MCP_CONSOLE_SERVERS: 'search=http://127.0.0.1:9/mcp' } })
  admin = await server.signIn('admin')
})
after(async () => await server?.[Symbol.asyncDispose]())

async function call(method: 'GET' | 'POST' | 'PUT', path: string, payload?: object) {
  const answer = await server.inject({
    method,
    url: `/api/mcp-console${path}`,
    headers: admin.headers,
    ...(payload === undefined ? {} : { payload }),
  })
  assert.ok(answer.statusCode < 300, `${path}: ${answer.body}`)
  return answer.json()
}

test('what is saved holds for every profile: off, fewer tools, lower limits, and never more', async () => {
  const servers = [{ ref: REF, prefix: 'search', tools: ['find_*', 'echo'] }]
  await call('POST', '/profiles', { name: 'agents', title: 'Agents', servers, callsPerMinute: 100 })
  const services = {
    ...server.services,
    appConfig: server.services.appConfigs['mcp-console'],
  } as ConsoleServices
  const stored = await readProfiles(gatewayTables(services.db))
  assert.deepEqual(restrictProfiles(stored, EMPTY_DOCUMENT, DEFAULTS), stored)

  const rule = { name: 'search', server: REF }
  const document = {
    servers: [{ ...rule, tools: ['find_issue', 'e*', 'delete'] }],
    settings: { callsPerMinute: 60, maxConcurrentCalls: 4, callTimeoutMs: 90_000 },
  }
  const { version } = await call('GET', '/config')
  await call('PUT', '/config', { version, document })
  const inForce = await currentVersion(services)
  const [profile] = restrictProfiles(stored, inForce.document, DEFAULTS)
  assert.deepEqual(profile?.servers[0]?.tools?.toSorted(), ['echo', 'find_issue'])
  assert.equal(profile?.callsPerMinute, 60)
  assert.equal(profile?.maxConcurrent, 4)
  // A limit above the default is no reason to wait longer.
  assert.equal(profile?.timeoutMs, 60_000)
  assert.equal(profile?.maxOutputBytes, null)

  const off = gatewayDocument.parse({ servers: [{ ...rule, enabled: false }] })
  assert.equal(restrictProfiles(stored, off, DEFAULTS)[0]?.servers[0]?.enabled, false)
})

test('the gateway holds to it with the next call', async () => {
  const key = await server.apiKey(admin.user)
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    accept: 'application/json, text/event-stream',
  }
  const rpc = async (method: string, params: object) => {
    const payload = { jsonrpc: '2.0', id: 1, method, params }
    return await server.inject({ method: 'POST', url: '/mcp/agents', headers, payload })
  }
  const opened = await rpc('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  })
  assert.equal(opened.statusCode, 200, opened.body)
  headers['mcp-session-id'] = String(opened.headers['mcp-session-id'])
  const echo = async () => (await rpc('tools/call', { name: 'search__echo', arguments: {} })).body
  const tried = await echo()
  const { version } = await call('GET', '/config')
  const servers = [{ name: 'search', server: REF, enabled: false }]
  await call('PUT', '/config', { version, document: { servers } })
  const refused = await echo()
  // Nobody listens there: it was asked before, and is not known at all now.
  assert.doesNotMatch(tried, /unknown tool/i)
  assert.match(refused, /unknown tool/i)
})
