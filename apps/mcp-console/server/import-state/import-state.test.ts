import assert from 'node:assert/strict'
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { ImportReport } from '@minato/platform/app'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import type { ConsoleServices } from '../config.ts'
import { unseal } from '../remote/sealed.ts'
import { remoteTables } from '../remote/store.ts'
import { stateImport } from './index.ts'

const NOW = Date.parse('2026-11-22T06:00:00Z')
const KEY = randomBytes(32)
const KEY_TEXT = KEY.toString('base64url').padEnd(44, '=')
const ACCESS = 'access-token-of-notion-1'
const VAULT_KEY = 'bw-session-key-in-clear-text'

let folder: string
let server: TestServer
let services: ConsoleServices
let owner: { id: string }

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minato-import-'))
  server = await testServer({ clock: () => NOW })
  const appConfig = server.services.appConfigs['mcp-console']
  services = { ...server.services, appConfig } as ConsoleServices
  owner = (await server.signIn('admin')).user
})
after(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  const db = remoteTables(services.db)
  await db.deleteFrom('mcp_console.remote_servers').execute()
  await db.deleteFrom('mcp_console.remote_hosts').execute()
  await services.db
    .withTables<{ 'mcp_console.github_token': { id: boolean } }>()
    .deleteFrom('mcp_console.github_token')
    .execute()
})

/** A token as Python's `Fernet(key).encrypt(text)` makes it. */
function fernet(text: string, key = KEY): string {
  const iv = randomBytes(16)
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(Math.floor(NOW / 1000)))
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const body = Buffer.concat([cipher.update(text), cipher.final()])
  const signed = Buffer.concat([Buffer.from([0x80]), time, iv, body])
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest()
  const token = Buffer.concat([signed, mac]).toString('base64url')
  return token.padEnd(Math.ceil(token.length / 4) * 4, '=')
}

const SCHEMA = `
  create table credentials (credential_key text primary key, token_ref text not null, scopes text not null,
    expires_at text not null, server_id text not null, oauth_token_url text, oauth_client_id text,
    created_by text not null, created_at text not null);
  create table remote_servers (server_id text primary key, catalog_item_id text not null, name text not null,
    endpoint text not null, status text not null, credential_key text, last_connected_at text,
    error_message text, created_at text not null);
  create table sessions (session_id text primary key, server_id text not null, config text not null,
    state text not null, idle_deadline text not null, gateway_endpoint text not null,
    metrics_endpoint text not null, mtls_cert_ref text, feature_flags text not null, created_at text not null);
  create table auth_sessions (session_id text primary key, user_email text not null,
    bw_session_key text not null, created_at text not null, expires_at text not null, last_activity text not null);
  create table gateway_allowlist (id text primary key, type text not null, value text not null,
    created_by text not null, created_at text not null, enabled integer not null, version integer not null);
  create table github_tokens (id integer primary key check (id = 1), token_ref text not null,
    source text not null, updated_by text not null, updated_at text not null);
  create table jobs (job_id text primary key, session_id text not null);
  create table surprise (what text);
`
const AT = '2026-08-01T09:00:00+00:00'

type Row = Record<string, string | number | null>

function insert(db: DatabaseSync, table: string, row: Row): void {
  const names = Object.keys(row)
  const marks = names.map(() => '?').join(', ')
  db.prepare(`insert into ${table} (${names.join(', ')}) values (${marks})`).run(
    ...Object.values(row),
  )
}

const remote = (server_id: string, endpoint: string, more: Row = {}): Row => ({
  ...{ server_id, endpoint, catalog_item_id: server_id, name: server_id, status: 'registered' },
  ...{ credential_key: null, created_at: AT, ...more },
})
const allow = (id: string, type: string, value: string, enabled = 1): Row => ({
  ...{ id, type, value, enabled, created_by: 'admin', created_at: AT, version: 1 },
})
function credential(
  credential_key: string,
  server_id: string,
  more: Row & { plain?: string } = {},
): Row {
  const { plain, ...columns } = more
  const payload =
    plain ??
    JSON.stringify({
      access_token: ACCESS,
      refresh_token: 'refresh-token-of-notion-1',
      scopes: ['read', 'write'],
      expires_at: '2026-11-22T07:00:00+00:00',
    })
  const ref = { type: 'encrypted', algo: 'fernet', key_id: 'default', blob: fernet(payload) }
  return {
    ...{ credential_key, server_id, token_ref: JSON.stringify(ref), scopes: '["read"]' },
    ...{ expires_at: AT, created_by: 'system', created_at: AT },
    ...{ oauth_token_url: 'https://auth.example.com/token', oauth_client_id: 'console' },
    ...columns,
  }
}

/** A state.db with ordinary rows, and every mean one. */
async function stateDb(fill: (db: DatabaseSync) => void = ordinaryAndMean): Promise<string> {
  const path = join(folder, `${randomBytes(6).toString('hex')}.db`)
  const db = new DatabaseSync(path)
  // One transaction: each commit is a write to the disk.
  db.exec(`begin; ${SCHEMA}`)
  fill(db)
  db.exec('commit')
  db.close()
  return path
}

function ordinaryAndMean(db: DatabaseSync): void {
  insert(db, 'gateway_allowlist', allow('a1', 'domain', 'example.com'))
  insert(db, 'gateway_allowlist', allow('a2', 'pattern', '*.example.org/*'))
  insert(db, 'gateway_allowlist', allow('a3', 'domain', 'example.com'))
  insert(db, 'gateway_allowlist', allow('a4', 'domain', 'off.example.net', 0))
  insert(db, 'gateway_allowlist', allow('a5', 'service', 'e2b'))
  insert(db, 'gateway_allowlist', allow('a6', 'pattern', 'example.net/mcp/*'))
  insert(
    db,
    'remote_servers',
    remote('notion', 'https://mcp.example.com/mcp', { credential_key: 'k-notion' }),
  )
  insert(db, 'remote_servers', remote('off', 'https://off.example.com/sse', { status: 'disabled' }))
  insert(db, 'remote_servers', remote('twin', 'https://mcp.example.com/mcp'))
  insert(
    db,
    'remote_servers',
    remote('Notion', 'https://two.example.com/mcp', { credential_key: 'k-old' }),
  )
  insert(db, 'remote_servers', remote('far', 'https://mcp.elsewhere.dev/mcp'))
  insert(db, 'remote_servers', remote('inside', 'http://169.254.169.254/mcp'))
  insert(db, 'remote_servers', remote('script', 'javascript:alert(1)'))
  insert(db, 'remote_servers', remote('empty', ''))
  insert(db, 'credentials', credential('k-notion', 'notion'))
  insert(db, 'credentials', credential('k-notion-before', 'notion'))
  insert(
    db,
    'credentials',
    credential('k-old', 'Notion', {
      plain: JSON.stringify({ access_token: 'x', expires_at: '2026-01-01T00:00:00' }),
    }),
  )
  insert(db, 'credentials', credential('k-bad', 'off', { token_ref: '{"blob":"gAAAAAbroken"}' }))
  insert(db, 'credentials', credential('k-nobody', 'nobody'))
  insert(db, 'auth_sessions', {
    ...{ session_id: 's1', user_email: 'taro@example.com', bw_session_key: VAULT_KEY },
    ...{ created_at: AT, expires_at: '2026-11-23T00:00:00+00:00', last_activity: AT },
  })
  insert(db, 'auth_sessions', {
    ...{ session_id: 's2', user_email: 'old@example.com', bw_session_key: VAULT_KEY },
    ...{ created_at: AT, expires_at: AT, last_activity: AT },
  })
  insert(db, 'sessions', {
    ...{ session_id: 'run1', server_id: 'x', config: '{}', state: 'running', feature_flags: '{}' },
    ...{ idle_deadline: '2026-11-22T06:20:00', gateway_endpoint: 'container://1' },
    ...{ metrics_endpoint: '', created_at: AT },
  })
  insert(db, 'github_tokens', {
    ...{ id: 1, source: 'bitwarden:github:token', updated_by: 'taro', updated_at: AT },
    token_ref: JSON.stringify({ ciphertext: fernet('github-token-1'), key_id: 'default' }),
  })
  insert(db, 'surprise', { what: 'nobody knows' })
}

type Options = { apply?: boolean; keys?: string[]; owner?: string | undefined }

async function run(file: string, options: Options = {}): Promise<ImportReport> {
  const { apply = false, keys = [KEY_TEXT] } = options
  const ownerId = 'owner' in options ? options.owner : owner.id
  return await stateImport.run(services, { file, apply, ownerId, fernetKeys: keys, actor: 'test' })
}

/** `table: found = taken + already + left` and the reasons, in few words. */
function summary({ tables }: ImportReport): Record<string, string> {
  return Object.fromEntries(
    tables.map(({ table, found, taken, already, left }) => {
      assert.equal(found, taken + already + left.length, `${table} is not accounted for`)
      const reasons = left.map(({ id, reason }) => `${id}:${reason}`).join(' ')
      return [table, `${taken}/${already} ${reasons}`.trim()]
    }),
  )
}

const EXPECTED = {
  gateway_allowlist: '2/0 a3:duplicate a4:disabled a5:kind_unknown a6:bad_host',
  remote_servers:
    '3/0 twin:duplicate far:host_not_allowed inside:bad_url script:bad_url empty:bad_url',
  credentials: '1/0 k-notion…:duplicate k-old:expired k-bad:bad_token k-nobody:no_server',
  github_tokens: '1/0',
  auth_sessions: '0/0 taro@example.com:sign_in_again old@example.com:expired',
  jobs: '0/0',
  sessions: '0/0 run1:begin_again',
  surprise: '0/0 1:table_unknown',
}

async function rows() {
  const db = remoteTables(services.db)
  return {
    servers: await db
      .selectFrom('mcp_console.remote_servers')
      .selectAll()
      .orderBy('name')
      .execute(),
    hosts: await db
      .selectFrom('mcp_console.remote_hosts')
      .select('pattern')
      .orderBy('pattern')
      .execute(),
    credentials: await db.selectFrom('mcp_console.oauth_credentials').selectAll().execute(),
  }
}

describe('a plan', () => {
  test('accounts for every row of every table and changes nothing', async () => {
    const file = await stateDb()
    const before = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    const report = await run(file)
    assert.deepEqual(summary(report), EXPECTED)
    assert.equal(report.applied, false)
    assert.deepEqual(await rows(), { servers: [], hosts: [], credentials: [] })
    assert.match(report.next[0]?.en ?? '', /--apply/)
    assert.match(report.next.at(-1)?.en ?? '', /shred/)
    assert.equal(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
      before,
    )
  })

  test('says which key is missing, and needs no owner', async () => {
    const report = await run(await stateDb(), { keys: [], owner: undefined })
    assert.match(summary(report)['credentials'] ?? '', /k-notion:no_key/)
    assert.ok(report.next.some(({ en }) => en.includes('--fernet-key-file')))
  })

  test('holds no secret, whatever the rows', async () => {
    const text = JSON.stringify(await run(await stateDb()))
    for (const secret of [ACCESS, VAULT_KEY, 'github-token-1', 'gAAAAA', KEY_TEXT]) {
      assert.ok(!text.includes(secret), secret)
    }
  })
})

describe('applying', () => {
  test('takes over what the plan said, encrypted under our ring, and proves it', async () => {
    const report = await run(await stateDb(), { apply: true })
    assert.deepEqual(summary(report), EXPECTED)
    assert.equal(report.proven, true)
    const { servers, hosts, credentials } = await rows()
    assert.deepEqual(servers.map(({ name, url, enabled }) => `${name} ${url} ${enabled}`).sort(), [
      'Notion (2) https://two.example.com/mcp true',
      'notion https://mcp.example.com/mcp true',
      'off https://off.example.com/sse false',
    ])
    assert.deepEqual(
      hosts.map(({ pattern }) => pattern),
      ['*.example.com', '*.example.org', 'example.com'],
    )
    const [kept] = credentials
    assert.equal(credentials.length, 1)
    assert.equal(kept?.token_endpoint, 'https://auth.example.com/token')
    assert.equal(kept?.scope, 'read write')
    const notion = servers.find(({ name }) => name === 'notion')
    assert.deepEqual([notion?.client_id, notion?.client_secret], ['console', null])
    assert.ok(report.next.some(({ en }) => en.includes('clientSecret')))
    assert.ok(!JSON.stringify(kept).includes(ACCESS))
    const place = { table: 'oauth_credentials', column: 'access_token' } as const
    assert.equal(
      unseal(services.keys, kept?.access_token ?? '', { ...place, row: kept?.server_id ?? '' }),
      ACCESS,
    )
  })

  test('may be repeated: the second time everything is there, and nothing is overwritten', async () => {
    const file = await stateDb()
    await run(file, { apply: true })
    const first = await rows()
    const again = await run(file, { apply: true })
    assert.equal(again.proven, true)
    assert.equal(
      summary(again)['gateway_allowlist'],
      EXPECTED.gateway_allowlist.replace('2/0', '0/2'),
    )
    assert.equal(summary(again)['remote_servers'], EXPECTED.remote_servers.replace('3/0', '0/3'))
    assert.equal(summary(again)['credentials'], EXPECTED.credentials.replace('1/0', '0/1'))
    assert.equal(summary(again)['github_tokens'], '0/1')
    assert.deepEqual(await rows(), first)
  })

  test('takes later what was left for want of a host or of the key', async () => {
    const file = await stateDb()
    await run(file, { apply: true, keys: [] })
    assert.equal((await rows()).credentials.length, 0)
    await remoteTables(services.db)
      .insertInto('mcp_console.remote_hosts')
      .values({ pattern: 'mcp.elsewhere.dev', added_by: null, created_at: new Date(NOW) })
      .execute()
    const report = await run(file, { apply: true })
    assert.equal(report.proven, true)
    const { servers, credentials } = await rows()
    assert.equal(servers.length, 4)
    assert.equal(credentials.length, 1)
  })

  test('asks for an owner before it writes anything', async () => {
    await assert.rejects(run(await stateDb(), { apply: true, owner: undefined }), {
      code: 'MCP_CONSOLE_STATE_OWNER_MISSING',
    })
    assert.deepEqual((await rows()).hosts, [])
  })

  test('is one entry in the audit log, with counts', async () => {
    await run(await stateDb(), { apply: true })
    const row = await services.db
      .withTables<{ 'minato.audit_log': { action: string; metadata: unknown; id: string } }>()
      .selectFrom('minato.audit_log')
      .select('metadata')
      .where('action', '=', 'mcp-console.state.import')
      .limit(1)
      .executeTakeFirstOrThrow()
    assert.match(JSON.stringify(row.metadata), /found 8, taken 3, there 0, left 5/)
  })
})

describe('files', () => {
  test('an older file without the newer tables and columns is read', async () => {
    const path = join(folder, 'older.db')
    const db = new DatabaseSync(path)
    db.exec(`create table credentials (credential_key text primary key, token_ref text, scopes text,
      expires_at text, server_id text, created_by text, created_at text);
      create table gateway_allowlist (id text primary key, type text, value text, created_by text,
      created_at text, enabled integer, version integer)`)
    insert(db, 'gateway_allowlist', allow('a1', 'domain', 'example.com'))
    db.close()
    const report = await run(path, { apply: true })
    assert.deepEqual(summary(report), { credentials: '0/0', gateway_allowlist: '1/0' })
  })

  test('what is no state.db is refused with the reason, and is not made', async () => {
    const text = join(folder, 'notes.txt')
    await writeFile(text, 'not a database, but long enough to look like one'.repeat(100))
    const other = join(folder, 'other.db')
    const db = new DatabaseSync(other)
    db.exec('create table notes (id)')
    db.close()
    const nothing = join(folder, 'nothing.db')
    for (const path of [text, other, nothing]) {
      await assert.rejects(run(path), { code: 'MCP_CONSOLE_STATE_UNREADABLE' }, path)
    }
    await assert.rejects(stat(nothing))
  })
})
