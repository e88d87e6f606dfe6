import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { after, before, beforeEach, test } from 'node:test'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import { createLogger } from '@minato/platform/log'
import { sql } from 'kysely'
import { until } from '../../../../test/until.ts'
import type { ConsoleServices } from '../config.ts'
import { type FakeBw, fakeBw, GIVE_ITEM, SESSION_KEY } from './test/fake-bw.ts'
import { sweepVaultSessions } from './vault-sessions.ts'

const API = '/api/mcp-console'
const MASTER = 'master-password-of-a-test-81'
const CANARY = 'canary-on-stderr-4Zr9'
/** A duration nobody else sleeps: finds what a hung program leaves behind. */
const MARK = '98765.4321'

let bw: FakeBw
let server: TestServer
let person: SignedIn
const logged: string[] = []
let offsetMs = 0

before(async () => {
  bw = await fakeBw()
  server = await testServer({
    env: { MCP_CONSOLE_BITWARDEN_COMMAND: bw.command, MCP_CONSOLE_BITWARDEN_TIMEOUT: '3s' },
    log: createLogger({ level: 'debug', destination: { write: (line) => void logged.push(line) } }),
    clock: () => Date.now() + offsetMs,
  })
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await bw?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  offsetMs = 0
  person = await server.signIn('operator')
  await bw.onGet(GIVE_ITEM)
  await bw.onLogin(`echo '${SESSION_KEY}'`)
  const opened = await open()
  assert.equal(opened.statusCode, 200, opened.body)
  await bw.calls()
})

/** Opening a vault counts as a sign-in by address, over all files that share one Redis: each comes from its own. */
const post = (path: string, payload: object) =>
  server.inject({
    method: 'POST',
    url: `${API}${path}`,
    headers: person.headers,
    payload,
    remoteAddress: `10.${[1, 2, 3].map(() => 1 + Math.floor(Math.random() * 250)).join('.')}`,
  })
const open = (more: object = {}) =>
  post('/vault/open', { email: 'ann@example.com', masterPassword: MASTER, ...more })
const ask = (...items: string[]) =>
  post('/preflight', Object.fromEntries(items.map((item) => [item, `{{ bw:${item}:token }}`])))

/** Command lines of everything that runs now. */
async function running(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return (await Promise.all(pids.map(read))).join('\n').replaceAll('\0', ' ')
}

async function storedText(): Promise<string> {
  const { rows } = await sql<{ all: string }>`
    select coalesce((select string_agg(s::text, '') from mcp_console.vault_sessions s), '')
      || coalesce((select string_agg(a::text, '') from minato.audit_log a), '') as all`.execute(
    server.services.db,
  )
  return rows[0]?.all ?? ''
}

test('secrets are handed over in the environment only, and none of ours with them', async () => {
  await open()
  const calls = (await bw.calls()).join('\n')
  assert.ok(!calls.includes(MASTER) && !calls.includes(SESSION_KEY), calls)
  const environments = await bw.environments()
  assert.ok(environments.includes(`BW_PASSWORD=${MASTER}`))
  assert.ok(environments.includes(`BW_SESSION=${SESSION_KEY}`))
  assert.doesNotMatch(environments, /AUTH_SECRET|ENCRYPTION_KEYS|DATABASE_URL|MINATO_/)
  const folders = [...environments.matchAll(/BITWARDENCLI_APPDATA_DIR=(.*)/g)].map(
    ([, path]) => path,
  )
  assert.ok(folders.length > 0)
  for (const path of folders) assert.ok(!existsSync(path ?? ''), `${path} is removed`)
})

test('the session key and what the program stores lie encrypted under the sign-in session', async () => {
  const stored = await storedText()
  assert.match(stored, /v1\.[^,]+/)
  for (const secret of [SESSION_KEY, 'of the fake', MASTER]) assert.ok(!stored.includes(secret))
})

test('one call an item, and none for half an hour after', async () => {
  const form = {
    a: '{{ bw:github:token }}',
    b: ['{{ bw:github:password }}', '{{ bw:other:token }}'],
  }
  assert.equal((await post('/preflight', form)).json().ready, true)
  assert.deepEqual((await bw.calls()).sort(), ['get item -- github', 'get item -- other'])
  assert.equal((await post('/preflight', form)).json().ready, true)
  assert.deepEqual(await bw.calls(), [])
})

test('an item of a similar name is not the item', async () => {
  await bw.onGet(`name=github-staging; ${GIVE_ITEM}`)
  assert.equal((await ask('github')).json().items[0].found, 'no_item')
})

test('several items of one name are told apart by id', async () => {
  await bw.onGet(`if [ "$1" = get ]; then echo 'More than one result was found.' >&2; exit 1; fi
    echo '[{"id":"1","name":"twice"},{"id":"2","name":"twice"},{"id":"3","name":"twice-3"}]'`)
  const answer = await ask('twice')
  assert.equal(answer.json().code, 'MCP_CONSOLE_SECRET_ITEM_AMBIGUOUS')
})

test('a hung program is killed with what it started; the error names item and field', async () => {
  await bw.onGet(`sleep ${MARK} & sleep ${MARK}`)
  const began = performance.now()
  const answer = await ask('github')
  assert.ok(performance.now() - began < 15_000)
  const { status, code, detail, item, field } = answer.json()
  assert.deepEqual([status, code], [504, 'MCP_CONSOLE_VAULT_TIMEOUT'])
  assert.deepEqual([item, field], ['github', 'token'])
  assert.match(detail, /github.*token/)
  await until('no child is left', async () => !(await running()).includes(MARK))
})

test('when the caller hangs up, the program is killed too', async () => {
  await bw.onGet(`sleep ${MARK}`)
  const url = await server.listen()
  const gone = new AbortController()
  const asked = fetch(`${url}${API}/preflight`, {
    method: 'POST',
    headers: { ...person.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ a: '{{ bw:github:token }}' }),
    signal: gone.signal,
  })
  await until('the program runs', async () => (await running()).includes(MARK))
  gone.abort()
  await assert.rejects(asked)
  await until('it does not run any more', async () => !(await running()).includes(MARK), 2500)
})

for (const [fault, lines] of Object.entries({
  'secrets on stderr': `echo 'Error: bad value ${CANARY} for password=${CANARY}' >&2; exit 1`,
  'a strange exit code': `echo ${CANARY}; exit 7`,
  'no JSON': `echo '<html>${CANARY}</html>'`,
  'JSON of another shape': `echo '{"id":1,"name":"${CANARY}"}'`,
  'endless output': `yes ${CANARY}`,
  'killed by a signal': `echo ${CANARY} >&2; kill -9 $$`,
})) {
  test(`${fault}: an error that names item and field, and nothing of what was said`, async () => {
    logged.length = 0
    await bw.onGet(lines)
    const answer = await ask('github')
    assert.equal(answer.statusCode, 502, answer.body)
    assert.equal(answer.json().code, 'MCP_CONSOLE_VAULT_LOOKUP_FAILED')
    assert.match(answer.json().detail, /github.*token/)
    for (const place of [answer.body, logged.join(''), await storedText()]) {
      assert.ok(!place.includes(CANARY))
    }
    assert.ok(logged.join('').includes('vault.lookup_failed'), 'operators are told')
  })
}

test('what the program says of a sign-in becomes a reason a person understands', async () => {
  for (const [said, code] of [
    ['Invalid master password. Confirm your email is correct', 'MCP_CONSOLE_VAULT_CREDENTIALS'],
    ['Code is required.', 'MCP_CONSOLE_VAULT_CODE_REQUIRED'],
    ['Two-step token is invalid. Try again.', 'MCP_CONSOLE_VAULT_CODE_WRONG'],
    ['Rate limit exceeded. Try again later.', 'MCP_CONSOLE_VAULT_RATE_LIMITED'],
    [
      'FetchError: request to https://x failed, reason: ECONNREFUSED',
      'MCP_CONSOLE_VAULT_UNREACHABLE',
    ],
    ['kaboom', 'MCP_CONSOLE_VAULT_FAILED'],
  ]) {
    await bw.onLogin(`echo '${said}' >&2; exit 1`)
    assert.equal((await open()).json().code, code, said)
  }
  await bw.onLogin('echo no-session-key-here')
  assert.equal((await open()).json().code, 'MCP_CONSOLE_VAULT_FAILED')
})

test('an authenticator code is typed, a mailed one is a single-use argument', async () => {
  await bw.onLogin(
    `printf '? Two-step login code:' >&2; read code; [ "$code" = 123456 ] && echo '${SESSION_KEY}'`,
  )
  const typed = await open({ twoStep: { method: 'authenticator', code: '123456' } })
  assert.equal(typed.statusCode, 200, typed.body)
  assert.ok(!(await bw.calls()).join('\n').includes('123456'))
  await bw.onLogin(`echo '${SESSION_KEY}'`)
  await open({ twoStep: { method: 'email', code: '654321' } })
  assert.match((await bw.calls()).join('\n'), /login .*--method 1 --code 654321/)
})

test('sign-out locks the vault and drops its values', async () => {
  const services = server.services as ConsoleServices
  await ask('github')
  const [key] = await cachedKeys()
  assert.ok(key)
  await server.inject({ method: 'POST', url: '/api/auth/sign-out', headers: person.headers })
  await until('it is locked', async () => (await sessionCount()) === 0)
  await until('its values are gone', async () => {
    return (await services.cache.namespace('mcp-console').get(key)) === undefined
  })
})

test('so does the end of a session that nobody ended: idle for too long', async () => {
  const services = server.services as ConsoleServices
  await ask('github')
  const [key] = await cachedKeys()
  assert.ok(key)
  assert.equal(await sweepVaultSessions(services), 0)
  offsetMs = 24 * 3_600_000
  assert.ok((await sweepVaultSessions(services)) > 0)
  assert.equal(await sessionCount(), 0)
  assert.equal(await services.cache.namespace('mcp-console').get(key), undefined)
})

test('a vault that is locked meanwhile says so, and nothing comes from the cache after', async () => {
  await ask('github')
  await bw.onGet("echo 'Vault is locked.' >&2; exit 1")
  assert.equal((await ask('other')).json().code, 'MCP_CONSOLE_VAULT_LOCKED')
  assert.equal((await ask('github')).json().items[0].found, 'no_item')
  const state = await server.inject({ url: `${API}/vault`, headers: person.headers })
  assert.equal(state.json().open, false)
})

test('an API key opens no Bitwarden vault, and reads none', async () => {
  const key = await server.apiKey(person.user)
  const headers = { authorization: `Bearer ${key}` }
  const payload = { email: 'ann@example.com', masterPassword: MASTER }
  const url = `${API}/vault/open`
  const opened = await server.inject({ method: 'POST', url, headers, payload })
  assert.equal(opened.statusCode, 403)
  const checked = await server.inject({
    method: 'POST',
    url: `${API}/preflight`,
    headers,
    payload: { a: '{{ bw:github:token }}' },
  })
  assert.equal(checked.json().items[0].found, 'no_item')
})

async function sessionCount(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from mcp_console.vault_sessions where user_id = ${person.user.id}`.execute(
    server.services.db,
  )
  return rows[0]?.n ?? 0
}

async function cachedKeys(): Promise<string[]> {
  const { rows } = await sql<{ session_id: string }>`
    select session_id from mcp_console.vault_sessions where user_id = ${person.user.id}`.execute(
    server.services.db,
  )
  const keys = rows.map((row) => `vault:${row.session_id}:github`)
  const cache = server.services.cache.namespace('mcp-console')
  for (const key of keys) assert.ok(await cache.get(key), 'the item is cached')
  return keys
}
