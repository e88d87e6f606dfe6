import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Services } from '../../../app/services.ts'
import { ADMIN, cannedDatabase, type Fault, keys, secret } from './sound-deployment.ts'

const ENV = join(import.meta.dirname, '../../../../../.env.development')
const GONE = { undo: `delete from minato.users where id <> '${ADMIN}'` }
const user = (email: string, roles = 'user', seen = 'now()') =>
  `insert into minato.users (email, email_key, name, roles, locale, time_zone, status, last_sign_in_at, created_at, updated_at)
   values ('${email}', '${email}', 'B', '{${roles}}', 'ja', 'Asia/Tokyo', 'active', ${seen}, now(), now())`
const apiKey = (expires: string, used: string) => ({
  sql: `insert into minato.api_keys (user_id, name, prefix, key_hash, created_at, expires_at, last_used_at)
        values ('${ADMIN}', 'k', 'mnt_abc', 'h', now() - interval '100 days', ${expires}, ${used})`,
  undo: 'delete from minato.api_keys',
})
export const processes = (count: number) => ({
  sql: `insert into minato.processes (id, role, release, host, pid, started_at, seen_at)
        select gen_random_uuid(), 'web', '1', 'h' || n, 1, now(), now() from generate_series(1, ${count}) n`,
  undo: 'delete from minato.processes',
})

const jobsWith = (parts: object) => parts as Services['jobs']

/** What is wrong, by the check that must find it, and what it must say. */
export const FAULTS: [string, Fault, RegExp?][] = [
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
