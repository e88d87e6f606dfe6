import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
} from 'kysely'
import type { Services } from '../../../app/services.ts'
import type { Database } from '../../../data/index.ts'
import { generateKeys } from '../../../keys/index.ts'
import { Secret } from '../../../log/index.ts'

type Config = { [S in keyof Services['config']]?: Partial<Services['config'][S]> }
export type Fault = {
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

export const ADMIN = '00000000-0000-4000-8000-00000000000a'
export const keys = generateKeys(new Date())
export const secret = (text: string) => new Secret(text)
const server = { data: { databaseUrl: secret('postgres://minato@postgres/minato') } }

/** A system in which all is well: people, workers, backups. */
export async function prepare(db: Database): Promise<void> {
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

export function cannedDatabase(rows: Rows): Database {
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
export function contextWith(services: Services, id: string, fault: Fault = {}) {
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
