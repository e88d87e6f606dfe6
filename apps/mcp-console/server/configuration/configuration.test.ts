import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'

let server: TestServer
let admin: SignedIn

before(async () => {
  server = await testServer()
  admin = await server.signIn('admin')
})
after(async () => await server[Symbol.asyncDispose]())

type Call = { who?: SignedIn; body?: object; headers?: Record<string, string> }

async function call(method: 'GET' | 'PUT' | 'POST', path: string, options: Call = {}) {
  const answer = await server.inject({
    method,
    url: `/api/mcp-console${path}`,
    headers: { ...(options.who ?? admin).headers, ...options.headers },
    ...(options.body === undefined ? {} : { payload: options.body }),
  })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

const github = (more: object = {}) => ({
  name: 'github',
  server: 'container:0b9f2c1e-7a55-4c7e-9d2b-3f1f5a6b7c8d',
  config: { GITHUB_TOKEN: '{{ bw:github:token }}' },
  ...more,
})
const doc = (servers: object[], settings: object = {}) => ({ version: '1.0', servers, settings })

async function current(): Promise<number> {
  return (await call('GET', '/config')).body.version
}

async function save(document: object, note = '') {
  const version = await current()
  return await call('PUT', '/config', { body: { document, version, note } })
}

describe('the configuration', () => {
  test('begins empty, as version 0', async () => {
    const { status, body, headers } = await call('GET', '/config')
    assert.equal(status, 200)
    assert.deepEqual(body.document, { version: '1.0', servers: [], settings: {} })
    assert.equal(body.version, 0)
    assert.equal(headers['etag'], '"0"')
  })

  test('is saved as the next version, with warnings of what does not exist', async () => {
    const { status, body, headers } = await save(doc([github()], { theme: 'dark' }), 'first')
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(headers['etag'], `"${body.version}"`)
    assert.equal(body.note, 'first')
    assert.equal(body.author, admin.user.email)
    assert.deepEqual(
      body.warnings.map(({ path, code }: { path: string; code: string }) => `${code} ${path}`),
      ['server_unknown servers[0].server', 'setting_unknown settings.theme'],
    )
    const read = await call('GET', '/config')
    assert.equal(read.body.document.servers[0].enabled, true)
    assert.equal(read.body.document.servers[0].config.GITHUB_TOKEN, '{{ bw:github:token }}')
  })

  test('of two who began with the same version one is let through', async () => {
    const version = await current()
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        call('PUT', '/config', { body: { document: doc([github()], { index }), version } }),
      ),
    )
    const statuses = answers.map(({ status }) => status).sort()
    assert.deepEqual(statuses, [200, 409, 409, 409, 409, 409, 409, 409])
    const refused = answers.find(({ status }) => status === 409)
    assert.equal(refused?.body.code, 'MCP_CONSOLE_CONFIGURATION_CHANGED')
    assert.equal(refused?.body.currentVersion, version + 1)
    assert.equal(await current(), version + 1)
  })

  test('takes the version from If-Match too, and asks for one', async () => {
    const version = await current()
    const body = { document: doc([]) }
    const without = await call('PUT', '/config', { body })
    assert.equal(without.status, 428)
    const stale = { 'if-match': `"${version - 1}"` }
    assert.equal((await call('PUT', '/config', { body, headers: stale })).status, 409)
    const future = { 'if-match': `"${version + 5}"` }
    assert.equal((await call('PUT', '/config', { body, headers: future })).status, 409)
    const right = { 'if-match': `"${version}"` }
    assert.equal((await call('PUT', '/config', { body, headers: right })).status, 200)
  })
})

describe('what is refused', () => {
  test('a literal secret: 422 with its place and a hint, and the value nowhere', async () => {
    const secret = 'ghp_x7Kq2mVbT9LrW4sYcE1nZd8fHu5jPa3oGi6R'
    const version = await current()
    for (const document of [
      doc([github({ config: { GITHUB_TOKEN: secret } })]),
      doc([github({ config: { nested: { list: [{ password: 'kaze-no-uta-7' }] } } })]),
      doc([], { apiKey: 'nO6kzT1v8sQm4Xw2' }),
    ]) {
      const { status, body } = await call('PUT', '/config', { body: { document, version } })
      assert.equal(status, 422)
      assert.equal(body.code, 'MCP_CONSOLE_LITERAL_SECRET')
      assert.match(JSON.stringify(body.errors), /\{\{ bw:item:field \}\}/)
      assert.ok(!JSON.stringify(body).includes(secret))
    }
    assert.equal(await current(), version)
  })

  test('a malformed reference, unknown fields, names twice: nothing is saved', async () => {
    const version = await current()
    const cases: [object, string, string][] = [
      [
        doc([github({ config: { a: '{{ bw:github }}' } })]),
        'MCP_CONSOLE_REFERENCE_INVALID',
        'servers[0].config.a',
      ],
      [
        doc([github({ config: { a: 'Bearer {{ bw:github:token }}' } })]),
        'MCP_CONSOLE_REFERENCE_INVALID',
        'servers[0].config.a',
      ],
      [doc([github(), github()]), 'MCP_CONSOLE_CONFIGURATION_INVALID', 'servers[1].name'],
      [
        doc([{ name: ' ', server: 'container:x' }]),
        'MCP_CONSOLE_CONFIGURATION_INVALID',
        'servers[0].name',
      ],
      [
        doc([{ name: 'x', server: '/var/run/docker.sock' }]),
        'MCP_CONSOLE_CONFIGURATION_INVALID',
        'servers[0].server',
      ],
      [{ ...doc([]), extra: 1 }, 'MCP_CONSOLE_CONFIGURATION_INVALID', ''],
      [
        doc([], { callsPerMinute: 0 }),
        'MCP_CONSOLE_CONFIGURATION_INVALID',
        'settings.callsPerMinute',
      ],
    ]
    for (const [document, code, path] of cases) {
      const { status, body } = await call('PUT', '/config', { body: { document, version } })
      assert.equal(status, 422, code)
      assert.equal(body.code, code)
      assert.ok(
        body.errors.some((error: { path: string }) => error.path === path),
        `${path}: ${JSON.stringify(body.errors)}`,
      )
    }
    assert.equal((await call('PUT', '/config', { body: { version } })).status, 422)
    assert.equal(await current(), version)
  })

  test('only administrators save; everybody who may see may read and try', async () => {
    const operator = await server.signIn('operator')
    const person = await server.signIn('user')
    const version = await current()
    const body = { document: doc([]), version }
    assert.equal((await call('PUT', '/config', { who: operator, body })).status, 403)
    assert.equal((await call('PUT', '/config', { who: person, body })).status, 403)
    assert.equal((await call('GET', '/config', { who: person })).status, 200)
    assert.equal((await call('POST', '/config/validate', { who: person, body })).status, 200)
  })
})

describe('POST /config/validate', () => {
  test('says everything at once and saves nothing', async () => {
    const version = await current()
    const document = doc([github({ server: 'nothing', config: { password: 'kaze-no-uta-7' } })])
    const { status, body } = await call('POST', '/config/validate', { body: { document } })
    assert.equal(status, 200)
    assert.equal(body.valid, false)
    assert.deepEqual(body.errors.map(({ path }: { path: string }) => path).sort(), [
      'servers[0].config.password',
      'servers[0].server',
    ])
    assert.equal(await current(), version)
  })

  test('lists the references a valid document needs', async () => {
    const { body } = await call('POST', '/config/validate', { body: { document: doc([github()]) } })
    assert.equal(body.valid, true)
    assert.deepEqual(body.references, [{ item: 'github', field: 'token' }])
  })
})

describe('versions', () => {
  test('are listed, read, compared and brought back', async () => {
    const first = (await save(doc([github()], { callsPerMinute: 60 }), 'before')).body.version
    const second = (await save(doc([], { callsPerMinute: 90 }), 'after')).body.version
    const { body: page } = await call('GET', '/config/versions?limit=2')
    assert.deepEqual(
      page.items.map(({ version }: { version: number }) => version),
      [second, first],
    )
    const next = await call('GET', `/config/versions?limit=2&cursor=${page.nextCursor}`)
    assert.equal(next.body.items[0].version, first - 1)
    const { body: diff } = await call('GET', `/config/versions/${first}/diff`)
    assert.equal(diff.to, second)
    assert.deepEqual(
      diff.changes.map(({ kind, path }: { kind: string; path: string }) => `${kind} ${path}`),
      ['removed servers[github]', 'changed settings.callsPerMinute'],
    )
    const back = await call('GET', `/config/versions/${second}/diff?with=${first}`)
    assert.equal(back.body.changes[0].kind, 'added')
    const restore = `/config/versions/${first}/restore`
    assert.equal((await call('POST', restore, { body: { version: first } })).status, 409)
    const restored = await call('POST', restore, { body: { version: second } })
    assert.equal(restored.status, 200)
    assert.equal(restored.body.restoredFrom, first)
    assert.equal((await call('GET', '/config')).body.document.settings.callsPerMinute, 60)
    assert.equal((await call('GET', '/config/versions/99999')).status, 404)
    assert.equal((await call('GET', '/config/versions/nothing')).status, 404)
  })

  test('each save is in the audit log, with places and without values', async () => {
    const { body } = await save(doc([github({ config: { GITHUB_TOKEN: '{{ bw:other:token }}' } })]))
    const row = await server.services.db
      .withTables<{ 'minato.audit_log': { action: string; target: string; metadata: unknown } }>()
      .selectFrom('minato.audit_log')
      .select(['action', 'metadata'])
      .where('target', '=', `configuration:${body.version}`)
      .executeTakeFirstOrThrow()
    assert.equal(row.action, 'mcp-console.configuration.save')
    const text = JSON.stringify(row.metadata)
    assert.match(text, /changed servers\[github\]\.config\.GITHUB_TOKEN/)
    assert.ok(!text.includes('bw:other'))
  })
})
