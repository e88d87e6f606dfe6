import { sql } from 'kysely'
import { PLATFORM_PERMISSIONS } from '../../auth/index.ts'
import { type BootCheck, fail, pass } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { bootCheck } from './boot-check.ts'

const administrator = bootCheck({
  id: 'auth.administrator',
  severity: 'critical',
  title: {
    en: 'An administrator exists, and the setup link is spent',
    ja: '管理者がいて、初期設定リンクは使用済みである',
  },
  why: {
    en: 'Until then, whoever holds the link becomes the administrator.',
    ja: 'それまでは、リンクを持つ人が管理者になれます。',
  },
  mend: {
    en: 'Open the setup link shown at the start, or `minato user create --role admin`.',
    ja: '起動時の初期設定リンクを開くか、`minato user create --role admin` を実行します。',
  },
  minutes: 10,
  seeds: ['004 管理者アカウントの作成', '004 初期ユーザー作成'],
  async run({ services: { auth, db } }) {
    const { rows } = await sql<{
      admins: number
    }>`select count(*)::int as admins from minato.users where 'admin' = any(roles) and status = 'active'`.execute(
      db,
    )
    const admins = rows[0]?.admins ?? 0
    if (admins === 0 || (await auth.setup.pending()))
      return fail({
        en: `${admins} administrators; the setup link is open.`,
        ja: `管理者 ${admins} 人。初期設定リンクが有効です。`,
      })
    return pass(`${admins} administrators.`, `管理者 ${admins} 人。`)
  },
})

const twoFactor = bootCheck({
  id: 'auth.two-factor',
  severity: 'critical',
  title: { en: 'Every administrator uses two-factor', ja: '管理者全員が 2 段階認証を使っている' },
  why: {
    en: 'A password that leaked elsewhere would open everything.',
    ja: '漏れたパスワード 1 つで、すべてを操作されます。',
  },
  mend: {
    en: 'Each signs in and turns it on under Account → Security.',
    ja: '各自がサインインし、アカウントのセキュリティで有効にします。',
  },
  minutes: 10,
  seeds: ['004 セキュリティ設定: 2段階認証の有効化'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ id: string; bare: boolean }>`
      select u.id, not exists (select 1 from minato.two_factors f where f.user_id = u.id and f.confirmed_at is not null) as bare
        from minato.users u where 'admin' = any(u.roles) and u.status = 'active'`.execute(db)
    const bare = rows.filter((row) => row.bare)
    const text = {
      en: `${bare.length} of ${rows.length} administrators without.`,
      ja: `管理者 ${rows.length} 人中 ${bare.length} 人が未設定。`,
    }
    return bare.length > 0 ? fail(text) : pass(text.en, text.ja)
  },
})

/** Addresses that `minato demo` and tests make, and names nobody can get mail at. */
const samples = bootCheck({
  id: 'auth.sample-users',
  severity: 'critical',
  title: { en: 'No sample user is left', ja: 'サンプルの利用者が残っていない' },
  why: {
    en: 'Their passwords stand in the documentation.',
    ja: 'そのパスワードは公開されています。',
  },
  mend: {
    en: 'Disable them in operations, or `minato user disable EMAIL`.',
    ja: '運用画面か `minato user disable EMAIL` で無効にします。',
  },
  minutes: 10,
  seeds: ['004 移行後: 開発環境の無効化', '004 初期データの投入'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ domain: string; users: number }>`
      select split_part(email_key, '@', 2) as domain, count(*)::int as users from minato.users
       where status = 'active' and split_part(email_key, '@', 2) ~ '(^|\.)(example|invalid|localhost|local|example\.(com|org|net))$'
       group by 1 order by 2 desc limit 20`.execute(db)
    return judge(
      rows.map(({ domain, users }) => `${users} @${domain}`),
      { en: 'Active:', ja: '有効なもの:' },
      { en: 'None.', ja: 'いません。' },
    )
  },
})

const DORMANT_DAYS = 90

const dormant = bootCheck({
  id: 'auth.dormant-privileges',
  severity: 'medium',
  title: { en: 'Nobody holds rights they do not use', ja: '使われていない権限を持つ人がいない' },
  why: {
    en: 'Accounts of people who left are not missed when they are taken over.',
    ja: '退職者のアカウントは、乗っ取られても気付かれません。',
  },
  mend: {
    en: 'Take the role away or disable the account.',
    ja: 'ロールを外すか、アカウントを無効にします。',
  },
  minutes: 10,
  seeds: ['004 権限設定'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ users: number }>`
      select count(*)::int as users from minato.users
       where status = 'active' and roles && array['admin', 'operator']::text[]
         and coalesce(last_sign_in_at, created_at) < now() - make_interval(days => ${DORMANT_DAYS})`.execute(
      db,
    )
    const users = rows[0]?.users ?? 0
    const text = {
      en: `${users} administrators or operators not seen for ${DORMANT_DAYS} days.`,
      ja: `${DORMANT_DAYS} 日サインインのない管理者・運用者 ${users} 人。`,
    }
    return users > 0 ? fail(text) : pass(text.en, text.ja)
  },
})

const keyExpiry = bootCheck({
  id: 'auth.api-key-expiry',
  severity: 'medium',
  title: { en: 'API keys end within a year', ja: 'API キーの期限が 1 年以内である' },
  why: {
    en: 'A key that leaked long ago would still work.',
    ja: '昔漏れたキーが、いつまでも使えてしまいます。',
  },
  mend: {
    en: 'Replace it by one with an expiry; AUTH_API_KEY_LIFETIME sets the default.',
    ja: '期限付きのキーに替えます。既定は AUTH_API_KEY_LIFETIME です。',
  },
  minutes: 15,
  seeds: ['000 APIキー管理'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ prefix: string }>`
      select prefix from minato.api_keys where revoked_at is null and expires_at > now() and expires_at > created_at + interval '366 days' limit 50`.execute(
      db,
    )
    return judge(
      rows.map(({ prefix }) => `${prefix.slice(0, 12)}…`),
      { en: 'Valid for longer:', ja: '1 年を超えるもの:' },
      { en: 'All do.', ja: 'すべて 1 年以内です。' },
    )
  },
})

const keyUse = bootCheck({
  id: 'auth.api-key-use',
  severity: 'low',
  title: { en: 'Every API key is used', ja: 'すべての API キーが使われている' },
  why: {
    en: 'A forgotten key lies in a forgotten place.',
    ja: '忘れられたキーは、忘れられた場所に残っています。',
  },
  mend: {
    en: '`minato key revoke` those nobody needs.',
    ja: '不要なものを `minato key revoke` で無効にします。',
  },
  minutes: 10,
  seeds: ['000 APIキー管理'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ prefix: string }>`
      select prefix from minato.api_keys where revoked_at is null and expires_at > now()
         and coalesce(last_used_at, created_at) < now() - interval '90 days' limit 50`.execute(db)
    return judge(
      rows.map(({ prefix }) => `${prefix.slice(0, 12)}…`),
      { en: 'Not used for 90 days:', ja: '90 日未使用:' },
      { en: 'None is forgotten.', ja: '放置されたものはありません。' },
    )
  },
})

/** What an ordinary user must never be given. */
const DANGEROUS = Object.entries(PLATFORM_PERMISSIONS)
  .filter(([, { roles }]) => !roles.includes('user'))
  .map(([name]) => name)

const roleRights = bootCheck({
  id: 'auth.role-permissions',
  severity: 'high',
  title: {
    en: 'Ordinary users have no operators’ permissions',
    ja: '一般の利用者に運用者の権限がない',
  },
  why: {
    en: 'Everybody could see or change everybody else’s account.',
    ja: '全員が他人のアカウントを見たり変えたりできます。',
  },
  mend: { en: 'Take it away under Operations → Roles.', ja: '運用画面の「ロール」で外します。' },
  minutes: 5,
  seeds: ['004 権限設定', '000 アクセス制御'],
  async run({ services: { db } }) {
    const { rows } = await sql<{ permission: string }>`
      select permission from minato.role_permissions where role = 'user' and granted order by 1`.execute(
      db,
    )
    const wrong = rows
      .map(({ permission }) => permission)
      .filter((name) => DANGEROUS.includes(name) || /^operations\./.test(name))
    return judge(
      wrong,
      { en: 'Role "user" has:', ja: '「user」が持つ権限:' },
      {
        en: `${rows.length} changes, none dangerous.`,
        ja: `変更 ${rows.length} 件、危険なものなし。`,
      },
    )
  },
})

const lockout = bootCheck({
  id: 'auth.lockout-limits',
  severity: 'high',
  title: { en: 'Guessing passwords locks the account', ja: '総当たりでアカウントがロックされる' },
  why: {
    en: 'The looser the lockout, the more passwords are tried each day.',
    ja: '緩いほど、1 日に試せるパスワードが増えます。',
  },
  mend: {
    en: 'AUTH_ACCOUNT_ATTEMPTS up to 10, AUTH_ADDRESS_ATTEMPTS up to 200.',
    ja: 'AUTH_ACCOUNT_ATTEMPTS は 10 以下、AUTH_ADDRESS_ATTEMPTS は 200 以下にします。',
  },
  minutes: 2,
  seeds: ['000 認証システム', '004 レート制限の設定'],
  run({ services: { config } }) {
    const { accountAttempts, addressAttempts } = config.auth
    const seen = `${accountAttempts} an account, ${addressAttempts} an address`
    return accountAttempts > 10 || addressAttempts > 200
      ? fail(seen, {
          variable: accountAttempts > 10 ? 'AUTH_ACCOUNT_ATTEMPTS' : 'AUTH_ADDRESS_ATTEMPTS',
        })
      : pass(seen)
  },
})

const MINUTE = 60_000

const sessions = bootCheck({
  id: 'auth.sessions',
  severity: 'medium',
  title: { en: 'Sessions and tokens end', ja: 'セッションとトークンに期限がある' },
  why: {
    en: 'A laptop left open or a stolen token works until then.',
    ja: '置き忘れた端末や盗まれたトークンが、それまで使えます。',
  },
  mend: {
    en: 'AUTH_SESSION_IDLE up to 60m, AUTH_SESSION_ABSOLUTE up to 24h, AUTH_ACCESS_TOKEN_LIFETIME up to 30m.',
    ja: 'AUTH_SESSION_IDLE は 60m、AUTH_SESSION_ABSOLUTE は 24h、AUTH_ACCESS_TOKEN_LIFETIME は 30m 以下にします。',
  },
  minutes: 2,
  seeds: ['000 ACCESS_TOKEN_EXPIRE_MINUTES: 30', '000 セッション管理', '004 JWT認証の強化'],
  run({ services: { config } }) {
    const { sessionIdleMs, sessionAbsoluteMs, accessTokenMs } = config.auth
    const wrong = [
      sessionIdleMs > 60 * MINUTE ? `AUTH_SESSION_IDLE=${sessionIdleMs / MINUTE}m` : '',
      sessionAbsoluteMs > 24 * 60 * MINUTE
        ? `AUTH_SESSION_ABSOLUTE=${sessionAbsoluteMs / MINUTE}m`
        : '',
      accessTokenMs > 30 * MINUTE ? `AUTH_ACCESS_TOKEN_LIFETIME=${accessTokenMs / MINUTE}m` : '',
    ].filter((text) => text !== '')
    const seen = `${sessionIdleMs / MINUTE} min, ${sessionAbsoluteMs / MINUTE} min, ${accessTokenMs / MINUTE} min`
    return judge(wrong, { en: 'Too long:', ja: '長すぎるもの:' }, { en: seen, ja: seen })
  },
})

const signingKeys = bootCheck({
  id: 'auth.signing-keys',
  severity: 'medium',
  title: {
    en: 'The key that signs tokens is replaced in time',
    ja: 'トークンの署名鍵が定期的に交換される',
  },
  why: {
    en: 'A key that never changes is worth stealing.',
    ja: '変わらない鍵は、盗む価値が上がり続けます。',
  },
  mend: {
    en: 'AUTH_SIGNING_KEY_LIFETIME up to 180d.',
    ja: 'AUTH_SIGNING_KEY_LIFETIME を 180d 以下にします。',
  },
  minutes: 5,
  seeds: ['004 セキュリティ設定: JWT秘密鍵の生成と設定', '000 JWT認証の実装'],
  async run({ services: { config, db } }) {
    const days = Math.round(config.auth.signingKeyMs / (24 * 60 * MINUTE))
    const { rows } = await sql<{ age: number }>`
      select floor(extract(epoch from now() - created_at) / 86400)::int as age from minato.jwks
       where retired_at is null order by created_at desc limit 1`.execute(db)
    const age = rows[0]?.age
    const seen = {
      en: `${age === undefined ? 'none made yet' : `${age} days old`}, replaced after ${days} days`,
      ja: `${age === undefined ? '未作成' : `${age} 日経過`}、${days} 日で交換`,
    }
    return days > 180 || (age ?? 0) > days + 7
      ? fail(seen, { variable: 'AUTH_SIGNING_KEY_LIFETIME' })
      : pass(seen.en, seen.ja)
  },
})

export const peopleChecks: readonly BootCheck[] = [
  administrator,
  twoFactor,
  samples,
  dormant,
  keyExpiry,
  keyUse,
  roleRights,
  lockout,
  sessions,
  signingKeys,
]
