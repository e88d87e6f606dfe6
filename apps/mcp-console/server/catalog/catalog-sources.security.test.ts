import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'

let sandbox: Sandbox
let server: TestServer
let admin: SignedIn

before(async () => {
  sandbox = await startSandbox()
  server = await testServer({
    env: {
      MCP_CONSOLE_DOCKER_CATALOG_URL: sandbox.registries.dockerCatalogUrl,
      MCP_CONSOLE_OFFICIAL_REGISTRY_URL: sandbox.registries.officialRegistryUrl,
      OUTBOUND_SANDBOX_ORIGINS: sandbox.url,
    },
  })
  admin = await server.signIn('admin')
})

after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

async function call(method: 'GET' | 'POST' | 'DELETE', path: string, who: SignedIn, body?: object) {
  const answer = await server.inject({
    method,
    url: `/api/mcp-console${path}`,
    headers: who.headers,
    ...(body === undefined ? {} : { payload: body }),
  })
  return { status: answer.statusCode, body: answer.body === '' ? null : answer.json() }
}

const added = (url: string, id = 'house', kind = 'registry') => ({ id, kind, title: 'House', url })

test('an address inside the network is refused when it is saved, in any spelling', async () => {
  for (const url of [
    'http://169.254.169.254/',
    'http://127.0.0.1:1/',
    'http://0x7f.1/',
    'http://localhost/',
    'http://[::ffff:10.0.0.1]/',
    'http://metadata.google.internal/',
    'file:///etc/passwd',
    'https://user:word@example.com/',
    'https://127.0.0.1.nip.io/',
  ]) {
    const { status, body } = await call('POST', '/catalog-sources', admin, added(url))
    assert.equal(status, 422, url)
    assert.match(body.code, /^OUTBOUND_/, url)
  }
})

test('what is no catalog is refused with the reason', async () => {
  const { status, body } = await call(
    'POST',
    '/catalog-sources',
    admin,
    added(`${sandbox.url}/nowhere`, 'nowhere', 'docker'),
  )
  assert.equal(status, 422)
  assert.equal(body.code, 'MCP_CONSOLE_SOURCE_UNREADABLE')
})

test('only administrators add and remove; the others see ids and no addresses', async () => {
  const operator = await server.signIn('operator')
  const url = sandbox.registries.officialRegistryUrl
  assert.equal((await call('POST', '/catalog-sources', operator, added(url))).status, 403)
  assert.equal((await call('POST', '/catalog-sources', admin, added(url))).status, 201)
  assert.equal((await call('POST', '/catalog-sources', admin, added(url))).status, 409)
  assert.equal((await call('POST', '/catalog-sources', admin, added(url, 'docker'))).status, 409)
  const seen = await call('GET', '/catalog-sources', operator)
  assert.deepEqual(
    seen.body.items.map(({ id, url }: { id: string; url: unknown }) => [id, url]),
    [
      ['docker', null],
      ['official', null],
      ['house', null],
    ],
  )
  const listed = await call('GET', '/catalog?source=house', operator)
  assert.equal(listed.status, 200)
  assert.equal(listed.body.items[0].source, 'house')
  assert.equal((await call('DELETE', '/catalog-sources/house', operator)).status, 403)
  assert.equal((await call('DELETE', '/catalog-sources/docker', admin)).status, 409)
  assert.equal((await call('DELETE', '/catalog-sources/house', admin)).status, 204)
  assert.equal((await call('DELETE', '/catalog-sources/house', admin)).status, 404)
  assert.equal((await call('GET', '/catalog?source=house', operator)).status, 400)
})

test('an address saved earlier is judged again at each request', async () => {
  // As if the rules, or what the name leads to, had changed since it was saved.
  await server.services.db
    .withTables<{ 'mcp_console.catalog_sources': Record<string, unknown> }>()
    .insertInto('mcp_console.catalog_sources')
    .values({
      id: 'inside',
      kind: 'docker',
      title: 'Inside',
      url: 'http://127.0.0.1:9/catalog.json',
      created_by: admin.user.id,
      created_at: new Date(),
    })
    .execute()
  const { status, body } = await call('GET', '/catalog?source=inside', admin)
  assert.equal(status, 503)
  assert.match(body.detail, /OUTBOUND_LOOPBACK/)
})

test('adding and removing are in the audit log', async () => {
  const rows = await server.services.db
    .withTables<{ 'minato.audit_log': { action: string; target: string } }>()
    .selectFrom('minato.audit_log')
    .select(['action', 'target'])
    .where('action', 'like', 'mcp-console.catalog-source.%')
    .orderBy('action')
    .execute()
  assert.deepEqual(
    rows.map(({ action, target }) => `${action} ${target}`),
    [
      'mcp-console.catalog-source.add catalog-source:house',
      'mcp-console.catalog-source.remove catalog-source:house',
    ],
  )
})

test('an operator may have a source read again; a person may not', async () => {
  const operator = await server.signIn('operator')
  const { status, body } = await call('POST', '/catalog/docker/refresh', operator, {})
  assert.equal(status, 200)
  assert.deepEqual(body, { total: 37, broken: 4 })
  const person = await server.signIn('user')
  assert.equal((await call('POST', '/catalog/docker/refresh', person, {})).status, 403)
})
