import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parseEnv } from 'node:util'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type { Services } from '../../app/services.ts'
import { testServices } from '../../app/testing.ts'
import type { Database } from '../../data/index.ts'
import { generateKeys } from '../../keys/index.ts'
import { Secret } from '../../log/index.ts'
import { judgeSpace } from './database.ts'
import { bootChecks } from './index.ts'

type Config = { [S in keyof Services['config']]?: Partial<Services['config'][S]> }
type Fault = {
  config?: Config
  services?: Partial<Services>
  sql?: string
  undo?: string
  rows?: Rows
  env?: Record<string, string>
  uid?: number
}
/** Answers of a server of PostgreSQL, by a word of the question. */
type Rows = Record<string, object[]>

const ENV = join(import.meta.dirname, '../../../../.env.development')
const ADMIN = '00000000-0000-4000-8000-00000000000a'
const keys = generateKeys(new Date())
const secret = (text: string) => new Secret(text)
const server = { data: { databaseUrl: secret('postgres://minato@postgres/minato') } }

let booted: Awaited<ReturnType<typeof testServices>>
before(async () => {
  booted = await testServices({ apps: [] })
  await prepare(booted.services.db)
})
after(() => booted[Symbol.asyncDispose]())

/** A system in which all is well: people, workers, backups. */
async function prepare(db: Database): Promise<void> {
  for (const statement of [
    `insert into minato.users (id, email, email_key, name, roles, locale, time_zone, status, last_sign_in_at, created_at, updated_at)
     values ('${ADMIN}', 'a@minato.jp', 'a@minato.jp', 'A', '{admin}', 'ja', 'Asia/Tokyo', 'active', now(), now(), now())`,
    `insert into minato.two_factors (user_id, secret, confirmed_at, created_at) values ('${ADMIN}', 'x', now(), now())`,
    ...['1', '2'].map(
      (n) => `insert into minato.job_workers (id, host, pid, version, started_at, heartbeat_at)
              values ('00000000-0000-4000-8000-00000000000${n}', 'h', ${n}, '1', now(), now())`,
    ),
    `insert into minato.backups (id, state, reason, place, started_at, finished_at, snapshot_at, bytes, table_count, row_count, file_count, release)
     values ('20261122T000000Z-abcdef01', 'done', 'schedule', 'file', now(), now(), now(), 1, 1, 1, 1, '1')`,
    `insert into minato.drills (backup_id, state, started_at, finished_at, rpo_ms, rto_ms)
     values ('20261122T000000Z-abcdef01', 'passed', now(), now(), 1, 1)`,
  ]) {
    await sql.raw(statement).execute(db)
  }
}

function cannedDatabase(rows: Rows): Database {
  const answer = (text: string) =>
    Object.entries(rows).find(([word]) => text.includes(word))?.[1] ?? []
  class Canned extends DummyDriver {
    override async acquireConnection() {
      return {
        executeQuery: async ({ sql: text }: { sql: string }) => ({ rows: answer(text) }),
        streamQuery: () => {
          throw new Error('no')
        },
      } as never
    }
  }
  return new Kysely({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new Canned(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

const GOOD_ROWS: Rows = {
  pg_stat_archiver: [{ done: 3, last: new Date(), failed: null }],
  pg_roles: [
    { name: 'minato', superuser: false, createrole: false, replication: false, bypassrls: false },
  ],
  pg_stat_activity: [{ used: 4, most: 97, processes: 4 }],
  pg_stat_ssl: [{ ssl: true }],
  current_setting: [{ value: 'on' }],
}
const ON_SERVER = new Set([
  'data.tls',
  'data.role',
  'data.connections',
  'data.archiving',
  'data.checksums',
  'data.postgres',
])

/** A sound production deployment, with one thing wrong. */
function contextWith(id: string, fault: Fault = {}) {
  const { services } = booted
  const base: Config = {
    core: { logLevel: 'info', allowSandbox: [], metricsEnabled: true },
    keys: { authSecret: secret(keys.AUTH_SECRET), encryptionKeys: secret(keys.ENCRYPTION_KEYS) },
    data: ON_SERVER.has(id) ? server.data : {},
    http: {
      allowedOrigins: ['https://minato.harbour.jp'],
      trustProxy: ['172.31.240.2/32'],
      metricsToken: secret('Zr8kQ2mXv7Lp4Tn9'),
    },
    mail: { url: secret('smtps://u:p@smtp.harbour.jp:465'), from: 'Minato <noreply@harbour.jp>' },
    llm: { url: 'https://api.harbour.jp/v1', apiKey: secret('k-1'), model: 'm' },
    cache: { redisUrl: secret('redis://minato:pw@redis:6379') },
    backup: { url: 's3://backups/minato' },
    errors: { sentryDsn: secret('https://k@errors.harbour.jp/1') },
    files: {},
  }
  const sections = new Set([...Object.keys(services.config), ...Object.keys(base)]) as Set<
    keyof Services['config']
  >
  const config = Object.fromEntries(
    [...sections].map((name) => [
      name,
      { ...services.config[name], ...base[name], ...fault.config?.[name] },
    ]),
  ) as unknown as Services['config']
  const canned = ON_SERVER.has(id)
    ? {
        db: cannedDatabase({
          ...GOOD_ROWS,
          ...(id === 'data.postgres' ? { current_setting: [{ value: '17.2' }] } : {}),
          ...fault.rows,
        }),
      }
    : {}
  const redis = { call: async () => ['server', 'redis', 'version', '7.4.1'] } as never
  const keyRing = { ...services.keys, activeKeyId: keys.ENCRYPTION_KEYS.split(':')[0] ?? '' }
  return {
    apps: [],
    root: '/nowhere',
    services: {
      ...services,
      profile: 'production' as const,
      publicUrl: 'https://minato.harbour.jp',
      sandboxes: [],
      redis,
      keys: keyRing,
      config,
      ...canned,
      ...fault.services,
    },
  }
}

async function outcomeOf(id: string, fault: Fault = {}) {
  const check = bootChecks.find((one) => one.id === id)
  assert.ok(check, id)
  const env = fault.env ?? {}
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]))
  const uid = process.getuid
  process.getuid = () => fault.uid ?? 10001
  Object.assign(process.env, env)
  if (fault.sql !== undefined) await sql.raw(fault.sql).execute(booted.services.db)
  try {
    return await check.run(contextWith(id, fault), AbortSignal.timeout(10_000))
  } finally {
    if (fault.undo !== undefined) await sql.raw(fault.undo).execute(booted.services.db)
    if (uid !== undefined) process.getuid = uid
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

for (const { id } of bootChecks) {
  test(`${id}: content with a sound deployment`, async () => {
    const outcome = await outcomeOf(id)
    assert.equal(outcome.status, 'pass', JSON.stringify(outcome))
  })
}

const GONE = { undo: `delete from minato.users where id <> '${ADMIN}'` }
const user = (email: string, roles = 'user', seen = 'now()') =>
  `insert into minato.users (email, email_key, name, roles, locale, time_zone, status, last_sign_in_at, created_at, updated_at)
   values ('${email}', '${email}', 'B', '{${roles}}', 'ja', 'Asia/Tokyo', 'active', ${seen}, now(), now())`
const apiKey = (expires: string, used: string) => ({
  sql: `insert into minato.api_keys (user_id, name, prefix, key_hash, created_at, expires_at, last_used_at)
        values ('${ADMIN}', 'k', 'mnt_abc', 'h', now() - interval '100 days', ${expires}, ${used})`,
  undo: 'delete from minato.api_keys',
})
const processes = (count: number) => ({
  sql: `insert into minato.processes (id, role, release, host, pid, started_at, seen_at)
        select gen_random_uuid(), 'web', '1', 'h' || n, 1, now(), now() from generate_series(1, ${count}) n`,
  undo: 'delete from minato.processes',
})

const jobsWith = (parts: object) => parts as Services['jobs']

const FAULTS: [string, Fault, RegExp?][] = [
  ['config.profile', { services: { profile: 'development' } }],
  [
    'keys.development',
    {
      config: {
        keys: { authSecret: secret(parseEnv(readFileSync(ENV, 'utf8'))['AUTH_SECRET'] ?? '') },
      },
    },
  ],
  ['keys.strength', { config: { keys: { authSecret: secret('a'.repeat(40)) } } }, /AUTH_SECRET/],
  [
    'keys.strength',
    { config: { keys: { authSecret: secret('this-is-my-secret-for-minato-2026') } } },
    /AUTH_SECRET/,
  ],
  [
    'keys.strength',
    { config: { keys: { encryptionKeys: secret(`k:${Buffer.alloc(32).toString('base64')}`) } } },
    /ENCRYPTION_KEYS/,
  ],
  ['keys.reuse', { config: { http: { metricsToken: secret(keys.AUTH_SECRET) } } }, /METRICS_TOKEN/],
  [
    'keys.rotation',
    {
      config: {
        keys: {
          encryptionKeys: secret(
            `${keys.ENCRYPTION_KEYS},old:${Buffer.alloc(32, 7).toString('base64')}`,
          ),
        },
      },
    },
    /old/,
  ],
  ['sandbox.none', { services: { sandboxes: ['model'] } }, /model/],
  ['sandbox.none', { config: { core: { allowSandbox: ['mail'] } } }, /mail/],
  ['process.debugging', { env: { NODE_OPTIONS: '--inspect=0.0.0.0:9229' } }, /inspect/],
  ['process.debugging', { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }, /TLS/],
  ['process.runtime', { uid: 0 }, /uid 0/],
  ['config.data-folder', { config: { core: { dataDir: '/tmp' } } }, /777/],
  ['config.secret-files', { env: { LLM_API_KEY: 'x' } }, /LLM_API_KEY/],
  ['log.level', { config: { core: { logLevel: 'debug' } } }],
  ['http.public-url', { services: { publicUrl: 'http://minato.harbour.jp' } }],
  ['http.public-url', { services: { publicUrl: 'https://minato.example.com' } }],
  [
    'http.allowed-origins',
    {
      config: { http: { allowedOrigins: ['https://minato.harbour.jp', 'http://localhost:5173'] } },
    },
    /5173/,
  ],
  ['http.allowed-origins', { config: { http: { allowedOrigins: ['https://other.harbour.jp'] } } }],
  ['http.trust-proxy', { config: { http: { trustProxy: ['0.0.0.0/0'] } } }],
  ['http.trust-proxy', { config: { http: { trustProxy: ['::/0'] } } }],
  ['http.trust-proxy', { config: { http: { trustProxy: [] } } }],
  [
    'http.rate-limits',
    { config: { http: { rateSignIn: { limit: 1000, windowMs: 60_000 } } } },
    /sign-in/,
  ],
  ['http.metrics-token', { config: { http: { metricsToken: undefined } } }],
  ['http.metrics-token', { config: { core: { metricsEnabled: false } } }],
  ['http.address-lists', { config: { http: { ipAllow: ['0.0.0.0/0'] } } }],
  ['http.deadlines', { config: { http: { requestTimeoutMs: 0 } } }],
  ['realtime.long-polling', { config: { realtime: { longPolling: true } } }],
  ['realtime.retention', { config: { realtime: { keepMs: 400 * 86_400_000 } } }],
  ['data.postgres', { config: { data: { databaseUrl: undefined } } }],
  ['data.postgres', { rows: { current_setting: [{ value: '14.9' }] } }, /14\.9/],
  [
    'data.tls',
    {
      config: { data: { databaseUrl: secret('postgres://u@db.harbour.jp/m') } },
      rows: { pg_stat_ssl: [{ ssl: false }] },
    },
    /not encrypted/,
  ],
  [
    'data.tls',
    { config: { data: { databaseUrl: secret('postgres://u@db.harbour.jp/m?sslmode=no-verify') } } },
    /no-verify/,
  ],
  ['data.role', { rows: { pg_roles: [{ name: 'postgres', superuser: true }] } }, /superuser/],
  ['data.connections', { rows: { pg_stat_activity: [{ used: 90, most: 97, processes: 4 }] } }],
  ['data.connections', { rows: { pg_stat_activity: [{ used: 5, most: 97, processes: 20 }] } }],
  ['data.archiving', { rows: { current_setting: [{ value: 'off' }] } }],
  [
    'data.archiving',
    { rows: { pg_stat_archiver: [{ done: 3, last: new Date(0), failed: new Date() }] } },
  ],
  ['data.checksums', { rows: { current_setting: [{ value: 'off' }] } }],
  ['data.statement-timeout', { config: { data: { statementTimeoutMs: 0 } } }],
  [
    'data.migrations',
    {
      sql: "update minato.migrations set owner = 'away' where id like '%audit_runs'",
      undo: "update minato.migrations set owner = 'minato' where owner = 'away'",
    },
    /audit_runs/,
  ],
  ['data.clock', { services: { db: cannedDatabase({ clock_timestamp: [{ now: new Date(0) }] }) } }],
  [
    'jobs.dead-letters',
    {
      services: {
        jobs: jobsWith({ list: async () => ({ items: [{ name: 'a.b' }, { name: 'a.b' }] }) }),
      },
    },
    /a\.b × 2/,
  ],
  [
    'jobs.schedules',
    {
      services: {
        jobs: jobsWith({
          schedules: { list: async () => [{ name: 'a.c', paused: true, nextAt: null }] },
        }),
      },
    },
    /a\.c \(paused\)/,
  ],
  [
    'jobs.backlog',
    { services: { db: cannedDatabase({ 'pgboss.job': [{ late: 3, minutes: 42 }] }) } },
    /42 min/,
  ],
  ['cache.redis-present', { config: { cache: { redisUrl: undefined } }, ...processes(2) }, /2 web/],
  ['cache.redis-password', { config: { cache: { redisUrl: secret('redis://redis:6379') } } }],
  [
    'cache.redis-tls',
    { config: { cache: { redisUrl: secret('redis://u:p@cache.harbour.jp:6379') } } },
  ],
  [
    'cache.redis-version',
    { services: { redis: { call: async () => ['version', '5.0.7'] } as never } },
    /5\.0\.7/,
  ],
  ['files.tls', { config: { files: { filesUrl: 's3://b?endpoint=http://s3.harbour.jp' } } }],
  ['mail.server', { config: { mail: { url: undefined } } }],
  [
    'mail.tls',
    {
      services: { profile: 'development' },
      config: { mail: { url: secret('smtp://smtp.harbour.jp:25') } },
    },
  ],
  ['mail.from', { config: { mail: { from: 'Minato <minato@localhost>' } } }],
  [
    'mail.outbox',
    {
      sql: `insert into minato.mail_outbox (id, recipient, template, locale, kind, state, next_attempt_at, message_id, created_at, settled_at)
            values (gen_random_uuid(), 'a@b.jp', 'reset', 'ja', 'transactional', 'failed', now(), 'm', now(), now())`,
      undo: 'delete from minato.mail_outbox',
    },
    /1 failed/,
  ],
  ['llm.model', { config: { llm: { url: undefined } } }],
  ['llm.model', { config: { llm: { url: 'http://api.harbour.jp/v1' } } }],
  ['llm.budgets', { config: { llm: { monthlyCapUsd: null, monthlyCapTokens: null } } }],
  [
    'llm.prices',
    {
      sql: `insert into minato.llm_usage (at, month, user_id, app, purpose, model, input_tokens, output_tokens, cost_usd, estimated, price_known, cached, duration_ms, outcome)
            values (now(), '2026-11', '${ADMIN}', 'a', 'p', 'mystery', 1, 1, 0, false, false, false, 1, 'ok')`,
      undo: 'delete from minato.llm_usage',
    },
    /mystery/,
  ],
  [
    'auth.administrator',
    {
      sql: `update minato.users set status = 'disabled' where id = '${ADMIN}'`,
      undo: `update minato.users set status = 'active'`,
    },
  ],
  ['auth.two-factor', { sql: user('b@harbour.jp', 'admin'), ...GONE }, /1 of 2/],
  ['auth.sample-users', { sql: user('hanako@demo.example'), ...GONE }, /demo\.example/],
  [
    'auth.dormant-privileges',
    { sql: user('c@harbour.jp', 'operator', "now() - interval '120 days'"), ...GONE },
    /^.*1 /,
  ],
  ['auth.api-key-expiry', apiKey("now() + interval '5 years'", 'now()')],
  ['auth.api-key-use', apiKey("now() + interval '5 days'", 'null')],
  [
    'auth.role-permissions',
    {
      sql: "insert into minato.role_permissions (role, permission, granted, updated_at, updated_by) values ('user', 'users.manage', true, now(), 'x')",
      undo: 'delete from minato.role_permissions',
    },
    /users\.manage/,
  ],
  ['auth.lockout-limits', { config: { auth: { accountAttempts: 100 } } }],
  ['auth.sessions', { config: { auth: { sessionIdleMs: 12 * 3_600_000 } } }, /IDLE/],
  ['auth.signing-keys', { config: { auth: { signingKeyMs: 1000 * 86_400_000 } } }],
  [
    'jobs.workers',
    {
      sql: "update minato.job_workers set heartbeat_at = now() - interval '1 hour'",
      undo: 'update minato.job_workers set heartbeat_at = now()',
    },
  ],
  [
    'jobs.worker-redundancy',
    {
      sql: "update minato.job_workers set heartbeat_at = now() - interval '1 hour' where pid = 1",
      undo: 'update minato.job_workers set heartbeat_at = now()',
    },
  ],
  [
    'errors.open',
    {
      sql: `insert into minato.error_groups (fingerprint, name, message, source, stack, count, first_seen, last_seen, last_release)
            values (repeat('a', 64), 'TypeError', 'm', 'a.ts:1', 's', 2, now(), now(), '1')`,
      undo: 'delete from minato.error_groups',
    },
    /TypeError a\.ts:1 × 2/,
  ],
  ['errors.sentry', { config: { errors: { sentryDsn: undefined } } }],
  ['backup.place', { config: { backup: { url: undefined } } }],
  [
    'backup.age',
    {
      sql: "update minato.backups set started_at = now() - interval '3 days'",
      undo: 'update minato.backups set started_at = now()',
    },
    /72 h/,
  ],
  [
    'backup.drilled',
    {
      sql: "update minato.drills set state = 'failed', error_code = 'X'",
      undo: "update minato.drills set state = 'passed', error_code = null",
    },
  ],
  [
    'backup.drilled',
    {
      sql: "update minato.drills set started_at = now() - interval '60 days'",
      undo: 'update minato.drills set started_at = now()',
    },
  ],
  ['backup.schedule', { config: { backup: { schedule: 'off' } } }],
  ['backup.schedule', { config: { backup: { retentionDays: 7 } } }],
  [
    'deploy.last',
    {
      sql: `insert into minato.deploys (id, kind, release, color, previous_release, previous_color, state, deployed_by, started_at, ended_at, migrations, contracts, steps)
            values (gen_random_uuid(), 'deploy', '2', 'green', '1', 'blue', 'reverted', 'x', now(), now(), '{}', '{}', '[]')`,
      undo: 'delete from minato.deploys',
    },
  ],
]

for (const [id, fault, evidence] of FAULTS) {
  test(`${id}: finds ${JSON.stringify(fault, (key, value) => (key === 'undo' ? undefined : value)).slice(0, 110)}`, async () => {
    const outcome = await outcomeOf(id, fault)
    assert.equal(outcome.status, 'fail', JSON.stringify(outcome))
    const { evidence: seen } = outcome
    assert.match(typeof seen === 'string' ? seen : seen.en, evidence ?? /./)
  })
}

test('data.disk-space: a tenth or a gigabyte must be free', () => {
  const GB = 1024 ** 3
  assert.equal(judgeSpace(5 * GB, 100 * GB).status, 'fail')
  assert.equal(judgeSpace(0.5 * GB, 4 * GB).status, 'fail')
  assert.equal(judgeSpace(0.2 * GB, 0.25 * GB).status, 'pass')
  assert.equal(judgeSpace(20 * GB, 100 * GB).status, 'pass')
})

test('data.contract-migrations: finds one that waits', async () => {
  const root = await mkdtemp(join(tmpdir(), 'minato-audit-'))
  try {
    const folder = join(root, 'apps/trial/migrations')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, '20290101000000_new.expand.sql'), 'create table trial.new ();\n')
    const contract = '-- contracts: 20290101000000_new\ndrop table trial.old;\n'
    await writeFile(join(folder, '20300101000000_old.contract.sql'), contract)
    const check = bootChecks.find(({ id }) => id === 'data.contract-migrations')
    const apps = [{ name: 'trial' }] as never
    const context = { ...contextWith('data.contract-migrations'), apps, root }
    const outcome = await check?.run(context, AbortSignal.timeout(5000))
    assert.equal(outcome?.status, 'fail')
    assert.match(JSON.stringify(outcome), /trial\/20300101000000_old/)
  } finally {
    await rm(root, { recursive: true })
  }
})

test('files.store: files on disk of several hosts are unproven', async () => {
  assert.equal((await outcomeOf('files.store', processes(2))).status, 'skip')
})

test('every boot check is shown to find its fault', () => {
  const apart = ['data.disk-space', 'data.contract-migrations', 'files.store']
  const shown = new Set([...FAULTS.map(([id]) => id), ...apart])
  assert.deepEqual(
    bootChecks.map(({ id }) => id).filter((id) => !shown.has(id)),
    [],
  )
})
