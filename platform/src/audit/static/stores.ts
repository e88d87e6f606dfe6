import { fail, type Outcome, pass, type StaticCheck } from '../define-check.ts'
import type { Compose } from './compose.ts'
import type { StaticContext } from './context.ts'
import { stackCheck } from './stack-check.ts'

/** Words of a service's command and the lines of its settings files, comments taken out. */
async function settingsOf(
  { services }: Compose,
  { files }: StaticContext,
  name: 'postgres' | 'redis',
): Promise<string[]> {
  const words = [...(services[name]?.entrypoint ?? []), ...(services[name]?.command ?? [])]
  // Flags as lines: `-c archive_mode=on`, `--appendonly yes`.
  const flags = words.join(' ').split(/\s(?=-{1,2}\w)/)
  const paths = files.matching(
    new RegExp(`^deploy/${name}/${name === 'redis' ? 'redis' : 'postgresql'}\\.conf$`),
  )
  const texts = await Promise.all(paths.map((path) => files.read(path)))
  const lines = texts.flatMap((text) => text?.split('\n') ?? [])
  return [
    ...lines.map((line) => line.replace(/^\s*#.*$/, '').trim()),
    ...flags.map((flag) => flag.replace(/^(-c\s+|--)/, '')),
  ]
}

/** `name value`, `name = 'value'`, `name=value`: the last one wins. */
function settingIn(lines: readonly string[], name: string): string | undefined {
  const pattern = new RegExp(`^${name}(?:\\s*=\\s*|\\s+)'?([^']*?)'?\\s*$`)
  return lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).at(-1)
}

function absent(name: string): Outcome {
  return pass(`The stack has no ${name} of its own.`, `この構成に ${name} はありません。`)
}

const redisPassword = stackCheck({
  id: 'stack.redis-password',
  severity: 'critical',
  title: { en: 'Redis asks for a password', ja: 'Redis にパスワードが必要である' },
  why: {
    en: 'Sessions and limits could be read and changed by any container beside it.',
    ja: '隣のコンテナから、セッションや制限を読み書きされます。',
  },
  mend: {
    en: 'requirepass or aclfile in deploy/redis/redis.conf.',
    ja: 'deploy/redis/redis.conf に requirepass か aclfile を書きます。',
  },
  minutes: 10,
  seeds: ['000 redis-server --requirepass'],
  async look(compose, context) {
    if (compose.services['redis'] === undefined) return absent('Redis')
    const lines = await settingsOf(compose, context, 'redis')
    const found = ['requirepass', 'aclfile'].find((name) => Boolean(settingIn(lines, name)))
    const missing = {
      en: 'Neither requirepass nor aclfile is set.',
      ja: 'requirepass も aclfile もありません。',
    }
    return found === undefined
      ? fail(missing, { file: 'deploy/redis/redis.conf' })
      : pass(`${found} is set.`, `${found} が設定されています。`)
  },
})

const redisPersistence = stackCheck({
  id: 'stack.redis-persistence',
  severity: 'medium',
  title: { en: 'Redis survives a restart', ja: 'Redis が再起動後も内容を保つ' },
  why: {
    en: 'Rate limits and counters would begin at zero, for an attacker too.',
    ja: '回数制限が 0 に戻り、攻撃者にも有利になります。',
  },
  mend: { en: 'appendonly yes, on a volume.', ja: 'appendonly yes とし、ボリュームに置きます。' },
  minutes: 5,
  seeds: ['004 キャッシュサーバー'],
  async look(compose, context) {
    if (compose.services['redis'] === undefined) return absent('Redis')
    const value = settingIn(await settingsOf(compose, context, 'redis'), 'appendonly')
    return value === 'yes'
      ? pass('appendonly yes')
      : fail(`appendonly ${value ?? 'no'}`, { file: 'deploy/redis/redis.conf' })
  },
})

const walArchiving = stackCheck({
  id: 'stack.wal-archiving',
  severity: 'critical',
  title: {
    en: 'PostgreSQL archives its log away from its disk',
    ja: 'PostgreSQL がログを別の場所に保存する',
  },
  why: {
    en: 'Between two backups everything would be lost with the disk.',
    ja: 'ないと、前回のバックアップ以降がすべて失われます。',
  },
  mend: {
    en: 'archive_mode = on, archive_command with pgBackRest.',
    ja: 'archive_mode = on とし、archive_command に pgBackRest を指定します。',
  },
  minutes: 60,
  seeds: ['004 5分ごとのトランザクションログ', '004 バックアップ設定の確認'],
  async look(compose, context) {
    if (compose.services['postgres'] === undefined) return absent('PostgreSQL')
    const lines = await settingsOf(compose, context, 'postgres')
    const [mode, command] = [settingIn(lines, 'archive_mode'), settingIn(lines, 'archive_command')]
    const fits =
      /^(on|always)$/.test(mode ?? '') && !/^(\/bin\/)?(true|:)?$/.test(command?.trim() ?? '')
    return fits
      ? pass(`archive_mode ${mode}`)
      : fail(`archive_mode ${mode ?? 'off'}, archive_command ${command ? 'set' : 'empty'}`, {
          file: 'deploy/postgres/postgresql.conf',
        })
  },
})

const MAX_ARCHIVE_S = 300

const archiveTimeout = stackCheck({
  id: 'stack.archive-timeout',
  severity: 'high',
  title: { en: 'At most five minutes of work can be lost', ja: '失われる作業が最大 5 分である' },
  why: {
    en: 'A quiet database fills a log segment slowly; until then it stays on the disk that may die.',
    ja: '静かな DB ではログがなかなか切り替わらず、その間は 1 台のディスクにしかありません。',
  },
  mend: { en: "archive_timeout = '60s'.", ja: "archive_timeout = '60s' とします。" },
  minutes: 5,
  seeds: ['004 5分ごとのトランザクションログ', '004 RPO（目標復旧時点）'],
  async look(compose, context) {
    if (compose.services['postgres'] === undefined) return absent('PostgreSQL')
    const value =
      settingIn(await settingsOf(compose, context, 'postgres'), 'archive_timeout') ?? '0'
    const match = /^(\d+)(s|min|h)?$/.exec(value)
    const seconds = Number(match?.[1] ?? 0) * ({ s: 1, min: 60, h: 3600 }[match?.[2] ?? 's'] ?? 1)
    return seconds > 0 && seconds <= MAX_ARCHIVE_S
      ? pass(`archive_timeout ${value}`)
      : fail(`archive_timeout ${value}`, { file: 'deploy/postgres/postgresql.conf' })
  },
})

const parameters = stackCheck({
  id: 'stack.database-log',
  severity: 'medium',
  title: { en: 'The database log holds nobody’s data', ja: 'DB のログに利用者のデータが入らない' },
  why: {
    en: 'Statements with their values carry names, mails and tokens into every log store.',
    ja: '値付きの SQL で、氏名やトークンがログに残ります。',
  },
  mend: {
    en: 'log_statement none, log_parameter_max_length 0, log_parameter_max_length_on_error 0.',
    ja: 'log_statement を none、log_parameter_max_length と _on_error を 0 にします。',
  },
  minutes: 5,
  seeds: ['004 ログ管理'],
  async look(compose, context) {
    if (compose.services['postgres'] === undefined) return absent('PostgreSQL')
    const lines = await settingsOf(compose, context, 'postgres')
    const statement = settingIn(lines, 'log_statement') ?? 'none'
    const length = settingIn(lines, 'log_parameter_max_length') ?? '-1'
    const seen = `log_statement ${statement}, log_parameter_max_length ${length}`
    return statement === 'none' && length === '0'
      ? pass(seen)
      : fail(seen, { file: 'deploy/postgres/postgresql.conf' })
  },
})

export const storeChecks: readonly StaticCheck[] = [
  redisPassword,
  redisPersistence,
  walArchiving,
  archiveTimeout,
  parameters,
]
