import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { until } from '../../../../test/until.ts'

const TOKEN = 'sandbox-github-token'
let sandbox: Sandbox
let server: TestServer
let headers: Record<string, string>
let aheadMs = 0

before(async () => {
  sandbox = await startSandbox()
  server = await testServer({
    clock: () => Date.now() + aheadMs,
    env: {
      MCP_CONSOLE_DOCKER_CATALOG_URL: sandbox.registries.dockerCatalogUrl,
      MCP_CONSOLE_OFFICIAL_REGISTRY_URL: sandbox.registries.officialRegistryUrl,
      MCP_CONSOLE_GITHUB_HOSTS: new URL(sandbox.url).host,
      MCP_CONSOLE_RUNNER_IMAGES: 'npm=ghcr.io/example/node-runner:24,pypi=not an image',
    },
  })
  // A key: hours pass here, and sessions end when nobody uses them.
  const { user } = await server.signIn('user')
  headers = { authorization: `Bearer ${await server.apiKey(user)}` }
})

after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

async function catalog(path: string) {
  const answer = await server.inject({ url: `/api/mcp-console/catalog${path}`, headers })
  return { status: answer.statusCode, body: answer.json() }
}

async function scenario(name: string, options: object = {}): Promise<void> {
  const answer = await fetch(`${sandbox.url}/sandbox/scenarios/registries`, {
    method: 'PUT',
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    body: JSON.stringify({ scenario: name, options }),
  })
  assert.ok(answer.ok)
}

test("GitHub's spent limit is a countdown, and the vault's token lifts it", async () => {
  await scenario('github-limit')
  const limited = await catalog('?source=docker')
  assert.equal(limited.status, 429)
  assert.ok(limited.body.retryAfterSeconds > 100 && limited.body.retryAfterSeconds <= 121)
  const token = server.services.keys.encrypt(TOKEN, {
    table: 'mcp_console.github_token',
    column: 'token',
    row: 'true',
  })
  await server.services.db
    .withTables<{ 'mcp_console.github_token': Record<string, unknown> }>()
    .insertInto('mcp_console.github_token')
    .values({
      id: true,
      token,
      item: 'github',
      field: 'token',
      set_by: crypto.randomUUID(),
      set_at: new Date(),
    })
    .execute()
  await server.services.cache.namespace('mcp-console').purge()
  assert.equal((await catalog('?source=docker')).status, 200)
  const seen = await fetch(`${sandbox.url}/sandbox/requests?service=registries`, {
    headers: { 'x-sandbox-token': sandbox.controlToken },
  })
  const { requests } = (await seen.json()) as { requests: { detail: { token: boolean } }[] }
  assert.deepEqual(
    requests.map(({ detail }) => detail.token),
    [false, true],
  )
  await scenario('normal')
})

test('an npm package is run by the image the operator allows, in its exact version', async () => {
  const item = (id: string) => catalog(`/official/${encodeURIComponent(id)}`)
  const { body } = await item('io.github.example/line-notify')
  assert.equal(body.installable, true)
  assert.equal(body.runner, 'npm')
  assert.equal(body.image, 'ghcr.io/example/node-runner:24')
  assert.deepEqual(body.command, ['npx', '-y', '@example/line-notify-mcp@1.2.0'])
  // An entry that names no image is no permission.
  assert.equal((await item('io.github.example/weather-mcp')).body.whyNot.reason, 'package_only')
  // An image of its own comes first.
  const everything = await item('io.github.modelcontextprotocol/everything')
  assert.equal(everything.body.image, 'minato-test/mcp-everything:latest')
  assert.equal(everything.body.runner, undefined)
})

test('nobody with an older copy waits for a slow source; the next one has the new reading', async () => {
  assert.equal((await catalog('?source=docker')).body.stale, false)
  await scenario('slow', { delayMs: 4500 })
  aheadMs += 61 * 60_000
  const began = performance.now()
  const { body } = await catalog('?source=docker')
  assert.ok(performance.now() - began < 4400)
  assert.equal(body.stale, true)
  assert.match(body.warning, /is slow|接続できない/)
  await until('the slow reading is there', async () => {
    return (await catalog('?source=docker')).body.stale === false
  })
})
