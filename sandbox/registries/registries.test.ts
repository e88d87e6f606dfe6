import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type Sandbox, startSandbox } from '../index.ts'

let sandbox: Sandbox

before(async () => {
  sandbox = await startSandbox()
})
after(async () => await sandbox.close())
beforeEach(async () => void (await control('POST', '/reset', {})))

async function control(method: string, path: string, body?: object) {
  return await fetch(`${sandbox.url}/sandbox${path}`, {
    method,
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

type Page = {
  servers: { server?: { name?: string } }[]
  metadata: { nextCursor?: string; count: number }
}
const NO_PAGE: Page = { servers: [], metadata: { count: 0 } }

async function servers(query = '', version = 'v0') {
  const url = `${sandbox.registries.officialRegistryUrl}/${version}/servers${query}`
  const answer = await fetch(url)
  return { status: answer.status, body: answer.ok ? ((await answer.json()) as Page) : NO_PAGE }
}

test('the registry gives pages by an opaque cursor, to the end', async () => {
  const names: string[] = []
  let cursor: string | undefined
  do {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await servers(`?limit=10${query}`)
    assert.ok(body.servers.length <= 10)
    assert.equal(body.metadata.count, body.servers.length)
    names.push(...body.servers.map((entry) => entry.server?.name ?? ''))
    cursor = body.metadata.nextCursor
  } while (cursor !== undefined)
  assert.equal(names.length, 47)
})

test('the registry refuses what the real one refuses', async () => {
  assert.equal((await servers('?limit=101')).status, 422)
  assert.equal((await servers('?limit=0')).status, 422)
  assert.equal((await servers('?cursor=made-up')).status, 400)
  const { body } = await servers('?search=BRAVE', 'v0.1')
  assert.equal(body.servers.length, 1)
  const base = `${sandbox.registries.officialRegistryUrl}/v0/servers`
  const one = await fetch(`${base}/${encodeURIComponent('com.notion/mcp')}/versions/latest`)
  assert.equal(((await one.json()) as { server: { name: string } }).server.name, 'com.notion/mcp')
  assert.equal((await fetch(`${base}/nobody/versions/latest`)).status, 404)
})

test("Docker's catalog has whole entries and broken ones", async () => {
  const answer = await fetch(sandbox.registries.dockerCatalogUrl)
  const { registry } = (await answer.json()) as { registry: Record<string, { image?: string }> }
  assert.equal(registry['everything']?.image, 'minato-test/mcp-everything:latest')
  assert.ok('broken-image' in registry)
})

test('a scenario acts on the registry it names, for as many requests as it says, and is seen', async () => {
  const limit = { scenario: 'rate-limit', count: 1, match: { registry: 'official' } }
  assert.equal((await control('PUT', '/scenarios/registries', limit)).status, 200)
  assert.equal((await fetch(sandbox.registries.dockerCatalogUrl)).status, 200)
  const limited = await fetch(`${sandbox.registries.officialRegistryUrl}/v0/servers`)
  assert.equal(limited.status, 429)
  assert.equal(limited.headers.get('retry-after'), '30')
  assert.equal((await servers()).status, 200)
  const { requests } = (await (await control('GET', '/requests?service=registries')).json()) as {
    requests: { scenario: string; status: number }[]
  }
  assert.deepEqual(
    requests.map(({ scenario, status }) => `${scenario} ${status}`),
    ['normal 200', 'rate-limit 429', 'normal 200'],
  )
})
