import { addressKey } from '../../http/index.ts'
import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import type { LiveContext } from './context.ts'
import { codeOf, cookiePair, type Visit, visitOf } from './visit.ts'
import type { Answer } from './wire.ts'

const SEED_LIMIT = '004 セキュリティ: レート制限の設定'

export const cookieFlags = defineCheck<LiveCheck>({
  id: 'auth.cookie-flags',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'The session cookie has all its guards',
    ja: 'セッション Cookie の属性が揃っている',
  },
  why: {
    en: 'Without Secure it travels in the clear, without HttpOnly scripts read it, without SameSite other sites send it.',
    ja: 'Secure がないと平文で送られ、HttpOnly がないとスクリプトに読まれ、SameSite がないと他サイトから送られます。',
  },
  mend: {
    en: 'Set PUBLIC_URL to the https address; do not rewrite Set-Cookie in the proxy.',
    ja: 'PUBLIC_URL に https の URL を設定し、プロキシで Set-Cookie を書き換えません。',
  },
  minutes: 15,
  seeds: ['000 認証システム: セッション管理'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { answer } = await visit.signedIn()
    const line = answer.cookies.find((cookie) => cookie.includes('_session=')) ?? ''
    const shown = line.replace(/=[^;]+/, '=…')
    const { publicSecure } = visit.target
    const faults = [
      ...(/;\s*httponly/i.test(line) ? [] : ['no HttpOnly']),
      ...(/;\s*samesite=(lax|strict)/i.test(line) ? [] : ['no SameSite']),
      ...(/;\s*path=\/(;|$)/i.test(line) ? [] : ['Path is not /']),
      ...(/;\s*domain=/i.test(line) ? ['Domain is set'] : []),
      ...(!publicSecure || /;\s*secure/i.test(line) ? [] : ['no Secure']),
      ...(!publicSecure || line.startsWith('__Host-') ? [] : ['no __Host- prefix']),
    ]
    return faults.length === 0 ? pass(shown) : fail(`${faults.join(', ')}: ${shown}`)
  },
})

export const fixation = defineCheck<LiveCheck>({
  id: 'auth.fixation',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'Signing in starts a new session, signing out ends it',
    ja: 'サインインで新しいセッションが始まり、サインアウトで終わる',
  },
  why: {
    en: 'A session planted before the sign-in would be shared with whoever planted it (CWE-384); one that survives the sign-out is stolen at leisure.',
    ja: 'サインイン前に仕込まれたセッションは仕込んだ人と共有され（CWE-384）、サインアウト後も残るものは盗まれます。',
  },
  mend: {
    en: 'Do not cache or rewrite Cookie and Set-Cookie between browser and system.',
    ja: 'ブラウザーとシステムの間で Cookie・Set-Cookie を書き換えたりキャッシュしたりしません。',
  },
  minutes: 30,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const account = await visit.newAccount()
    const planted = `${visit.target.publicSecure ? '__Host-' : ''}minato_session=mns_plantedplantedplantedplantedplantedplanted`
    const first = cookiePair(await visit.signIn(account, { cookie: planted }))
    if (first === undefined) return fail('Signing in set no cookie.')
    if (first === planted)
      return fail({
        en: 'The planted session was taken over.',
        ja: '仕込まれたセッションがそのまま使われました。',
      })
    const second = cookiePair(await visit.signIn(account, { cookie: first }))
    if (second === undefined || second === first)
      return fail('Signing in again gave the same session.')
    const states = [
      await status(visit, planted),
      await status(visit, first),
      await status(visit, second),
    ]
    if (states.join() !== '401,401,200') {
      return fail({
        en: `Planted, replaced and new session: ${states.join(', ')} instead of 401, 401, 200.`,
        ja: `仕込み・旧・新セッションの応答が 401, 401, 200 ではなく ${states.join(', ')} でした。`,
      })
    }
    await visit.ask({
      method: 'POST',
      path: '/api/auth/sign-out',
      headers: { ...visit.ownPage, cookie: second },
    })
    const after = await status(visit, second)
    return after === 401
      ? pass(
          'Planted and replaced sessions are refused; after the sign-out so is the new one.',
          '仕込み・旧セッションは拒否され、サインアウト後は新しいものも拒否されました。',
        )
      : fail({
          en: `After the sign-out the cookie was answered ${after}.`,
          ja: `サインアウト後の Cookie への応答が ${after} でした。`,
        })
  },
})

/** 200 or 401; a stranger’s 429 is a refusal as well. */
async function status(visit: Visit, cookie: string): Promise<number> {
  const answer = await visit.ask({ path: '/api/auth/session', headers: { cookie } })
  return answer.status === 429 ? 401 : answer.status
}

export const sameAnswer = defineCheck<LiveCheck>({
  id: 'auth.same-answer',
  phase: 'live',
  severity: 'medium',
  title: {
    en: 'Unknown user and wrong password look alike',
    ja: '存在しない利用者と誤ったパスワードを区別できない',
  },
  why: {
    en: 'A difference in words, headers or time tells which addresses have accounts (CWE-203).',
    ja: '文面・ヘッダー・時間の違いで、登録済みのメールアドレスが分かります（CWE-203）。',
  },
  mend: {
    en: 'Do not let a proxy answer for some sign-ins; look for a slow audit log or database.',
    ja: '一部のサインインだけをプロキシで処理しないようにし、監査ログやデータベースの遅延を調べます。',
  },
  minutes: 30,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const wrong: Answer[] = []
    const unknown: Answer[] = []
    for (let n = 0; n < 3; n += 1) {
      const account = await visit.newAccount()
      wrong.push(await visit.signIn({ ...account, password: 'not-the-password' }))
      unknown.push(
        await visit.signIn({
          ...account,
          email: `x${account.email}`,
          password: 'not-the-password',
        }),
      )
    }
    const shapes = new Set([...wrong, ...unknown].map(shapeOf))
    if (shapes.size > 1)
      return fail(
        {
          en: `The answers differ: ${[...shapes].join(' / ')}`,
          ja: `応答に違いがあります: ${[...shapes].join(' / ')}`,
        },
        { url: '/api/auth/sign-in' },
      )
    const [a, b] = [fastest(wrong), fastest(unknown)]
    return Math.abs(a - b) > Math.max(60, 0.5 * Math.max(a, b))
      ? fail(
          {
            en: `Wrong password ${a} ms, unknown user ${b} ms.`,
            ja: `誤ったパスワード ${a} ミリ秒、存在しない利用者 ${b} ミリ秒。`,
          },
          { url: '/api/auth/sign-in' },
        )
      : pass(
          `One answer for both (${[...shapes][0]}); ${a} and ${b} ms.`,
          `どちらも同じ応答（${[...shapes][0]}）。${a} と ${b} ミリ秒。`,
        )
  },
})

function shapeOf(answer: Answer): string {
  const names = Object.keys(answer.headers).filter(
    (name) => !/^(date|x-request-id|ratelimit-.*|content-length)$/.test(name),
  )
  const text = answer.body.replace(/"requestId":"[^"]*"/, '')
  return `${answer.status} ${codeOf(answer)} ${text.length} characters, ${names.sort().join(' ')}`
}

/** The fastest of a few says more than their mean: only waiting is added, nothing is taken away. */
const fastest = (answers: readonly Answer[]) => Math.round(Math.min(...answers.map(({ ms }) => ms)))

export const lockout = defineCheck<LiveCheck>({
  id: 'auth.lockout',
  phase: 'live',
  severity: 'high',
  title: { en: 'Guessing locks the account', ja: '推測を続けるとアカウントがロックされる' },
  why: {
    en: 'Otherwise a password is a matter of patience.',
    ja: 'ロックがなければ、時間をかければ破られます。',
  },
  mend: {
    en: 'Keep AUTH_ACCOUNT_ATTEMPTS small; look at minato.auth_attempts.',
    ja: 'AUTH_ACCOUNT_ATTEMPTS を小さく保ち、minato.auth_attempts を調べます。',
  },
  minutes: 20,
  seeds: [SEED_LIMIT],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { accountAttempts } = context.services.config.auth
    if (accountAttempts > 15)
      return fail(
        {
          en: `${accountAttempts} guesses are free.`,
          ja: `${accountAttempts} 回まで推測できます。`,
        },
        { variable: 'AUTH_ACCOUNT_ATTEMPTS' },
      )
    const account = await visit.newAccount()
    const limited = skip(
      'The limit of the address came first; the lock was not reached.',
      'アドレスの回数制限が先に働き、ロックを確認できませんでした。',
    )
    for (let n = 0; n < accountAttempts; n += 1) {
      const answer = await visit.signIn({ ...account, password: `guess-number-${n}` })
      if (answer.status === 429) return limited
      if (answer.status !== 401) return fail(`A wrong password was answered ${answer.status}.`)
    }
    const right = await visit.signIn(account)
    if (right.status === 429) return limited
    return right.status === 401
      ? pass(
          `After ${accountAttempts} wrong passwords the right one is refused as well.`,
          `${accountAttempts} 回の失敗後は、正しいパスワードも拒否されました。`,
        )
      : fail({
          en: `After ${accountAttempts} wrong passwords the right one was answered ${right.status}.`,
          ja: `${accountAttempts} 回の失敗後、正しいパスワードへの応答が ${right.status} でした。`,
        })
  },
})

const MOST_TRIES = 120

export const signInLimit = defineCheck<LiveCheck>({
  id: 'auth.sign-in-limit',
  phase: 'live',
  severity: 'high',
  title: { en: 'Too many sign-ins are answered 429', ja: '多すぎるサインインには 429 を返す' },
  why: {
    en: 'One address that may try without end tries every leaked password on every account.',
    ja: '制限がないと、漏えいしたパスワードを全アカウントに試されます。',
  },
  mend: {
    en: 'Keep RATE_SIGN_IN; with several web processes set REDIS_URL so that they count together.',
    ja: 'RATE_SIGN_IN を保ち、web が複数なら REDIS_URL を設定して合算します。',
  },
  minutes: 20,
  seeds: [SEED_LIMIT],
  timeoutMs: 40_000,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { seen } = await visit.seen()
    if (visit.source === undefined && (await sharedAddress(context, seen.ip))) {
      return skip(
        `People signed in from ${seen.ip} as well: using its limit up would lock them out. Run the audit from the server itself.`,
        `${seen.ip} からは他の利用者もサインインしているため、制限を使い切れません。サーバー上で監査を実行してください。`,
      )
    }
    visit.undo('sign-in limit', async () => await forgive(context, seen.ip))
    for (let n = 1; n <= MOST_TRIES; n += 1) {
      // Refused before anything is looked up: costs the system next to nothing, and no account is named.
      const answer = await visit.post('/api/auth/sign-in', {})
      if (answer.status !== 429) continue
      const wait = Number(answer.headers['retry-after'])
      return wait > 0
        ? pass(
            `429 with Retry-After ${wait} s after ${n} more attempts.`,
            `さらに ${n} 回で 429（Retry-After ${wait} 秒）でした。`,
          )
        : fail({ en: '429 without Retry-After.', ja: '429 に Retry-After がありません。' })
    }
    return fail(
      {
        en: `${MOST_TRIES} attempts from one address: never 429.`,
        ja: `同じアドレスから ${MOST_TRIES} 回試みても 429 になりません。`,
      },
      { variable: 'RATE_SIGN_IN' },
    )
  },
})

type SessionTable = {
  'minato.sessions': { ip: string | null; user_id: string; last_active_at: Date }
  'minato.users': { id: string; email_key: string }
}

/** Whether somebody else came from this address within the last day. */
async function sharedAddress({ services }: LiveContext, ip: string): Promise<boolean> {
  const found = await services.db
    .withTables<SessionTable>()
    .selectFrom('minato.sessions as s')
    .innerJoin('minato.users as u', 'u.id', 's.user_id')
    .select('s.user_id')
    .where('s.ip', '=', ip)
    .where('s.last_active_at', '>', new Date(services.clock() - 86_400_000))
    .where('u.email_key', 'not like', '%@minato-audit.invalid')
    .executeTakeFirst()
  return found !== undefined
}

/** The next audit, and whoever else is at this address, starts with a clean slate. */
async function forgive({ services }: LiveContext, ip: string): Promise<void> {
  const key = addressKey(ip)
  await services.redis?.del(`minato:sign-in:${key}`)
  await services.db
    .withTables<{ 'minato.auth_attempts': { key: string } }>()
    .deleteFrom('minato.auth_attempts')
    .where('key', '=', `address:${key}`)
    .execute()
}
