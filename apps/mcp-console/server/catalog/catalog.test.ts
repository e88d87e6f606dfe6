import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'

let sandbox: Sandbox
let server: TestServer
let person: SignedIn
/** A key, not a session: hours pass here, and sessions end when nobody uses them. */
let keyed: Record<string, string>
let offsetMs = 0

before(async () => {
  sandbox = await startSandbox()
  server = await testServer({
    clock: () => Date.now() + offsetMs,
    env: {
      MCP_CONSOLE_DOCKER_CATALOG_URL: sandbox.registries.dockerCatalogUrl,
      MCP_CONSOLE_OFFICIAL_REGISTRY_URL: sandbox.registries.officialRegistryUrl,
    },
  })
  person = await server.signIn('user')
  keyed = { authorization: `Bearer ${await server.apiKey(person.user)}` }
})

after(async () => {
  await server[Symbol.asyncDispose]()
  await sandbox.close()
})

async function control(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${sandbox.url}/sandbox${path}`, {
    method,
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  })
  assert.ok(answer.ok, `${method} ${path}: ${answer.status}`)
  return answer.status === 204 ? undefined : await answer.json()
}

const scenario = (name: string, more: object = {}) =>
  control('PUT', '/scenarios/registries', { scenario: name, ...more })

async function calls(): Promise<number> {
  const { requests } = (await control('GET', '/requests?service=registries')) as {
    requests: unknown[]
  }
  return requests.length
}

async function get(path: string, headers = keyed) {
  const answer = await server.inject({ url: `/api/mcp-console${path}`, headers })
  return { status: answer.statusCode, headers: answer.headers, body: answer.json() }
}

type Item = {
  id: string
  title: string
  installable: boolean
  whyNot?: { reason: string; en: string }
  [key: string]: unknown
}

/** Nothing kept, nothing remembered: as after a start. */
async function forget(): Promise<void> {
  await control('POST', '/reset')
  await server.services.cache.namespace('mcp-console').purge()
}

describe('GET /catalog', () => {
  test('lists the Docker catalog, with the broken entries counted and shown', async () => {
    await forget()
    const { status, body } = await get('/catalog?source=docker&pageSize=200')
    assert.equal(status, 200)
    assert.equal(body.items.length, 37)
    assert.equal(body.total, 37)
    assert.equal(body.broken.count, 4)
    assert.deepEqual(body.broken.items.map((item: { id: string }) => item.id).sort(), [
      'broken-image',
      'broken-remote',
      'broken-tools',
      'broken-type',
    ])
    assert.ok(body.broken.items.every(({ problem }: { problem: string }) => problem.length > 5))
    assert.equal(body.stale, false)
    assert.equal(body.warning, null)
  })

  test('pages the registry to its end and keeps one version a name', async () => {
    await forget()
    await scenario('many', { options: { servers: 250 } })
    const { status, body } = await get('/catalog?source=official&pageSize=100&page=3')
    assert.equal(status, 200)
    // 250 entries: three cannot be read, one is deleted.
    assert.equal(body.total, 246)
    assert.equal(body.page, 3)
    assert.equal(body.pageCount, 3)
    assert.equal(body.items.length, 46)
    assert.equal(body.broken.count, 3)
    assert.equal(body.complete, true)
    assert.equal(await calls(), 3)
  })

  test('stops at a cursor that comes twice', async () => {
    await forget()
    await scenario('cursor-loop')
    const { status, body } = await get('/catalog?source=official')
    assert.equal(status, 200)
    assert.equal(body.complete, false)
    assert.equal(await calls(), 2)
  })

  test('finds by words in English and Japanese, by width and by kana', async () => {
    await forget()
    const ids = async (query: string) => {
      const path = `/catalog?pageSize=200&${new URLSearchParams(JSON.parse(query))}`
      return ((await get(path)).body.items as Item[]).map(({ id }) => id)
    }
    assert.equal((await ids('{"q":"brave"}'))[0], 'brave')
    assert.deepEqual(await ids('{"q":"ＢＲＡＶＥ　search"}'), ['brave'])
    assert.deepEqual(await ids('{"q":"乗り換え"}'), ['japan-transit'])
    // The Japanese word of a category finds servers whose text is English only.
    assert.ok((await ids('{"q":"データベース"}')).includes('postgres'))
    assert.ok((await ids('{"q":"でーたべーす"}')).includes('postgres'))
    assert.deepEqual(await ids('{"q":"list_merge no-such-word"}'), [])
    assert.ok((await ids('{"category":"search"}')).every((id) => id !== 'time'))
    const all = await get('/catalog?q=search')
    const counted = all.body.categories.find(({ id }: { id: string }) => id === 'search')
    const within = await get('/catalog?q=search&category=search')
    assert.equal(within.body.total, counted.count)
    assert.deepEqual(counted.label, { en: 'Search', ja: '検索' })
  })

  test('refuses a source that is not an id, and dials nothing', async () => {
    await forget()
    for (const source of ['http://169.254.169.254/', 'nobody', '', 'Docker', '../docker']) {
      const { status, body } = await get(`/catalog?source=${encodeURIComponent(source)}`)
      assert.equal(status, 400, source)
      assert.equal(body.reason, 'invalid_source')
      assert.equal(body.code, 'MCP_CONSOLE_SOURCE_INVALID')
    }
    assert.equal(await calls(), 0)
  })

  test('needs a session or key with the permission', async () => {
    assert.equal((await get('/catalog', {})).status, 401)
    assert.equal((await get('/catalog', person.headers)).status, 200)
    const narrow = await server.apiKey(person.user, ['mcp-console.use'])
    assert.equal((await get('/catalog', { authorization: `Bearer ${narrow}` })).status, 403)
  })
})

describe('a source in trouble', () => {
  test('429 says how long to wait, counts down, and asks nobody meanwhile', async () => {
    await forget()
    await scenario('rate-limit')
    const first = await get('/catalog?source=docker')
    assert.equal(first.status, 429)
    assert.equal(first.body.reason, 'rate_limited')
    assert.equal(first.body.retryAfterSeconds, 30)
    assert.equal(first.headers['retry-after'], '30')
    offsetMs += 10_000
    const second = await get('/catalog?source=docker')
    assert.equal(second.status, 429)
    assert.ok(second.body.retryAfterSeconds <= 20)
    assert.equal(await calls(), 1)
    await scenario('normal')
    offsetMs += 21_000
    assert.equal((await get('/catalog?source=docker')).status, 200)
  })

  for (const [name, problem] of [
    ['down', /answered 503/],
    ['error-500', /answered 500/],
    ['html', /no JSON/],
    ['other-shape', /unknown shape/],
    ['cut', /OUTBOUND_CONNECTION_LOST/],
    ['redirect', /OUTBOUND_REDIRECT_REFUSED/],
  ] as const) {
    test(`${name}: 503 upstream_unavailable without a copy`, async () => {
      await forget()
      await scenario(name)
      for (const source of ['docker', 'official']) {
        const { status, body } = await get(`/catalog?source=${source}`)
        assert.equal(status, 503)
        assert.equal(body.reason, 'upstream_unavailable')
        assert.match(body.detail, problem)
        assert.doesNotMatch(body.detail, /https?:|127\.0\.0\.1/)
      }
    })
  }

  test('an hour later an older copy is served with a warning, and is mended by itself', async () => {
    await forget()
    assert.equal((await get('/catalog?source=docker')).body.cached, false)
    const again = await get('/catalog?source=docker')
    assert.equal(again.body.cached, true)
    assert.equal(again.body.stale, false)
    await scenario('down')
    offsetMs += 59 * 60_000
    assert.equal((await get('/catalog?source=docker')).body.warning, null)
    offsetMs += 2 * 60_000
    const stale = await get('/catalog?source=docker', {
      ...keyed,
      'accept-language': 'ja',
    })
    assert.equal(stale.status, 200)
    assert.equal(stale.body.stale, true)
    assert.equal(stale.body.total, 37)
    assert.equal(stale.body.warningReason, 'upstream_unavailable')
    assert.ok(stale.body.warning.length > 10)
    const before = await calls()
    await get('/catalog?source=docker')
    assert.equal(await calls(), before, 'a source that failed is left alone for a moment')
    await scenario('normal')
    offsetMs += 16_000
    const mended = await get('/catalog?source=docker')
    assert.equal(mended.body.warning, null)
    assert.equal(mended.body.cached, false)
  })

  test('a stale copy of a limited source carries the countdown', async () => {
    await forget()
    await get('/catalog?source=official')
    await scenario('rate-limit', { options: { retryAfterSeconds: 90 } })
    offsetMs += 61 * 60_000
    const { status, body } = await get('/catalog?source=official')
    assert.equal(status, 200)
    assert.equal(body.warningReason, 'rate_limited')
    assert.equal(body.retryAfterSeconds, 90)
  })

  test('entries that are all broken leave an empty list, not an error', async () => {
    await forget()
    await scenario('all-broken')
    const { status, body } = await get('/catalog?source=official')
    assert.equal(status, 200)
    assert.equal(body.total, 0)
    assert.equal(body.broken.count, 47)
  })

  test('one 503 is tried again; twenty people at once are one call', async () => {
    await forget()
    await scenario('down', { count: 1 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => get('/catalog?source=docker')),
    )
    assert.ok(answers.every(({ status }) => status === 200))
    assert.equal(await calls(), 2)
  })
})

describe('GET /catalog/{source}/{id}', () => {
  const item = async (source: string, id: string): Promise<Item> => {
    const { status, body } = await get(`/catalog/${source}/${encodeURIComponent(id)}`)
    assert.equal(status, 200, id)
    return body as Item
  }

  test('gives image, secrets, folders and command of a Docker entry', async () => {
    await forget()
    const brave = await item('docker', 'brave')
    assert.match(String(brave['image']), /^mcp\/brave-search@sha256:[a-f0-9]{64}$/)
    assert.deepEqual(brave['requiredSecrets'], ['BRAVE_API_KEY'])
    assert.equal(brave.installable, true)
    const files = await item('docker', 'filesystem')
    assert.deepEqual(files['command'], ['/mnt/paths'])
    assert.deepEqual(files['volumes'], [
      { source: '', target: '/mnt/paths', readOnly: false, name: 'paths' },
    ])
    assert.equal(files['networkDisabled'], true)
    const clickhouse = await item('docker', 'clickhouse')
    const env = clickhouse['env'] as { name: string; required: boolean; default?: string }[]
    assert.equal(env.find(({ name }) => name === 'CLICKHOUSE_HOST')?.required, true)
    assert.equal(env.find(({ name }) => name === 'CLICKHOUSE_PORT')?.default, '8443')
    const kube = await item('docker', 'kubernetes')
    assert.deepEqual(kube['volumes'], [
      { source: '', target: '/home/appuser/.kube/config', readOnly: true, name: 'config_path' },
    ])
  })

  test('never passes on a folder of the host or more rights', async () => {
    const socket = await item('docker', 'docker-socket')
    assert.deepEqual(socket['volumes'], [])
    assert.deepEqual(socket['leftOut'], ['volume /var/run/docker.sock:/var/run/docker.sock'])
    const manager = await item('official', 'io.github.example/database-manager')
    assert.equal(manager['image'], 'example/database-manager-mcp:3.1.0')
    assert.deepEqual(manager['leftOut'], [
      '--network host',
      '--privileged true',
      'argument database_name',
    ])
    assert.deepEqual(manager['command'], ['--host', 'localhost'])
    assert.deepEqual(manager['requiredSecrets'], ['DB_PASSWORD'])
  })

  test('says why a server has no install button', async () => {
    const reasonOf = async (source: string, id: string) => (await item(source, id)).whyNot?.reason
    assert.equal(await reasonOf('official', 'io.github.example/weather-mcp'), 'package_only')
    assert.equal(await reasonOf('official', 'io.github.example/line-notify'), 'package_only')
    assert.equal(await reasonOf('official', 'com.notion/mcp'), 'remote_only')
    assert.equal(await reasonOf('official', 'io.github.example/no-way'), 'no_image')
    assert.equal(await reasonOf('docker', 'linear'), 'remote_only')
    assert.equal(await reasonOf('docker', 'curl'), 'not_a_server')
    const remote = await item('official', 'jp.example/denpyo')
    assert.equal(remote['remoteUrl'], 'https://mcp.denpyo.example/mcp')
    assert.equal(remote['transport'], 'streamable-http')
  })

  test('reads ports from an HTTP transport, and the older spelling of fields', async () => {
    const notes = await item('official', 'io.github.example/http-notes')
    assert.deepEqual(notes['ports'], [{ container: 8080, protocol: 'tcp' }])
    assert.equal(notes['httpPath'], '/mcp')
    assert.equal(notes['transport'], 'streamable-http')
    const old = await item('official', 'io.github.example/old-shape')
    assert.equal(old['image'], 'example/old-shape:1.0.2')
    assert.deepEqual(old['requiredSecrets'], ['OLD_SHAPE_TOKEN'])
    const legacy = await item('official', 'io.github.example/legacy-sse')
    assert.equal(legacy['deprecated'], true)
    assert.deepEqual(legacy['ports'], [{ container: 3001, protocol: 'tcp' }])
  })

  test('404 for what is deleted, unknown or broken; the id may hold a plain slash', async () => {
    for (const id of ['io.github.example/removed', 'nobody', 'io.github.example/broken-packages']) {
      assert.equal((await get(`/catalog/official/${id}`)).status, 404, id)
    }
    assert.equal((await get('/catalog/official/com.notion/mcp')).status, 200)
    assert.equal((await get('/catalog/nobody/x')).body.reason, 'invalid_source')
  })
})
