import { statSync } from 'node:fs'
import { fingerprint, isDevelopmentKey, parseKeys } from '../../keys/index.ts'
import { type BootCheck, fail, pass } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { bootCheck } from './boot-check.ts'

const profile = bootCheck({
  id: 'config.profile',
  severity: 'critical',
  title: { en: 'The profile is production', ja: 'プロファイルが本番である' },
  why: {
    en: 'Other profiles use public keys, looser limits and a page that shows its errors.',
    ja: 'ほかのプロファイルは公開された鍵や緩い制限で動きます。',
  },
  mend: { en: 'Set MINATO_ENV=production.', ja: 'MINATO_ENV=production を設定します。' },
  minutes: 10,
  seeds: ['001 環境設定管理の欠如', '004 移行後: 開発環境の無効化'],
  run: ({ services }) =>
    services.profile === 'production' || services.profile === 'staging'
      ? pass(`MINATO_ENV=${services.profile}`)
      : fail(`MINATO_ENV=${services.profile}`, { variable: 'MINATO_ENV' }),
})

const developmentKeys = bootCheck({
  id: 'keys.development',
  severity: 'critical',
  title: {
    en: 'The keys are not the public development keys',
    ja: '公開されている開発用の鍵を使っていない',
  },
  why: {
    en: 'Anyone could sign sessions and read what is encrypted.',
    ja: '誰でもセッションを偽造し、暗号化データを読めます。',
  },
  mend: {
    en: 'Make new ones with `minato keys generate`.',
    ja: '`minato keys generate` で新しく作ります。',
  },
  minutes: 10,
  seeds: ['004 セキュリティ設定: JWT秘密鍵の生成と設定', '001 SECRET_KEY'],
  run({ services: { config } }) {
    const { authSecret, encryptionKeys } = config.keys
    const used = [
      isDevelopmentKey(fingerprint(authSecret.reveal())) ? 'AUTH_SECRET' : '',
      parseKeys(encryptionKeys.reveal()).some(({ key }) => isDevelopmentKey(fingerprint(key)))
        ? 'ENCRYPTION_KEYS'
        : '',
    ].filter((name) => name !== '')
    return judge(
      used,
      { en: 'Public:', ja: '公開されているもの:' },
      { en: 'Neither is public.', ja: 'どちらも公開されていません。' },
      { variable: used[0] ?? '' },
    )
  },
})

/** Characters that differ, out of 32: what a person types has few. */
const MIN_DIFFERENT = 12

const strength = bootCheck({
  id: 'keys.strength',
  severity: 'critical',
  title: { en: 'The keys look random', ja: '鍵が無作為に見える' },
  why: {
    en: 'A phrase or a pattern is guessed offline, unseen.',
    ja: '語句や規則的な値は、手元で推測されます。',
  },
  mend: {
    en: 'Make new ones with `minato keys generate`; rotate with `minato keys rotate`.',
    ja: '`minato keys generate` で作り、`minato keys rotate` で移行します。',
  },
  minutes: 20,
  seeds: ['004 セキュリティ設定: JWT秘密鍵の生成と設定', '000 SECRET_KEY'],
  run({ services: { config } }) {
    const secret = config.keys.authSecret.reveal()
    const weak = [
      isWeak(secret) ? 'AUTH_SECRET' : '',
      parseKeys(config.keys.encryptionKeys.reveal()).some(
        ({ key }) => new Set(key).size < MIN_DIFFERENT,
      )
        ? 'ENCRYPTION_KEYS'
        : '',
      config.http.metricsToken !== undefined && new Set(config.http.metricsToken.reveal()).size < 8
        ? 'METRICS_TOKEN'
        : '',
    ].filter((name) => name !== '')
    return judge(
      weak,
      { en: 'Weak:', ja: '弱いもの:' },
      {
        en: `AUTH_SECRET has ${secret.length} characters.`,
        ja: `AUTH_SECRET は ${secret.length} 文字です。`,
      },
      { variable: weak[0] ?? '' },
    )
  },
})

function isWeak(secret: string): boolean {
  if (new Set(secret).size < MIN_DIFFERENT) return true
  if (/^(.{1,8})\1+$/.test(secret)) return true
  return /password|secret|change-?me|minato|example|0123456789|abcdefgh|qwerty/i.test(secret)
}

const reuse = bootCheck({
  id: 'keys.reuse',
  severity: 'high',
  title: { en: 'No key serves two purposes', ja: '1 つの鍵を複数の用途に使っていない' },
  why: {
    en: 'Where one leaks, both are lost, and they cannot be rotated apart.',
    ja: '片方が漏れると両方を失い、別々に交換できません。',
  },
  mend: { en: 'Give each variable a value of its own.', ja: '変数ごとに別の値を設定します。' },
  minutes: 15,
  run({ services: { config } }) {
    const { keys, http, llm } = config
    const values: [string, string | undefined][] = [
      ['AUTH_SECRET', keys.authSecret.reveal()],
      ['METRICS_TOKEN', http.metricsToken?.reveal()],
      ['LLM_API_KEY', llm.apiKey?.reveal()],
      ...keys.encryptionKeys
        .reveal()
        .split(',')
        .map((one): [string, string] => [
          'ENCRYPTION_KEYS',
          one.slice(one.indexOf(':') + 1).trim(),
        ]),
    ]
    const set = values.filter(([, value]) => value !== undefined)
    const twice = set.filter(([name, value], at) =>
      set.some(
        ([other, same], index) =>
          index !== at && same === value && (other !== name || name === 'ENCRYPTION_KEYS'),
      ),
    )
    return judge(
      [...new Set(twice.map(([name]) => name))],
      { en: 'Share a value:', ja: '同じ値:' },
      { en: `${set.length} values, all different.`, ja: `${set.length} 個すべて別の値です。` },
    )
  },
})

const oldKeys = bootCheck({
  id: 'keys.rotation',
  severity: 'low',
  title: { en: 'No old key is left in the ring', ja: '古い鍵が残っていない' },
  why: {
    en: 'A key that was replaced for a reason still opens what it encrypted.',
    ja: '交換した鍵でも、残っていれば復号に使えてしまいます。',
  },
  mend: {
    en: 'Run `minato keys rotate`; when it reports nothing left, remove the old key from ENCRYPTION_KEYS.',
    ja: '`minato keys rotate` を実行し、残りがなければ ENCRYPTION_KEYS から古い鍵を外します。',
  },
  minutes: 20,
  seeds: ['004 環境変数管理: 暗号化キー'],
  run({ services: { config, keys } }) {
    const ids = parseKeys(config.keys.encryptionKeys.reveal()).map(({ id }) => id)
    const old = ids.filter((id) => id !== keys.activeKeyId)
    return judge(
      old,
      { en: 'Still in the ring:', ja: '残っている鍵:' },
      { en: `Only ${keys.activeKeyId}.`, ja: `${keys.activeKeyId} のみ。` },
      { variable: 'ENCRYPTION_KEYS' },
    )
  },
})

const sandboxes = bootCheck({
  id: 'sandbox.none',
  severity: 'critical',
  title: {
    en: 'No stand-in answers for a real service',
    ja: '本物の代わりにサンドボックスが使われていない',
  },
  why: {
    en: 'Mails would not leave, and answers would be made up.',
    ja: 'メールは届かず、モデルの答えは作り物になります。',
  },
  mend: {
    en: 'Set the real addresses and empty MINATO_ALLOW_SANDBOX.',
    ja: '本物の接続先を設定し、MINATO_ALLOW_SANDBOX を空にします。',
  },
  minutes: 60,
  seeds: ['004 外部サービス連携', '004 移行後: 開発環境の無効化', '004 mockProducts / useMock'],
  run({ services: { sandboxes: running, config } }) {
    const used = [
      ...new Set([...running, ...config.core.allowSandbox, ...config.outbound.sandboxOrigins]),
    ]
    return judge(
      used,
      { en: 'In use or allowed:', ja: '使用中・許可中:' },
      { en: 'None.', ja: 'ありません。' },
      { variable: 'MINATO_ALLOW_SANDBOX' },
    )
  },
})

const inspector = bootCheck({
  id: 'process.debugging',
  severity: 'critical',
  title: {
    en: 'No debugger is open and certificates are checked',
    ja: 'デバッガーが開いておらず、証明書を検証している',
  },
  why: {
    en: 'The inspector runs any code for whoever reaches it; unchecked certificates make TLS worthless.',
    ja: 'デバッガーに届く人は何でも実行できます。証明書を検証しない TLS は無意味です。',
  },
  mend: {
    en: 'Remove --inspect and NODE_TLS_REJECT_UNAUTHORIZED=0.',
    ja: '--inspect と NODE_TLS_REJECT_UNAUTHORIZED=0 を外します。',
  },
  minutes: 5,
  seeds: ['001 app.run(debug=True)'],
  run() {
    const flags = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)]
    const wrong = flags.filter((flag) => /^--inspect(-brk|-wait)?(=|$)/.test(flag))
    if (process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
      wrong.push('NODE_TLS_REJECT_UNAUTHORIZED=0')
    return judge(
      wrong,
      { en: 'Set:', ja: '設定されているもの:' },
      { en: 'Neither.', ja: 'どちらもありません。' },
    )
  },
})

const OLDEST_NODE = 24

const runtime = bootCheck({
  id: 'process.runtime',
  severity: 'medium',
  title: {
    en: 'A supported Node.js runs, not as root',
    ja: 'サポート中の Node.js が root 以外で動いている',
  },
  why: {
    en: 'An old runtime gets no security updates; root owns the machine with the process.',
    ja: '古い Node.js には修正が来ません。root はマシン全体に及びます。',
  },
  mend: {
    en: `Use Node.js ${OLDEST_NODE} or newer and an ordinary user.`,
    ja: `Node.js ${OLDEST_NODE} 以上を一般ユーザーで使います。`,
  },
  minutes: 30,
  seeds: ['001 rootユーザーでアプリケーションを実行しない'],
  run() {
    const wrong = [
      Number.parseInt(process.versions.node, 10) < OLDEST_NODE
        ? `Node.js ${process.versions.node}`
        : '',
      process.getuid?.() === 0 ? 'uid 0' : '',
    ].filter((text) => text !== '')
    const seen = `Node.js ${process.versions.node}, uid ${process.getuid?.() ?? '-'}`
    return judge(wrong, { en: 'Runs as:', ja: '実行環境:' }, { en: seen, ja: seen })
  },
})

const dataFolder = bootCheck({
  id: 'config.data-folder',
  severity: 'medium',
  title: {
    en: 'Only the system’s own account can read the data folder',
    ja: 'データフォルダーを読めるのはシステムだけである',
  },
  why: {
    en: 'It holds uploads and the token of the administration channel.',
    ja: 'アップロードされたファイルや管理用のトークンが入っています。',
  },
  mend: {
    en: 'chmod 700 the folder of MINATO_DATA_DIR.',
    ja: 'MINATO_DATA_DIR のフォルダーを chmod 700 にします。',
  },
  minutes: 5,
  seeds: ['001 chmod 777'],
  run({ services: { config } }) {
    const mode = statSync(config.core.dataDir).mode & 0o777
    const text = mode.toString(8)
    return (mode & 0o007) === 0
      ? pass(`mode ${text}`)
      : fail(`mode ${text}`, { variable: 'MINATO_DATA_DIR' })
  },
})

const SECRET_VARIABLES = [
  'AUTH_SECRET',
  'ENCRYPTION_KEYS',
  'DATABASE_URL',
  'REDIS_URL',
  'MAIL_URL',
  'LLM_API_KEY',
  'METRICS_TOKEN',
  'FILES_SECRET_ACCESS_KEY',
  'SENTRY_DSN',
]

const secretFiles = bootCheck({
  id: 'config.secret-files',
  severity: 'low',
  title: { en: 'Secrets are read from files', ja: '秘密をファイルから読み込んでいる' },
  why: {
    en: 'The environment is shown by `docker inspect`, by crash reports, and to every child process.',
    ja: '環境変数は docker inspect や障害報告、子プロセスから見えます。',
  },
  mend: {
    en: 'Put the value into a file and set NAME_FILE.',
    ja: '値をファイルに置き、NAME_FILE を設定します。',
  },
  minutes: 20,
  seeds: ['001 /run/secrets', '004 環境変数の設定（Secrets Manager）'],
  run() {
    const direct = SECRET_VARIABLES.filter((name) => (process.env[name] ?? '') !== '')
    return judge(
      direct,
      { en: 'In the environment:', ja: '環境変数にあるもの:' },
      { en: 'None is in the environment.', ja: '環境変数にはありません。' },
      { variable: direct[0] ?? '' },
    )
  },
})

const logLevel = bootCheck({
  id: 'log.level',
  severity: 'medium',
  title: { en: 'The log has the right amount of detail', ja: 'ログの詳しさが適切である' },
  why: {
    en: 'debug tells too much and costs; warn hides what led to a failure.',
    ja: 'debug は多すぎ、warn では原因が追えません。',
  },
  mend: { en: 'LOG_LEVEL=info.', ja: 'LOG_LEVEL=info とします。' },
  minutes: 2,
  seeds: ['004 ログレベル: info以上', '001 構造化されたログ記録'],
  run({ services: { config } }) {
    const level = config.core.logLevel
    return level === 'info'
      ? pass(`LOG_LEVEL=${level}`)
      : fail(`LOG_LEVEL=${level}`, { variable: 'LOG_LEVEL' })
  },
})

export const configurationChecks: readonly BootCheck[] = [
  profile,
  developmentKeys,
  strength,
  reuse,
  oldKeys,
  sandboxes,
  inspector,
  runtime,
  dataFolder,
  secretFiles,
  logLevel,
]
