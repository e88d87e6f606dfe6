import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { sql } from 'kysely'
import type { Services } from '../../app/services.ts'
import { type BootCheck, fail, type Outcome, pass } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { bootCheck } from './boot-check.ts'

const HOUR = 3_600_000

const workers = bootCheck({
  id: 'jobs.workers',
  severity: 'critical',
  title: { en: 'Workers are alive', ja: 'ワーカーが動いている' },
  why: {
    en: 'Mails, backups and every long task wait until one is back.',
    ja: 'メールもバックアップも、すべて止まります。',
  },
  mend: {
    en: 'Start `minato start --role worker`; look at its log.',
    ja: '`minato start --role worker` を起動し、ログを確認します。',
  },
  minutes: 15,
  seeds: ['000 非同期タスクキュー'],
  async run({ services: { jobs } }) {
    const found = await jobs.workers()
    const alive = found.filter((one) => one.alive)
    return alive.length === 0
      ? fail({ en: `${found.length} known, none alive.`, ja: `登録 ${found.length}、稼働 0。` })
      : pass(`${alive.length} alive.`, `稼働 ${alive.length}。`)
  },
})

const workerRedundancy = bootCheck({
  id: 'jobs.worker-redundancy',
  severity: 'low',
  title: { en: 'A second worker takes over', ja: '2 つ目のワーカーが引き継げる' },
  why: {
    en: 'A single one stops all work while it restarts or hangs.',
    ja: '1 つだけでは、再起動中に仕事が止まります。',
  },
  mend: { en: 'Run two workers.', ja: 'ワーカーを 2 つ動かします。' },
  minutes: 10,
  seeds: ['000 水平スケーリング対応', '004 2インスタンス'],
  async run({ services: { jobs } }) {
    const alive = (await jobs.workers()).filter((one) => one.alive)
    const seen = { en: `${alive.length} alive.`, ja: `稼働 ${alive.length}。` }
    return alive.length < 2 ? fail(seen) : pass(seen.en, seen.ja)
  },
})

const deadLetters = bootCheck({
  id: 'jobs.dead-letters',
  severity: 'medium',
  title: { en: 'No failed job waits for somebody', ja: '失敗したまま放置されたジョブがない' },
  why: {
    en: 'Each is something a person asked for and did not get.',
    ja: 'どれも、誰かが頼んだまま終わっていない仕事です。',
  },
  mend: {
    en: 'Look under Operations → Jobs: mend and retry, or discard (`minato jobs list --state failed`).',
    ja: '運用画面のジョブで原因を直して再試行するか、破棄します（`minato jobs list --state failed`）。',
  },
  minutes: 20,
  async run({ services: { jobs } }) {
    const { items } = await jobs.list({ state: 'failed', limit: 200 })
    const names = new Map<string, number>()
    for (const { name } of items) names.set(name, (names.get(name) ?? 0) + 1)
    return judge(
      [...names].map(([name, count]) => `${name} × ${count}`),
      { en: 'Failed:', ja: '失敗:' },
      { en: 'None.', ja: 'ありません。' },
    )
  },
})

const backlog = bootCheck({
  id: 'jobs.backlog',
  severity: 'high',
  title: { en: 'Jobs do not pile up', ja: 'ジョブが滞留していない' },
  why: {
    en: 'People see “queued” and think the system hangs.',
    ja: '「待機中」のまま、止まって見えます。',
  },
  mend: {
    en: 'Run more workers, or find what they hang on (`minato jobs list --state running`).',
    ja: 'ワーカーを増やすか、詰まりの原因を調べます（`minato jobs list --state running`）。',
  },
  minutes: 20,
  async run({ services: { db } }) {
    const { rows } = await sql<{ late: number; minutes: number }>`
      select count(*)::int as late, coalesce(floor(extract(epoch from now() - min(start_after)) / 60), 0)::int as minutes
        from pgboss.job where state = 'created' and start_after < now() - interval '10 minutes'`.execute(
      db,
    )
    const { late = 0, minutes = 0 } = rows[0] ?? {}
    return late > 0
      ? fail({
          en: `${late} wait for more than 10 min, the oldest for ${minutes} min.`,
          ja: `10 分以上待っているもの ${late} 件、最長 ${minutes} 分。`,
        })
      : pass('None waits for more than 10 min.', '10 分以上待っているものはありません。')
  },
})

const schedules = bootCheck({
  id: 'jobs.schedules',
  severity: 'medium',
  title: { en: 'No schedule is paused or late', ja: '停止中・遅延中の定期実行がない' },
  why: {
    en: 'Backups and clean-ups silently do not happen.',
    ja: 'バックアップや掃除が、気付かれずに止まります。',
  },
  mend: {
    en: '`minato jobs schedule NAME resume`.',
    ja: '`minato jobs schedule NAME resume` を実行します。',
  },
  minutes: 5,
  async run({ services: { jobs, clock } }) {
    const list = await jobs.schedules.list()
    const late = ({ nextAt }: (typeof list)[number]) =>
      nextAt !== null && new Date(nextAt).getTime() < clock() - HOUR
    const wrong = list.filter((one) => one.paused || late(one))
    return judge(
      wrong.map(({ name, paused }) => `${name} (${paused ? 'paused' : 'late'})`),
      { en: 'Not running:', ja: '動いていないもの:' },
      { en: `${list.length} schedules.`, ja: `${list.length} 件。` },
    )
  },
})

const openErrors = bootCheck({
  id: 'errors.open',
  severity: 'medium',
  title: {
    en: 'No unexpected error of the last day is open',
    ja: '直近 1 日の想定外エラーが解決済みである',
  },
  why: { en: 'Each is a bug that somebody met.', ja: 'どれも、誰かが遭遇した不具合です。' },
  mend: {
    en: 'Look under Operations → Errors; mend the cause and mark it resolved.',
    ja: '運用画面の「エラー」で原因を直し、解決済みにします。',
  },
  minutes: 60,
  seeds: ['000 エラー追跡', '004 エラー監視'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ name: string; source: string; count: number }>`
      select name, source, count::int as count from minato.error_groups
       where resolved_at is null and last_seen > now() - interval '24 hours' order by last_seen desc limit 50`.execute(
      db,
    )
    return judge(
      rows.map(({ name, source, count }) => `${name} ${source} × ${count}`),
      { en: 'Open:', ja: '未解決:' },
      { en: 'None.', ja: 'ありません。' },
    )
  },
})

const sentry = bootCheck({
  id: 'errors.sentry',
  severity: 'low',
  title: { en: 'Errors are also told to an error tracker', ja: 'エラーが外部の監視にも送られる' },
  why: {
    en: 'When the database is away, nothing inside can tell of it.',
    ja: 'DB が止まると、内部の記録では分かりません。',
  },
  mend: { en: 'Set SENTRY_DSN_FILE.', ja: 'SENTRY_DSN_FILE を設定します。' },
  minutes: 15,
  seeds: ['004 監視: Sentryの設定'],
  run({ services: { config } }) {
    const dsn = config.errors.sentryDsn
    return dsn
      ? pass('SENTRY_DSN is set.', 'SENTRY_DSN は設定済みです。')
      : fail(
          { en: 'SENTRY_DSN is not set.', ja: 'SENTRY_DSN が設定されていません。' },
          { variable: 'SENTRY_DSN' },
        )
  },
})

const backupPlace = bootCheck({
  id: 'backup.place',
  severity: 'high',
  title: { en: 'Backups lie somewhere else', ja: 'バックアップが別の場所にある' },
  why: {
    en: 'On the same disk they are lost together with what they should bring back.',
    ja: '同じディスクでは、元のデータと一緒に失われます。',
  },
  mend: {
    en: 'Set BACKUP_URL to a bucket, or mount a volume of another disk there.',
    ja: 'BACKUP_URL にバケットを設定するか、別のディスクのボリュームを割り当てます。',
  },
  minutes: 30,
  seeds: [
    '004 バックアップ設定の確認',
    '004 クロスリージョンレプリケーション',
    '001 手動バックアップスクリプト',
  ],
  async run({ services: { config } }) {
    const { url } = config.backup
    if (url?.startsWith('s3:') === true) return pass(url.split('?')[0] ?? url)
    const folder = resolve(url?.replace(/^file:\/\//, '') ?? join(config.core.dataDir, 'backups'))
    if (await isMountPoint(folder)) {
      return pass(
        `${folder}, a volume of its own. It must lie on another disk, or be copied away.`,
        `${folder}（独立したボリューム）。別のディスクに置くか、別の場所へ複製してください。`,
      )
    }
    return fail(
      { en: `${folder}, on the disk of the data.`, ja: `${folder}。データと同じディスクです。` },
      { variable: 'BACKUP_URL' },
    )
  },
})

/** Whether something of its own is mounted there: a volume, a network share, another disk. */
async function isMountPoint(folder: string): Promise<boolean> {
  const table = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '')
  return table.split('\n').some((line) => line.split(' ')[4] === folder)
}

async function newest(services: Services): Promise<{ ageMs: number; place: string } | undefined> {
  const [found] = (await services.backups.list(50)).filter(({ state }) => state === 'done')
  if (found === undefined) return undefined
  return { ageMs: services.clock() - new Date(found.startedAt).getTime(), place: found.id }
}

const hours = (ms: number) => `${Math.round((ms / HOUR) * 10) / 10} h`

const backupAge = bootCheck({
  id: 'backup.age',
  severity: 'critical',
  title: { en: 'The newest backup is young', ja: '新しいバックアップがある' },
  why: {
    en: 'What it does not hold would be typed in again, or not at all.',
    ja: '含まれないデータは、失われます。',
  },
  mend: {
    en: '`minato backup`; then see why the schedule did not run (`minato jobs schedules`).',
    ja: '`minato backup` を実行し、定期実行が動かなかった原因を調べます（`minato jobs schedules`）。',
  },
  minutes: 20,
  seeds: ['004 日次フルバックアップ', '004 監視: バックアップ設定の確認'],
  async run({ services }) {
    const found = await newest(services)
    const { maxAgeMs } = services.config.backup
    if (found === undefined)
      return fail({ en: 'There is no backup.', ja: 'バックアップがありません。' })
    const seen = {
      en: `${hours(found.ageMs)} old (limit ${hours(maxAgeMs)}).`,
      ja: `${hours(found.ageMs)} 前（上限 ${hours(maxAgeMs)}）。`,
    }
    return found.ageMs > maxAgeMs ? fail(seen) : pass(seen.en, seen.ja)
  },
})

const DRILL_DAYS = 35

const drilled = bootCheck({
  id: 'backup.drilled',
  severity: 'high',
  title: { en: 'A backup was restored as a drill', ja: '復元訓練が行われている' },
  why: {
    en: 'A backup nobody restored is a hope.',
    ja: '復元を試していないバックアップは、願望にすぎません。',
  },
  mend: { en: '`minato drill`.', ja: '`minato drill` を実行します。' },
  minutes: 15,
  seeds: ['004 テスト: 災害復旧テスト', '004 災害復旧計画'],
  async run({ services }): Promise<Outcome> {
    const [last] = (await services.backups.drills(20)).filter(({ state }) => state !== 'running')
    if (last === undefined)
      return fail({
        en: 'No drill yet: every backup is unproven.',
        ja: '訓練の記録がなく、復元できるか未確認です。',
      })
    const days = (services.clock() - new Date(last.startedAt).getTime()) / (24 * HOUR)
    const seen = {
      en: `${last.state} ${days.toFixed(1)} days ago`,
      ja: `${days.toFixed(1)} 日前: ${last.state === 'passed' ? '成功' : '失敗'}`,
    }
    return last.state !== 'passed' || days > DRILL_DAYS ? fail(seen) : pass(seen.en, seen.ja)
  },
})

const backupPlan = bootCheck({
  id: 'backup.schedule',
  severity: 'high',
  title: {
    en: 'Backups and drills are made by themselves and kept for 30 days',
    ja: 'バックアップと訓練が自動で行われ、30 日保存される',
  },
  why: {
    en: 'What depends on somebody remembering stops in the first busy week.',
    ja: '人の記憶に頼ると、忙しい週に止まります。',
  },
  mend: {
    en: 'BACKUP_SCHEDULE and BACKUP_DRILL_SCHEDULE not off; BACKUP_RETENTION_DAYS at least 30.',
    ja: 'BACKUP_SCHEDULE と BACKUP_DRILL_SCHEDULE を off にせず、BACKUP_RETENTION_DAYS を 30 以上にします。',
  },
  minutes: 5,
  seeds: ['004 30日間保持', '004 自動バックアップ'],
  run({ services: { config, profile } }) {
    const { schedule, drillSchedule, retentionDays } = config.backup
    const daily = profile === 'production' || profile === 'staging'
    const wrong = [
      schedule === 'off' || (schedule === undefined && !daily) ? 'BACKUP_SCHEDULE' : '',
      drillSchedule === 'off' || (drillSchedule === undefined && !daily)
        ? 'BACKUP_DRILL_SCHEDULE'
        : '',
      retentionDays < 30 ? `BACKUP_RETENTION_DAYS=${retentionDays}` : '',
    ].filter((text) => text !== '')
    const seen = `${schedule ?? 'daily'}, ${drillSchedule ?? 'weekly'}, ${retentionDays} d`
    return judge(
      wrong,
      { en: 'Not so:', ja: '満たさないもの:' },
      { en: seen, ja: seen },
      { variable: 'BACKUP_SCHEDULE' },
    )
  },
})

const lastDeploy = bootCheck({
  id: 'deploy.last',
  severity: 'medium',
  title: { en: 'The last deploy ended well', ja: '直近のデプロイが成功している' },
  why: {
    en: 'After one that stopped half-way it is unclear which release serves.',
    ja: '途中で止まると、どの版が動いているか分かりません。',
  },
  mend: {
    en: 'Read its report, then `minato deploy` again or `minato rollback`.',
    ja: '報告を読み、`minato deploy` を再実行するか `minato rollback` します。',
  },
  minutes: 20,
  seeds: ['004 CI/CDパイプライン'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ release: string; state: string; started_at: Date }>`
      select release, state, started_at from minato.deploys order by started_at desc limit 1`.execute(
      db,
    )
    const [last] = rows
    if (last === undefined) return pass('None recorded.', '記録はありません。')
    const seen = `${last.release}: ${last.state}`
    const old = Date.now() - last.started_at.getTime() > HOUR
    return last.state === 'reverted' || (last.state === 'running' && old) ? fail(seen) : pass(seen)
  },
})

export const workChecks: readonly BootCheck[] = [
  workers,
  workerRedundancy,
  deadLetters,
  backlog,
  schedules,
  openErrors,
  sentry,
  backupPlace,
  backupAge,
  drilled,
  backupPlan,
  lastDeploy,
]
