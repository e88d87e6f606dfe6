import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'

const BW = join(import.meta.dirname, '../../../../node_modules/.bin/bw')
const EMAIL = 'operator@vault.example'
const PASSWORD = 'kaze-to-minato-no-uta-7'
const MASTER = 'sandbox-master-password-not-secret'
let sandbox: Sandbox
let server: TestServer

before(async () => {
  sandbox = await startSandbox()
  server = await testServer({
    env: {
      MCP_CONSOLE_BITWARDEN_URL: sandbox.bitwarden.url,
      MCP_CONSOLE_BITWARDEN_CA: sandbox.bitwarden.caFile,
      MCP_CONSOLE_BITWARDEN_COMMAND: BW,
      MCP_CONSOLE_BITWARDEN_TIMEOUT: '60s',
    },
  })
  const person = { email: EMAIL, name: 'Operator', password: PASSWORD, verified: true }
  await server.services.auth.users.create({ ...person, roles: ['operator'] })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await sandbox?.close()
})

async function login(more: object) {
  const payload = { email: EMAIL, password: PASSWORD, ...more }
  const answer = await server.inject({ method: 'POST', url: '/api/auth/login', payload })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json()
}

test('a login with both passwords opens the vault of its session, and of no other', async () => {
  const opened = await login({ master_password: MASTER })
  assert.equal(opened.vault, 'open', JSON.stringify(opened))
  const status = async (session: string) => {
    const headers = { authorization: `Bearer ${session}` }
    return (await server.inject({ url: '/api/mcp-console/vault', headers })).json().open
  }
  assert.equal(await status(opened.session_id), true)
  const { session_id } = await login({})
  assert.equal(await status(session_id), false)
})

test('a wrong master password keeps nobody out: the answer says that the vault is shut', async () => {
  const { vault, vault_detail, session_id } = await login({ master_password: 'wrong-one' })
  assert.equal(vault, 'closed')
  assert.equal(typeof vault_detail, 'string')
  assert.ok(!vault_detail.includes('wrong-one'))
  assert.match(session_id, /^mns_/)
})
