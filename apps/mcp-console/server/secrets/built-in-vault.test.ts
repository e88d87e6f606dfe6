import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { sql } from 'kysely'
import type { ConsoleServices } from '../config.ts'
import { encrypted } from '../encrypted.ts'
import { githubToken } from './github-token.ts'

const API = '/api/mcp-console'
const VALUE = 'canary-7Jq2-built-in-value'

let server: TestServer
before(async () => {
  server = await testServer()
})
after(() => server[Symbol.asyncDispose]())

test('an item goes in, is found by preflight, changes, and goes; its values never come out', async () => {
  const { headers } = await server.signIn('operator')
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
  ) => {
    const answer = await server.inject({
      method,
      url: `${API}${path}`,
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    assert.ok(!answer.body.includes(VALUE), `${method} ${path} gives a value away`)
    return answer
  }
  const made = await call('POST', '/vault/items', {
    name: 'github',
    fields: { token: VALUE, password: `${VALUE}-p` },
  })
  assert.equal(made.statusCode, 201, made.body)
  const { id } = made.json()
  assert.deepEqual(made.json().fields, ['token', 'password'])
  const again = await call('POST', '/vault/items', { name: 'github', fields: { a: 'b' } })
  assert.deepEqual([again.statusCode, again.json().code], [409, 'MCP_CONSOLE_VAULT_ITEM_TAKEN'])

  const form = {
    env: { A: '{{ bw:github:token }}', B: '{{bw:github:missing}}', C: 'plain' },
    command: ['{{ bw:nowhere:password }}', '{{ bw:github:token }}', `{{ bw:${id}:password }}`],
  }
  const checked = await call('POST', '/preflight', form)
  assert.equal(checked.statusCode, 200, checked.body)
  assert.deepEqual(checked.json(), {
    ready: false,
    items: [
      { item: 'github', field: 'token', found: 'found' },
      { item: 'github', field: 'missing', found: 'no_field' },
      { item: 'nowhere', field: 'password', found: 'no_item' },
      { item: id, field: 'password', found: 'found' },
    ],
  })
  const malformed = await call('POST', '/preflight', { env: { A: 'Bearer {{ bw:github:token }}' } })
  assert.equal(malformed.statusCode, 422)
  assert.equal(malformed.json().errors[0].path, 'env.A')

  const changed = await call('PATCH', `/vault/items/${id}`, {
    fields: { missing: VALUE, password: null },
  })
  assert.deepEqual(changed.json().fields, ['token', 'missing'])
  const list = await call('GET', '/vault/items')
  assert.deepEqual(list.json().items[0].fields, ['token', 'missing'])
  const { rows } = await sql<{ all: string }>`
    select v::text || coalesce((select string_agg(a::text, '') from minato.audit_log a), '') as all
    from mcp_console.vault_items v`.execute(server.services.db)
  assert.ok(rows[0]?.all.includes('vault-item.update'))
  assert.ok(!rows[0]?.all.includes(VALUE))
  assert.equal((await call('DELETE', `/vault/items/${id}`)).statusCode, 204)
  assert.equal((await call('DELETE', `/vault/items/${id}`)).statusCode, 404)
})

test('nobody reaches the items of another, and a viewer none at all', async () => {
  const owner = await server.signIn('operator')
  const other = await server.signIn('operator')
  const viewer = await server.signIn('user')
  const payload = { name: 'github', fields: { token: VALUE } }
  const url = `${API}/vault/items`
  const made = await server.inject({ method: 'POST', url, headers: owner.headers, payload })
  const { id } = made.json()
  for (const method of ['PATCH', 'DELETE'] as const) {
    const answer = await server.inject({
      method,
      url: `${url}/${id}`,
      headers: other.headers,
      ...(method === 'PATCH' ? { payload: { fields: { token: 'x' } } } : {}),
    })
    assert.equal(answer.statusCode, 404)
  }
  const list = await server.inject({ url, headers: other.headers })
  assert.deepEqual(list.json().items, [])
  const checked = await server.inject({
    method: 'POST',
    url: `${API}/preflight`,
    headers: other.headers,
    payload: { a: '{{ bw:github:token }}', b: `{{ bw:${id}:token }}` },
  })
  assert.deepEqual(
    checked.json().items.map((one: { found: string }) => one.found),
    ['no_item', 'no_item'],
  )
  const refused = await server.inject({ url, headers: viewer.headers })
  assert.equal(refused.statusCode, 403)
  assert.equal((await server.inject({ url })).statusCode, 401)
})

test('a ciphertext moved to another row is not read', async () => {
  const { headers } = await server.signIn('operator')
  for (const name of ['one', 'two']) {
    const payload = { name, fields: { token: `${VALUE}-${name}` } }
    await server.inject({ method: 'POST', url: `${API}/vault/items`, headers, payload })
  }
  await sql`update mcp_console.vault_items set secret =
    (select secret from mcp_console.vault_items where name = 'one') where name = 'two'`.execute(
    server.services.db,
  )
  const payload = { a: '{{ bw:two:token }}' }
  const answer = await server.inject({ method: 'POST', url: `${API}/preflight`, headers, payload })
  assert.equal(answer.statusCode, 500)
  assert.ok(!answer.body.includes(VALUE))
})

test('names that no reference could reach are refused', async () => {
  const { headers } = await server.signIn('operator')
  for (const bad of [
    { name: 'two words', fields: { a: 'b' } },
    { name: 'a:b', fields: { a: 'b' } },
    { name: 'ok', fields: { 'a:b': 'c' } },
    { name: 'ok', fields: { ' a': 'c' } },
    { name: 'ok', fields: { a: '' } },
    { name: 'ok', fields: {} },
    { name: 'ok', fields: { a: 'b' }, value: 'stray' },
  ]) {
    const url = `${API}/vault/items`
    const answer = await server.inject({ method: 'POST', url, headers, payload: bad })
    assert.equal(answer.statusCode, 422, JSON.stringify(bad))
  }
  const odd = { name: 'odd', fields: { constructor: 'c-value', 'a b': 'blank' } }
  const url = `${API}/vault/items`
  const made = await server.inject({ method: 'POST', url, headers, payload: odd })
  assert.equal(made.statusCode, 201, made.body)
  const payload = {
    a: '{{ bw:odd:constructor }}',
    b: '{{ bw:odd:a b }}',
    c: '{{ bw:odd:toString }}',
  }
  const checked = await server.inject({ method: 'POST', url: `${API}/preflight`, headers, payload })
  assert.deepEqual(
    checked.json().items.map((one: { found: string }) => one.found),
    ['found', 'found', 'no_field'],
  )
})

test('an item does not grow without end', async () => {
  const { headers } = await server.signIn('operator')
  const url = `${API}/vault/items`
  const payload = { name: 'big', fields: { one: 'x' } }
  const { id } = (await server.inject({ method: 'POST', url, headers, payload })).json()
  const grow = (from: number) =>
    server.inject({
      method: 'PATCH',
      url: `${url}/${id}`,
      headers,
      payload: {
        fields: Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${from + n}`, 'x'])),
      },
    })
  assert.equal((await grow(0)).statusCode, 200)
  assert.equal((await grow(30)).statusCode, 422)
  assert.equal((await grow(0)).statusCode, 200)
})

test('the GitHub token is copied out of an item by an administrator, and given to the catalogs only', async () => {
  const admin = await server.signIn('admin')
  const operator = await server.signIn('operator')
  const url = `${API}/vault/github-token`
  const services = server.services as ConsoleServices
  const payload = { name: 'gh', fields: { token: `${VALUE}-gh` } }
  await server.inject({
    method: 'POST',
    url: `${API}/vault/items`,
    headers: admin.headers,
    payload,
  })
  const put = async (headers: Record<string, string>, reference: string) =>
    await server.inject({ method: 'PUT', url, headers, payload: { reference } })
  assert.equal((await put(operator.headers, '{{ bw:gh:token }}')).statusCode, 403)
  assert.equal((await put(admin.headers, `${VALUE}-in-clear`)).statusCode, 422)
  assert.equal((await put(admin.headers, '{{ bw:gh:other }}')).statusCode, 422)
  assert.equal(await githubToken(services), undefined)
  const set = await put(admin.headers, '{{ bw:gh:token }}')
  assert.equal(set.statusCode, 200, set.body)
  assert.deepEqual([set.json().item, set.json().field, set.json().set], ['gh', 'token', true])
  assert.equal(await githubToken(services), `${VALUE}-gh`)
  const seen = await server.inject({ url, headers: admin.headers })
  assert.ok(!seen.body.includes(VALUE) && !set.body.includes(VALUE))
  const { rows } = await sql<{ t: string }>`select t::text from mcp_console.github_token t`.execute(
    services.db,
  )
  assert.ok(!rows[0]?.t.includes(VALUE))
  const removed = await server.inject({ method: 'DELETE', url, headers: admin.headers })
  assert.equal(removed.statusCode, 204)
  assert.equal(await githubToken(services), undefined)
})

test('every column that is said to be encrypted is there, and its key names one row', async () => {
  for (const { table, column, key } of encrypted.columns) {
    const [schema, name] = table.split('.')
    const { rows } = await sql<{ columns: number; unique: number }>`
      select (select count(*)::int from information_schema.columns
          where table_schema = ${schema} and table_name = ${name}
            and column_name in (${column}, ${key})) as columns,
        (select count(*)::int from pg_index i
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
          where i.indrelid = ${table}::regclass and i.indisunique and i.indnkeyatts = 1
            and a.attname = ${key}) as unique`.execute(server.services.db)
    assert.equal(rows[0]?.columns, 2, `${table}: ${column}, ${key}`)
    assert.ok((rows[0]?.unique ?? 0) > 0, `${table}.${key} is unique`)
  }
})
