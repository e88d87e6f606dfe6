import { sql } from 'kysely'
import { type BootCheck, fail, type Outcome, pass, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { bootCheck, isInside } from './boot-check.ts'

const redisPresent = bootCheck({
  id: 'cache.redis-present',
  severity: 'high',
  title: {
    en: 'Several web processes share a Redis',
    ja: '複数の Web プロセスが Redis を共有している',
  },
  why: {
    en: 'Otherwise each counts limits for itself, and live messages reach only some people.',
    ja: 'ないと、制限が別々に数えられ、ライブ配信が一部の人にしか届きません。',
  },
  mend: { en: 'Set REDIS_URL_FILE.', ja: 'REDIS_URL_FILE を設定します。' },
  minutes: 30,
  seeds: ['000 Redis統合', '004 ElastiCache（Redis）の構築', '004 キャッシュサーバー'],
  async run({ services: { config, db } }) {
    if (config.cache.redisUrl !== undefined)
      return pass('REDIS_URL is set.', 'REDIS_URL は設定済みです。')
    const { rows } = await sql<{ webs: number }>`
      select count(*)::int as webs from minato.processes where role <> 'worker' and seen_at > now() - interval '2 minutes'`.execute(
      db,
    )
    const webs = rows[0]?.webs ?? 0
    return webs > 1
      ? fail(
          {
            en: `${webs} web processes run without a Redis.`,
            ja: `Web プロセス ${webs} 個に Redis がありません。`,
          },
          { variable: 'REDIS_URL' },
        )
      : pass(`${webs} web process, no Redis needed.`, `Web プロセス ${webs} 個。Redis は不要です。`)
  },
})

/** Encrypted on its way, or not leaving the private network. */
function encrypted(url: string, wanted: string, variable: string): Outcome {
  const { protocol, hostname } = new URL(url)
  const seen = `${protocol}//${hostname}`
  return protocol === wanted || isInside(hostname) ? pass(seen) : fail(seen, { variable })
}

const noRedis = () => pass('No Redis is used.', 'Redis は使われていません。')

const redisPassword = bootCheck({
  id: 'cache.redis-password',
  severity: 'critical',
  title: { en: 'Redis is spoken to with a password', ja: 'Redis にパスワードで接続している' },
  why: {
    en: 'Whoever reaches the port reads session copies and resets the limits.',
    ja: '誰でもセッションの写しを読み、制限を消せます。',
  },
  mend: {
    en: 'Set a password in Redis and write it into REDIS_URL.',
    ja: 'Redis にパスワードを設定し、REDIS_URL に書きます。',
  },
  minutes: 15,
  seeds: ['000 redis-server --requirepass'],
  run({ services: { config } }) {
    const { redisUrl } = config.cache
    if (redisUrl === undefined) return noRedis()
    return new URL(redisUrl.reveal()).password === ''
      ? fail(
          { en: 'REDIS_URL has no password.', ja: 'REDIS_URL にパスワードがありません。' },
          { variable: 'REDIS_URL' },
        )
      : pass('A password is set.', 'パスワードがあります。')
  },
})

const redisTls = bootCheck({
  id: 'cache.redis-tls',
  severity: 'medium',
  title: {
    en: 'The way to Redis is encrypted or stays inside',
    ja: 'Redis への通信が暗号化されているか、内部に閉じている',
  },
  why: {
    en: 'The password and session copies would pass in the clear.',
    ja: 'パスワードやセッションの写しが平文で流れます。',
  },
  mend: { en: 'Use rediss://.', ja: 'rediss:// を使います。' },
  minutes: 15,
  run({ services: { config } }) {
    const { redisUrl } = config.cache
    if (redisUrl === undefined) return noRedis()
    return encrypted(redisUrl.reveal(), 'rediss:', 'REDIS_URL')
  },
})

const redisVersion = bootCheck({
  id: 'cache.redis-version',
  severity: 'low',
  title: { en: 'Redis is 6.2 or newer', ja: 'Redis が 6.2 以上である' },
  why: {
    en: 'Older ones lack the rules for users and get no updates.',
    ja: '古い版にはユーザー権限がなく、更新もありません。',
  },
  mend: { en: 'Upgrade Redis.', ja: 'Redis を更新します。' },
  minutes: 30,
  seeds: ['004 キャッシュサーバー: Redis 6.2以上'],
  async run({ services: { redis } }) {
    if (redis === undefined) return noRedis()
    // HELLO is open to every user, also to one who may not ask INFO.
    const answer: unknown = await redis.call('HELLO').catch((error: Error) => error.message)
    const list = Array.isArray(answer) ? answer.map(String) : []
    const version = list[list.indexOf('version') + 1] ?? ''
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (list.length === 0)
      return fail({ en: `It does not say: ${String(answer)}`, ja: `応答なし: ${String(answer)}` })
    return major > 6 || (major === 6 && minor >= 2)
      ? pass(`Redis ${version}`)
      : fail(`Redis ${version}`)
  },
})

const filesStore = bootCheck({
  id: 'files.store',
  severity: 'medium',
  title: {
    en: 'Files lie where every process finds them',
    ja: 'どのプロセスからもファイルが見える',
  },
  why: {
    en: 'A file uploaded through one machine is missing on the next.',
    ja: '別のマシンからファイルが見えません。',
  },
  mend: {
    en: 'Set FILES_URL to a bucket and copy the files into it.',
    ja: 'FILES_URL にバケットを設定し、ファイルを移します。',
  },
  minutes: 45,
  seeds: [
    '004 S3バケットの作成',
    '004 ファイルストレージ',
    '001 アップロードされたファイルの安全な保存場所',
  ],
  async run({ services: { config, db } }) {
    const { filesUrl } = config.files
    if (filesUrl !== undefined)
      return pass(`FILES_URL ${new URL(filesUrl).protocol}//${new URL(filesUrl).hostname}`)
    const { rows } = await sql<{ hosts: number }>`
      select count(distinct host)::int as hosts from minato.processes where seen_at > now() - interval '2 minutes'`.execute(
      db,
    )
    const hosts = rows[0]?.hosts ?? 0
    if (hosts <= 1)
      return pass(
        'On the disk of one machine; backups take them along.',
        '1 台のディスク上。バックアップに含まれます。',
      )
    return skip(
      `Files lie on disk, and ${hosts} hosts or containers run: whether they share the folder cannot be seen from here.`,
      `ファイルはディスク上で、${hosts} 個のホスト・コンテナが動いています。共有しているかはここからは分かりません。`,
    )
  },
})

const filesTls = bootCheck({
  id: 'files.tls',
  severity: 'high',
  title: {
    en: 'Object storage is reached by https',
    ja: 'オブジェクトストレージに https で接続している',
  },
  why: {
    en: 'Uploads would pass in the clear.',
    ja: 'アップロードされたファイルが平文で流れます。',
  },
  mend: {
    en: 'Write endpoint=https://… in FILES_URL.',
    ja: 'FILES_URL の endpoint を https:// にします。',
  },
  minutes: 10,
  run({ services: { config } }) {
    const { filesUrl } = config.files
    if (filesUrl === undefined)
      return pass('Files lie on disk.', 'ファイルはディスク上にあります。')
    const endpoint = new URL(filesUrl).searchParams.get('endpoint') ?? 'https://s3.amazonaws.com'
    return encrypted(endpoint, 'https:', 'FILES_URL')
  },
})

const mailSet = bootCheck({
  id: 'mail.server',
  severity: 'high',
  title: { en: 'Mail leaves', ja: 'メールが送信される' },
  why: {
    en: 'Nobody can verify an address, reset a password or hear of an alert.',
    ja: 'メール確認もパスワード再設定もできません。',
  },
  mend: {
    en: 'Set MAIL_URL_FILE, such as smtps://apikey:…@smtp.sendgrid.net:465.',
    ja: 'MAIL_URL_FILE を設定します（例 SendGrid の smtps）。',
  },
  minutes: 30,
  seeds: [
    '004 外部連携: SendGrid設定とテンプレート作成',
    '004 事前準備: 各種外部サービスアカウントの作成',
  ],
  run({ services: { config } }) {
    const { url } = config.mail
    return url === undefined
      ? fail(
          { en: 'MAIL_URL is not set.', ja: 'MAIL_URL が設定されていません。' },
          { variable: 'MAIL_URL' },
        )
      : pass(new URL(url.reveal()).hostname)
  },
})

const mailTls = bootCheck({
  id: 'mail.tls',
  severity: 'high',
  title: { en: 'Mail is handed over encrypted', ja: 'メールが暗号化して渡される' },
  why: {
    en: 'Reset links would pass in the clear.',
    ja: 'パスワード再設定のリンクが平文で流れます。',
  },
  mend: {
    en: 'Use smtps://, or smtp:// on port 587, which demands STARTTLS.',
    ja: 'smtps:// か、STARTTLS を要求する smtp://…:587 を使います。',
  },
  minutes: 10,
  run({ services: { config, profile } }) {
    const { url } = config.mail
    if (url === undefined) return pass('No mail server is set.', 'メールサーバー未設定です。')
    const { protocol, hostname } = new URL(url.reveal())
    if (protocol === 'smtps:') return pass(`smtps://${hostname}`)
    // Production demands STARTTLS of every server that is not this machine.
    const demanded = profile === 'production' || profile === 'staging'
    return demanded || isInside(hostname)
      ? pass(`smtp://${hostname}, STARTTLS demanded`, `smtp://${hostname}、STARTTLS 必須`)
      : fail(`smtp://${hostname}`, { variable: 'MAIL_URL' })
  },
})

const mailFrom = bootCheck({
  id: 'mail.from',
  severity: 'medium',
  title: { en: 'Mail comes from an address of our own', ja: '差出人が自社のアドレスである' },
  why: {
    en: 'From localhost or example.com it lands in the spam folder, or nowhere.',
    ja: 'localhost や example.com では迷惑メールになるか届きません。',
  },
  mend: {
    en: 'Set MAIL_FROM to an address of a domain with SPF and DKIM.',
    ja: 'SPF と DKIM を設定したドメインのアドレスを MAIL_FROM に書きます。',
  },
  minutes: 30,
  seeds: ['004 SENDGRID_FROM_EMAIL'],
  run({ services: { config } }) {
    const domain = /@([^>\s]+)>?\s*$/.exec(config.mail.from)?.[1] ?? ''
    const wrong =
      isInside(domain) || /(^|\.)(localhost|invalid|example(\.(com|org|net))?)$/i.test(domain)
    return wrong ? fail(`MAIL_FROM @${domain}`, { variable: 'MAIL_FROM' }) : pass(`@${domain}`)
  },
})

const mailOutbox = bootCheck({
  id: 'mail.outbox',
  severity: 'high',
  title: { en: 'No mail is stuck', ja: '送信できずに残っているメールがない' },
  why: {
    en: 'Somebody waits for a link that never comes.',
    ja: '届かないリンクを待っている人がいます。',
  },
  mend: {
    en: 'Look at the outbox in operations; check MAIL_URL and the mail service.',
    ja: '運用画面の送信箱を確認し、MAIL_URL とメールサービスを調べます。',
  },
  minutes: 20,
  async run({ services: { db } }) {
    const { rows } = await sql<{ failed: number; stuck: number }>`
      select count(*) filter (where state = 'failed' and settled_at > now() - interval '24 hours')::int as failed,
             count(*) filter (where state in ('queued', 'sending') and created_at < now() - interval '15 minutes')::int as stuck
        from minato.mail_outbox`.execute(db)
    const { failed = 0, stuck = 0 } = rows[0] ?? {}
    const text = {
      en: `${failed} failed in 24 h, ${stuck} waiting for more than 15 min.`,
      ja: `24 時間の失敗 ${failed} 件、15 分以上の滞留 ${stuck} 件。`,
    }
    return failed + stuck > 0 ? fail(text) : pass(text.en, text.ja)
  },
})

const model = bootCheck({
  id: 'llm.model',
  severity: 'high',
  title: {
    en: 'A real model is set up, reached by https',
    ja: '本物のモデルが https で設定されている',
  },
  why: {
    en: 'The chat has nothing to answer with, or questions pass in the clear.',
    ja: '答えられないか、質問が平文で流れます。',
  },
  mend: {
    en: 'Set LLM_URL, LLM_API_KEY_FILE and LLM_MODEL; prove the key on the models page.',
    ja: 'LLM_URL、LLM_API_KEY_FILE、LLM_MODEL を設定し、モデルの画面で確かめます。',
  },
  minutes: 20,
  seeds: ['004 外部連携: OpenAI API設定', '001 APIキー管理の脆弱性'],
  run({ services: { config } }): Outcome {
    const { url, apiKey, model: name, laneMain } = config.llm
    if (url === undefined)
      return fail(
        { en: 'LLM_URL is not set.', ja: 'LLM_URL が設定されていません。' },
        { variable: 'LLM_URL' },
      )
    const { protocol, hostname } = new URL(url)
    if (protocol !== 'https:' && !isInside(hostname))
      return fail(`${protocol}//${hostname}`, { variable: 'LLM_URL' })
    if (apiKey === undefined && !isInside(hostname))
      return fail(
        { en: 'LLM_API_KEY is not set.', ja: 'LLM_API_KEY が設定されていません。' },
        { variable: 'LLM_API_KEY' },
      )
    if ((name ?? laneMain) === undefined)
      return fail(
        { en: 'LLM_MODEL is not set.', ja: 'LLM_MODEL が設定されていません。' },
        { variable: 'LLM_MODEL' },
      )
    return pass(`${name ?? laneMain} at ${hostname}`)
  },
})

const budgets = bootCheck({
  id: 'llm.budgets',
  severity: 'high',
  title: {
    en: 'What each person may spend on models is limited',
    ja: '1 人が使えるモデル費用に上限がある',
  },
  why: {
    en: 'One person or one stolen session can run up any bill overnight.',
    ja: '1 人、または盗まれた 1 セッションで、一晩に高額な請求になります。',
  },
  mend: {
    en: 'Set LLM_MONTHLY_CAP_USD or LLM_MONTHLY_CAP_TOKENS to an amount.',
    ja: 'LLM_MONTHLY_CAP_USD か LLM_MONTHLY_CAP_TOKENS を設定します。',
  },
  minutes: 5,
  run({ services: { config } }) {
    const { monthlyCapUsd, monthlyCapTokens } = config.llm
    const seen = `${monthlyCapUsd ?? 'none'} USD, ${monthlyCapTokens ?? 'none'} tokens a month`
    return monthlyCapUsd === null && monthlyCapTokens === null
      ? fail(seen, { variable: 'LLM_MONTHLY_CAP_USD' })
      : pass(seen)
  },
})

const prices = bootCheck({
  id: 'llm.prices',
  severity: 'low',
  title: {
    en: 'The price of every model in use is known',
    ja: '使用中のモデルの価格が分かっている',
  },
  why: {
    en: 'A budget in money cannot bind for a model without a price.',
    ja: '価格が不明だと、金額の上限が効きません。',
  },
  mend: { en: 'Add the model to LLM_PRICES.', ja: 'LLM_PRICES にモデルを加えます。' },
  minutes: 10,
  async run({ services: { db } }) {
    const { rows } = await sql<{ model: string }>`
      select distinct model from minato.llm_usage
       where at > now() - interval '30 days' and not price_known and outcome = 'ok'`.execute(db)
    return judge(
      rows.map(({ model: name }) => name),
      { en: 'Used without a price:', ja: '価格不明:' },
      { en: 'All of the last 30 days.', ja: '過去 30 日分すべて判明。' },
      { variable: 'LLM_PRICES' },
    )
  },
})

export const outsideChecks: readonly BootCheck[] = [
  redisPresent,
  redisPassword,
  redisTls,
  redisVersion,
  filesStore,
  filesTls,
  mailSet,
  mailTls,
  mailFrom,
  mailOutbox,
  model,
  budgets,
  prices,
]
