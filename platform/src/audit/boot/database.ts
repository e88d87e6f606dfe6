import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Services } from '../../app/services.ts'
import { migrationFolders } from '../../app/system.ts'
import { migrationStatus, readMigrations } from '../../data/index.ts'
import { type BootCheck, fail, type Outcome, pass, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { bootCheck, isInside, onPostgres } from './boot-check.ts'

/** What only a server of PostgreSQL has; the embedded database is judged by `data.postgres`. */
function postgresCheck(
  check: Omit<BootCheck, 'phase' | 'run'> & { look(services: Services): Promise<Outcome> },
): BootCheck {
  const { look, ...words } = check
  return bootCheck({
    ...words,
    run: ({ services }) =>
      onPostgres(services)
        ? look(services)
        : skip('The embedded database has none of this.', '組み込みデータベースにはありません。'),
  })
}

async function setting(services: Services, name: string): Promise<string | undefined> {
  const { rows } = await sql<{
    value: string | null
  }>`select current_setting(${name}, true) as value`.execute(services.db)
  return rows[0]?.value ?? undefined
}

const postgres = bootCheck({
  id: 'data.postgres',
  severity: 'critical',
  title: {
    en: 'The database is PostgreSQL 15 or newer',
    ja: 'データベースが PostgreSQL 15 以上である',
  },
  why: {
    en: 'The embedded database serves one process and does not survive a power loss.',
    ja: '組み込みデータベースは 1 プロセス用で、停電に耐えません。',
  },
  mend: {
    en: 'Set DATABASE_URL_FILE to a PostgreSQL 15 or newer.',
    ja: 'DATABASE_URL_FILE に PostgreSQL 15 以上を設定します。',
  },
  minutes: 60,
  seeds: [
    '004 データベースサーバー: PostgreSQL',
    '004 RDS（PostgreSQL）の構築',
    '004 データベース移行手順',
  ],
  async run({ services }) {
    if (!onPostgres(services))
      return fail(
        {
          en: 'DATABASE_URL is not set: the embedded database (PGlite).',
          ja: 'DATABASE_URL がなく、組み込みデータベースです。',
        },
        { variable: 'DATABASE_URL' },
      )
    const version = (await setting(services, 'server_version')) ?? ''
    return Number.parseInt(version, 10) >= 15
      ? pass(`PostgreSQL ${version}`)
      : fail(`PostgreSQL ${version}`)
  },
})

const tls = postgresCheck({
  id: 'data.tls',
  severity: 'high',
  title: {
    en: 'The way to the database is encrypted or stays inside',
    ja: 'DB への通信が暗号化されているか、内部に閉じている',
  },
  why: {
    en: 'Everything people write passes there in the clear.',
    ja: '利用者が書いたすべてが平文で流れます。',
  },
  mend: {
    en: 'Add sslmode=verify-full (and the certificate authority) to DATABASE_URL.',
    ja: 'DATABASE_URL に sslmode=verify-full を加えます。',
  },
  minutes: 20,
  seeds: ['004 SSL/TLS証明書', '004 RDS（PostgreSQL）の構築'],
  async look(services) {
    const url = new URL(services.config.data.databaseUrl?.reveal() ?? '')
    const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
    if (host.startsWith('/') || isInside(host))
      return pass(
        `Inside the machine or stack (${host || 'socket'}).`,
        `マシンか構成の内部です（${host || 'socket'}）。`,
      )
    const { rows } = await sql<{
      ssl: boolean
    }>`select coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as ssl`.execute(
      services.db,
    )
    const mode = url.searchParams.get('sslmode') ?? 'none'
    if (rows[0]?.ssl !== true)
      return fail(
        {
          en: `The connection to ${host} is not encrypted.`,
          ja: `${host} への通信が暗号化されていません。`,
        },
        { variable: 'DATABASE_URL' },
      )
    return mode === 'no-verify'
      ? fail(
          {
            en: 'sslmode=no-verify does not check who answers.',
            ja: 'sslmode=no-verify は相手を確かめません。',
          },
          { variable: 'DATABASE_URL' },
        )
      : pass(`TLS, sslmode=${mode}`)
  },
})

const role = postgresCheck({
  id: 'data.role',
  severity: 'high',
  title: { en: 'The database role is an ordinary one', ja: 'DB のロールに特権がない' },
  why: {
    en: 'A superuser can read the server’s files and run programs through SQL.',
    ja: 'スーパーユーザーは SQL からファイルやプログラムに触れます。',
  },
  mend: {
    en: 'Use a role of its own that owns only this database.',
    ja: 'この DB だけを所有する専用ロールを使います。',
  },
  minutes: 20,
  seeds: ['004 PostgreSQL環境準備: GRANT', '004 権限設定'],
  async look({ db }) {
    type Role = {
      name: string
      superuser: boolean
      createrole: boolean
      replication: boolean
      bypassrls: boolean
    }
    const { rows } = await sql<Role>`
      select rolname as name, rolsuper as superuser, rolcreaterole as createrole, rolreplication as replication,
             rolbypassrls as bypassrls from pg_roles where rolname = current_user`.execute(db)
    const { name = '?', ...rights } = rows[0] ?? {}
    const held = Object.entries(rights).flatMap(([right, has]) => (has === true ? [right] : []))
    return judge(
      held,
      { en: `${name} is:`, ja: `${name} の特権:` },
      { en: `${name}, no special right.`, ja: `${name}、特権なし。` },
      { variable: 'DATABASE_URL' },
    )
  },
})

const migrations = bootCheck({
  id: 'data.migrations',
  severity: 'critical',
  title: {
    en: 'The database has the shape this release needs',
    ja: 'DB がこのリリースの形になっている',
  },
  why: {
    en: 'Requests that need a missing column fail.',
    ja: '列がないと、その処理が失敗します。',
  },
  mend: {
    en: 'Run `minato migrate` (or deploy with `minato deploy`).',
    ja: '`minato migrate` を実行します（`minato deploy` でも可）。',
  },
  minutes: 10,
  seeds: ['004 デプロイ: データベースマイグレーション'],
  async run({ services, apps, root }) {
    // Also finds a file that was changed after it was applied: that throws, and is a finding.
    const status = await migrationStatus(
      services.db,
      await readMigrations(migrationFolders(root, apps)),
    )
    const pending = status.filter(({ appliedAt, kind }) => appliedAt === null && kind === 'expand')
    return judge(
      pending.map(({ owner, id }) => `${owner}/${id}`),
      { en: 'Pending:', ja: '未適用:' },
      { en: `${status.length} known, none pending.`, ja: `${status.length} 件、未適用なし。` },
    )
  },
})

const contracts = bootCheck({
  id: 'data.contract-migrations',
  severity: 'low',
  title: {
    en: 'No clean-up of an earlier release waits',
    ja: '前のリリースの後始末が残っていない',
  },
  why: {
    en: 'Old columns go on being written and read by nobody, and the next deploy stops at them.',
    ja: '使われない列が残り、次のデプロイが止まります。',
  },
  mend: {
    en: 'Run `minato migrate` once no process of the old release runs.',
    ja: '古い版が動いていないことを確かめ、`minato migrate` を実行します。',
  },
  minutes: 15,
  async run({ services, apps, root }) {
    const status = await migrationStatus(
      services.db,
      await readMigrations(migrationFolders(root, apps)),
    )
    const waiting = status.filter(
      ({ appliedAt, kind }) => appliedAt === null && kind === 'contract',
    )
    return judge(
      waiting.map(({ owner, id }) => `${owner}/${id}`),
      { en: 'Waiting:', ja: '待機中:' },
      { en: 'None waits.', ja: 'ありません。' },
    )
  },
})

const timeouts = bootCheck({
  id: 'data.statement-timeout',
  severity: 'medium',
  title: { en: 'No statement runs for ever', ja: 'SQL が無期限に実行されない' },
  why: {
    en: 'A few slow ones hold every connection, and everybody waits.',
    ja: '遅い SQL が数本あれば、全員が待たされます。',
  },
  mend: {
    en: 'DATABASE_STATEMENT_TIMEOUT between 1s and 60s.',
    ja: 'DATABASE_STATEMENT_TIMEOUT を 1s〜60s にします。',
  },
  minutes: 5,
  seeds: ['000 データベース最適化: 接続プーリング'],
  run({ services: { config } }) {
    const ms = config.data.statementTimeoutMs
    return ms > 0 && ms <= 60_000
      ? pass(`${ms} ms`)
      : fail(`DATABASE_STATEMENT_TIMEOUT=${ms}ms`, { variable: 'DATABASE_STATEMENT_TIMEOUT' })
  },
})

const connections = postgresCheck({
  id: 'data.connections',
  severity: 'high',
  title: { en: 'The database has connections to spare', ja: 'DB の接続数に余裕がある' },
  why: {
    en: 'When the last one is taken, sign-in and health fail together, and nobody can look in.',
    ja: '使い切ると、サインインも監視も同時に止まります。',
  },
  mend: {
    en: 'Lower DATABASE_POOL_MAX, or raise max_connections.',
    ja: 'DATABASE_POOL_MAX を下げるか max_connections を上げます。',
  },
  minutes: 15,
  seeds: ['000 接続プーリング', '004 データベース接続数'],
  async look({ db, config }) {
    const { rows } = await sql<{ used: number; most: number; processes: number }>`
      select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used,
             current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
             (select count(distinct coalesce(client_addr::text, '') || application_name)::int from pg_stat_activity where application_name = 'minato') as processes`.execute(
      db,
    )
    const { used = 0, most = 0, processes = 1 } = rows[0] ?? {}
    const planned = Math.max(1, processes) * config.data.poolMax
    const seen = `${used} of ${most} in use; pools may take ${planned}`
    return used > most * 0.8 || planned > most
      ? fail(seen, { variable: 'DATABASE_POOL_MAX' })
      : pass(seen)
  },
})

const archiving = postgresCheck({
  id: 'data.archiving',
  severity: 'critical',
  title: {
    en: 'The write-ahead log is archived without failures',
    ja: 'WAL のアーカイブが失敗していない',
  },
  why: {
    en: 'Without it everything since the last backup is lost with the disk; when it fails, the disk fills up.',
    ja: '失敗すると直近の変更を失い、さらにディスクが埋まります。',
  },
  mend: {
    en: 'Look at the log of PostgreSQL for archive_command; check the repository of pgBackRest.',
    ja: 'PostgreSQL のログで archive_command を確認し、pgBackRest の保存先を調べます。',
  },
  minutes: 45,
  seeds: ['004 5分ごとのトランザクションログ', '004 監視: バックアップ設定の確認'],
  async look(services) {
    const mode = (await setting(services, 'archive_mode')) ?? 'off'
    if (mode === 'off')
      return fail({ en: 'archive_mode is off.', ja: 'archive_mode が off です。' })
    const { rows } = await sql<{ done: number; last: Date | null; failed: Date | null }>`
      select archived_count::int as done, last_archived_time as last, last_failed_time as failed from pg_stat_archiver`.execute(
      services.db,
    )
    const { done = 0, last = null, failed = null } = rows[0] ?? {}
    if (failed !== null && (last === null || failed > last))
      return fail({
        en: `The newest attempt failed at ${failed.toISOString()}.`,
        ja: `最後の試行が ${failed.toISOString()} に失敗しました。`,
      })
    return pass(
      `archive_mode ${mode}, ${done} segments archived.`,
      `archive_mode ${mode}、${done} 個保存済み。`,
    )
  },
})

const checksums = postgresCheck({
  id: 'data.checksums',
  severity: 'medium',
  title: { en: 'The database notices when its disk lies', ja: 'DB がディスクの破損に気付ける' },
  why: {
    en: 'A flipped bit is copied into every backup until somebody sees wrong figures.',
    ja: '壊れたビットが、誰かが気付くまで全バックアップに写ります。',
  },
  mend: {
    en: 'initdb --data-checksums, or pg_checksums --enable while it is stopped.',
    ja: 'initdb --data-checksums、または停止中に pg_checksums --enable。',
  },
  minutes: 60,
  async look(services) {
    const value = (await setting(services, 'data_checksums')) ?? 'off'
    return value === 'on' ? pass('data_checksums on') : fail(`data_checksums ${value}`)
  },
})

/** Sessions and tokens are good for minutes: a few seconds are felt. */
const MOST_SKEW_MS = 2000

const clock = bootCheck({
  id: 'data.clock',
  severity: 'medium',
  title: { en: 'Clocks agree', ja: '時計が合っている' },
  why: {
    en: 'Codes of two-factor, links and leases end too early or too late.',
    ja: '2 段階認証やリンクの期限がずれます。',
  },
  mend: { en: 'Turn on NTP on every machine.', ja: 'すべてのマシンで NTP を有効にします。' },
  minutes: 15,
  async run({ services: { db } }) {
    const before = Date.now()
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db)
    const after = Date.now()
    const theirs = rows[0]?.now.getTime() ?? 0
    const skew = theirs < before ? theirs - before : theirs > after ? theirs - after : 0
    const seen = `${skew} ms`
    return Math.abs(skew) > MOST_SKEW_MS
      ? fail({ en: `The database is ${seen} away.`, ja: `DB と ${seen} ずれています。` })
      : pass(seen)
  },
})

const GB = 1024 ** 3

const disk = bootCheck({
  id: 'data.disk-space',
  severity: 'high',
  title: { en: 'The disk has room', ja: 'ディスクに空きがある' },
  why: {
    en: 'A full disk stops uploads, logs and the database at once.',
    ja: '満杯になると、アップロードもログも DB も止まります。',
  },
  mend: {
    en: 'Delete old images and logs, or enlarge the volume.',
    ja: '古いイメージやログを消すか、容量を増やします。',
  },
  minutes: 30,
  seeds: ['001 ストレージ制約 (8GB)', '004 インフラ監視: ディスク使用率'],
  async run({ services: { config } }) {
    const files = join(config.core.dataDir, 'files')
    const { bavail, blocks, bsize } = await statfs(existsSync(files) ? files : config.core.dataDir)
    return judgeSpace(bavail * bsize, blocks * bsize)
  },
})

/** A small volume that is nearly empty is fine: files may lie elsewhere. */
export function judgeSpace(free: number, total: number): Outcome {
  const seen = `${(free / GB).toFixed(1)} of ${(total / GB).toFixed(1)} GB free`
  return free < total * 0.1 || free < Math.min(GB, total * 0.5)
    ? fail(seen, { variable: 'MINATO_DATA_DIR' })
    : pass(seen)
}

export const databaseChecks: readonly BootCheck[] = [
  postgres,
  tls,
  role,
  migrations,
  contracts,
  timeouts,
  connections,
  archiving,
  checksums,
  clock,
  disk,
]
