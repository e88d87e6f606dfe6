import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '@minato/platform/app/testing'
import { startSandbox } from '@minato/sandbox'
import type { ConsoleServices } from '../config.ts'
import { resolveReferences } from './index.ts'

const API = '/api/mcp-console'
const EMAIL = 'operator@vault.example'

test('the real program: open by API key, check, fill in, see a rotated value, lock', async () => {
  await using sandbox = await startSandbox()
  const { url, caFile } = sandbox.bitwarden
  await using server = await testServer({
    env: {
      MCP_CONSOLE_BITWARDEN_URL: url,
      MCP_CONSOLE_BITWARDEN_CA: caFile,
      MCP_CONSOLE_BITWARDEN_TIMEOUT: '60s',
    },
  })
  const appConfig = server.services.appConfigs['mcp-console'] as ConsoleServices['appConfig']
  const services: ConsoleServices = { ...server.services, appConfig }
  const { headers, user } = await server.signIn('operator')
  const post = (path: string, payload: object = {}) =>
    server.inject({ method: 'POST', url: `${API}${path}`, headers, payload })

  const opened = await post('/vault/open', {
    clientId: 'user.5f0d3c3e-6b0e-4c39-9d7a-0a1f6f3f7a01',
    clientSecret: 'sandbox-client-secret-not-secret',
    masterPassword: 'sandbox-master-password-not-secret',
  })
  assert.equal(opened.statusCode, 200, opened.body)
  assert.equal(opened.json().server, url)

  const form = {
    a: '{{ bw:github:token }}',
    b: '{{ bw:github:API base }}',
    c: '{{ bw:github:password }}',
    d: '{{ bw:github:missing }}',
    // `weather-staging` exists too; the program calls that ambiguous.
    e: '{{ bw:weather:api_key }}',
  }
  const checked = await post('/preflight', form)
  const found = checked.json().items.map((one: { found: string }) => one.found)
  assert.deepEqual(found, ['found', 'found', 'found', 'no_field', 'found'])

  const [session] = await services.auth.sessions.list(user.id)
  const who = { userId: user.id, sessionId: session?.id ?? '' }
  const { a, b, c } = form
  {
    using resolved = await resolveReferences(services, who, {
      env: { a, b },
      command: [c, 'plain'],
    })
    assert.deepEqual(resolved.reveal(), {
      env: { a: 'sandbox-github-token-0001', b: 'https://api.example.com' },
      command: ['sandbox-github-password', 'plain'],
    })
  }
  await fetch(
    `${sandbox.url}/sandbox/bitwarden/${EMAIL}/items/0b7e6f0a-1f0c-4c55-9b53-6a1f00000001`,
    {
      method: 'PUT',
      headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
      body: JSON.stringify({ name: '鍵', fields: { token: 'ローテーション済み' } }),
    },
  )
  assert.equal((await post('/vault/sync')).statusCode, 200)
  {
    using resolved = await resolveReferences(services, who, '{{ bw:鍵:token }}')
    assert.equal(resolved.reveal(), 'ローテーション済み')
  }
  assert.equal((await post('/vault/lock')).statusCode, 204)
  await assert.rejects(resolveReferences(services, who, a), {
    code: 'MCP_CONSOLE_SECRET_ITEM_MISSING',
  })
})
