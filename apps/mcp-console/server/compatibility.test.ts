import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'

const PASSWORD = 'kaze-to-minato-no-uta-7'
let sandbox: Sandbox
let server: TestServer
let admin: SignedIn
let session: string

type Options = { headers?: Record<string, string>; body?: object; from?: string }

/** As an old script calls: no cookie, no origin, the session in a header. */
async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, options: Options = {}) {
  const answer = await server.inject({
    method,
    url,
    headers: options.headers ?? { authorization: `Bearer ${session}` },
    remoteAddress: options.from ?? '10.20.30.40',
    ...(options.body === undefined ? {} : { payload: options.body }),
  })
  const json = answer.headers['content-type']?.includes('json') === true
  return {
    status: answer.statusCode,
    headers: answer.headers,
    cookies: answer.cookies,
    body: json ? answer.json() : null,
  }
}

async function login(email: string, more: object = {}, options: Options = {}) {
  const body = { method: 'master_password', email, master_password: PASSWORD, ...more }
  return await call('POST', '/api/auth/login', { headers: {}, body, ...options })
}

before(async () => {
  sandbox = await startSandbox()
  server = await testServer({
    env: {
      MCP_CONSOLE_DOCKER_CATALOG_URL: sandbox.registries.dockerCatalogUrl,
      MCP_CONSOLE_OFFICIAL_REGISTRY_URL: sandbox.registries.officialRegistryUrl,
      MCP_CONSOLE_DOCKER_SOCKET: '/nonexistent/docker.sock',
      RATE_SIGN_IN: '8/15m',
    },
  })
  admin = await server.signIn('admin')
  session = (await login(admin.user.email)).body.session_id
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
  await sandbox?.close()
})

describe('/api/auth', () => {
  test('login gives a session for the header, and no cookie', async () => {
    const { status, body, cookies } = await login(admin.user.email)
    assert.equal(status, 200)
    assert.match(body.session_id, /^mns_/)
    assert.equal(body.user_email, admin.user.email)
    assert.ok(Date.parse(body.expires_at) > Date.parse(body.created_at))
    assert.equal(body.vault, 'closed')
    assert.deepEqual(cookies, [])
  })

  test('session says valid or not, by either header', async () => {
    for (const headers of [{ authorization: `Bearer ${session}` }, { 'x-session-id': session }]) {
      const { status, body } = await call('GET', '/api/auth/session', { headers })
      assert.equal(status, 200)
      assert.equal(body.valid, true)
      assert.equal(body.session_id, session)
      assert.equal(body.user_email, admin.user.email)
    }
    for (const token of [`mns_${'x'.repeat(43)}`, '7b8f3c1e-0000-4000-8000-000000000000', 'x']) {
      const headers = { authorization: `Bearer ${token}` }
      const { status, body } = await call('GET', '/api/auth/session', { headers })
      assert.deepEqual([status, body], [200, { valid: false }], token)
    }
  })

  test('our own pages still get our own answer from the same address', async () => {
    const own = await call('GET', '/api/auth/session', { headers: admin.headers })
    assert.equal(own.body.user.email, admin.user.email)
    assert.equal(own.body.valid, undefined)
    const key = await server.apiKey(admin.user)
    const keyed = await call('GET', '/api/auth/session', {
      headers: { authorization: `Bearer ${key}` },
    })
    assert.equal(keyed.body.user.email, admin.user.email)
    assert.equal((await call('GET', '/api/auth/session', { headers: {} })).status, 401)
  })

  test('logout ends the session', async () => {
    const { body: made } = await login(admin.user.email)
    const headers = { authorization: `Bearer ${made.session_id}` }
    const { status, body } = await call('POST', '/api/auth/logout', { headers })
    assert.equal(status, 200)
    assert.deepEqual(body, { success: true, message: 'Successfully logged out' })
    assert.deepEqual((await call('GET', '/api/auth/session', { headers })).body, { valid: false })
    assert.equal((await call('POST', '/api/auth/logout', { headers: {} })).status, 401)
  })

  test('a wrong password is 401 with words, a missing field 422 as FastAPI said it', async () => {
    const wrong = await login(admin.user.email, { master_password: 'wrong-password-1' })
    assert.equal(wrong.status, 401)
    assert.equal(typeof wrong.body.detail, 'string')
    const missing = await call('POST', '/api/auth/login', { headers: {}, body: { method: 'x' } })
    assert.equal(missing.status, 422)
    assert.equal(missing.body.error_code, 'VALIDATION_ERROR')
    assert.deepEqual(missing.body.errors[0].loc, ['body', 'method'])
  })
})

describe('protections stay on', () => {
  test('without a session nothing is answered', async () => {
    const paths: ['GET' | 'POST' | 'PUT' | 'DELETE', string][] = [
      ['GET', '/api/catalog'],
      ['GET', '/api/catalog/search'],
      ['DELETE', '/api/catalog/cache'],
      ['GET', '/api/containers'],
      ['POST', '/api/containers/7b8f3c1e-0000-4000-8000-000000000000/start'],
      ['DELETE', '/api/containers/7b8f3c1e-0000-4000-8000-000000000000'],
      ['GET', '/api/config/gateway'],
    ]
    for (const [method, path] of paths) {
      const { status, body } = await call(method, path, { headers: {} })
      assert.equal(status, 401, path)
      assert.equal(typeof body.detail, 'string')
    }
  })

  test("a browser's cookie opens none of the old addresses", async () => {
    const { status } = await call('GET', '/api/config', { headers: { cookie: admin.cookie } })
    assert.equal(status, 401)
  })

  test('permissions hold: a person may look and not change', async () => {
    const person = await server.signIn('user')
    const { body } = await login(person.user.email, {}, { from: '10.20.30.41' })
    const headers = { authorization: `Bearer ${body.session_id}` }
    assert.equal((await call('GET', '/api/catalog', { headers })).status, 200)
    const install = { name: 'x', image: 'mcp/time' }
    assert.equal((await call('POST', '/api/containers', { headers, body: install })).status, 403)
    const config = { config: { servers: [] } }
    assert.equal((await call('PUT', '/api/config/gateway', { headers, body: config })).status, 403)
    assert.equal((await call('DELETE', '/api/catalog/cache', { headers })).status, 403)
  })

  test('a login from another site is refused, and tries are counted by address', async () => {
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    assert.equal((await login(admin.user.email, {}, { headers })).status, 403)
    const statuses = new Set<number>()
    let limited: Awaited<ReturnType<typeof login>> | undefined
    for (let tries = 0; tries < 10 && limited === undefined; tries += 1) {
      const answer = await login('nobody@test.example', {}, { from: '10.99.0.1' })
      statuses.add(answer.status)
      if (answer.status === 429) limited = answer
    }
    assert.ok(limited, `never limited: ${[...statuses]}`)
    assert.ok(Number(limited.headers['retry-after']) > 0)
    assert.equal((await login(admin.user.email, {}, { from: '10.99.0.2' })).status, 200)
  })
})

describe('/api/catalog', () => {
  test('lists all servers at once, in the old fields', async () => {
    const { status, body } = await call('GET', '/api/catalog?source=official')
    assert.equal(status, 200)
    assert.equal(body.servers.length, body.total)
    assert.equal(body.page, 1)
    assert.equal(body.page_size, body.total)
    assert.deepEqual(body.categories, [...body.categories].sort())
    const brave = body.servers.find(({ id }: { id: string }) => id.includes('brave'))
    assert.deepEqual(brave.required_secrets, ['BRAVE_API_KEY'])
    assert.equal(brave.docker_image, 'docker.io/mcp/brave-search:2.0.81')
    assert.equal(brave.server_type, 'docker')
    assert.equal(brave.default_env.BRAVE_MCP_LOG_LEVEL, 'info')
    const notion = body.servers.find(({ id }: { id: string }) => id === 'com.notion/mcp')
    assert.equal(notion.is_remote, true)
    assert.equal(notion.remote_endpoint, 'https://mcp.notion.com/mcp')
  })

  test('searches by page, and takes no address as a source', async () => {
    const { body } = await call('GET', '/api/catalog/search?q=search&page_size=3&page=2')
    assert.equal(body.page_size, 3)
    assert.equal(body.page, 2)
    assert.equal(body.servers.length, 3)
    const wrong = await call('GET', '/api/catalog?source=https://example.com/catalog.json')
    assert.equal(wrong.status, 400)
    assert.equal(wrong.body.error_code, 'invalid_source')
    const cleared = await call('DELETE', '/api/catalog/cache?source=docker')
    assert.deepEqual(cleared.body, { success: true, message: 'Cache cleared for docker' })
  })
})

describe('/api/containers', () => {
  test('is an empty list with a warning while Docker is away', async () => {
    const { status, body } = await call('GET', '/api/containers?all=true')
    assert.equal(status, 200)
    assert.deepEqual(body.containers, [])
    assert.match(body.warning, /Docker/)
  })

  test('refuses what the old console let through', async () => {
    const host = { name: 'x', image: 'mcp/time', network_mode: 'host' }
    assert.equal((await call('POST', '/api/containers', { body: host })).status, 422)
    const folder = { name: 'x', image: 'mcp/time', volumes: { '/etc': '/etc' } }
    assert.equal((await call('POST', '/api/containers/install', { body: folder })).status, 422)
    const nobody = '/api/containers/7b8f3c1e-0000-4000-8000-000000000000/stop'
    assert.equal((await call('POST', nobody)).status, 404)
  })
})

describe('/api/config', () => {
  const config = (servers: object[], global_settings = {}) => ({
    config: { version: '1.0', servers, global_settings },
  })
  const github = {
    name: 'github',
    container_id: '0b9f2c1e-7a55-4c7e-9d2b-3f1f5a6b7c8d',
    enabled: true,
    config: { token: '{{ bw:github:token }}' },
  }

  test('reads what it wrote, under both addresses, and keeps versions', async () => {
    const body = config([github], { callsPerMinute: 90 })
    const saved = await call('PUT', '/api/config/gateway', { body })
    assert.equal(saved.status, 200)
    assert.equal(saved.body.success, true)
    assert.match(saved.body.message, /Warnings: servers\[0\]\.server/)
    for (const path of ['/api/config', '/api/config/gateway']) {
      assert.deepEqual((await call('GET', path)).body, body)
    }
    const versions = await call('GET', '/api/mcp-console/config/versions')
    assert.equal(versions.body.items.length, 1)
    const backup = await call('POST', '/api/config/gateway/backup')
    assert.equal(backup.body.success, true)
  })

  test('keeps what the old shape has no word for', async () => {
    const url = '/api/mcp-console/config'
    const { body: current } = await call('GET', url)
    const document = structuredClone(current.document)
    document.servers[0].tools = ['create_issue']
    await call('PUT', url, { body: { version: current.version, document } })
    await call('PUT', '/api/config', { body: config([{ ...github, enabled: false }]) })
    const { body: now } = await call('GET', url)
    assert.deepEqual(now.document.servers[0].tools, ['create_issue'])
    assert.equal(now.document.servers[0].enabled, false)
  })

  test('says 400 for what is not valid, 422 for a literal secret, and validates without saving', async () => {
    const twice = await call('PUT', '/api/config', { body: config([github, github]) })
    assert.equal(twice.status, 400)
    assert.match(twice.body.detail, /^Invalid configuration: servers\[1\]/)
    const literal = config([{ ...github, config: { password: 'kaze-no-uta-7' } }])
    const refused = await call('PUT', '/api/config', { body: literal })
    assert.equal(refused.status, 422)
    assert.equal(refused.body.error_code, 'MCP_CONSOLE_LITERAL_SECRET')
    const { body } = await call('POST', '/api/config/gateway/validate', { body: literal })
    assert.equal(body.valid, false)
    assert.equal(typeof body.errors[0], 'string')
    const good = await call('POST', '/api/config/gateway/validate', { body: config([]) })
    assert.deepEqual(good.body, { valid: true, errors: [], warnings: [] })
  })
})
