import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { type Visit, visitOf } from './visit.ts'
import type { Answer } from './wire.ts'

/** Addresses of documentation (RFC 5737, 3849): nobody's, so they can come from nowhere but the header. */
const FAKE = '203.0.113.77'
const FAKES = /203\.0\.113\.\d+|2001:db8::77/

const CLAIMS: readonly Record<string, string>[] = [
  { 'x-forwarded-for': FAKE },
  { 'x-forwarded-for': `${FAKE}, 127.0.0.1` },
  { 'x-forwarded-for': `127.0.0.1, ${FAKE}` },
  { forwarded: `for=${FAKE};proto=http` },
  { forwarded: 'for="[2001:db8::77]"' },
  { 'x-real-ip': FAKE },
  { 'true-client-ip': FAKE },
  { 'cf-connecting-ip': FAKE },
  { 'x-client-ip': FAKE },
  { 'x-cluster-client-ip': FAKE },
]

const WHY_ADDRESS = {
  en: 'Limits, lockout, address lists and the audit log go by the caller’s address. If callers can choose it, none of them holds.',
  ja: '回数制限・ロック・アドレス制限・監査ログは送信元アドレスに基づきます。自由に偽れるなら、どれも効きません。',
}
const MEND_ADDRESS = {
  en: 'Set TRUST_PROXY to exactly the addresses of your proxies, and let the first proxy overwrite X-Forwarded-For with the address it sees (nginx: proxy_set_header X-Forwarded-For $remote_addr). Run the audit from outside the trusted ranges.',
  ja: 'TRUST_PROXY にはプロキシのアドレスだけを設定し、最初のプロキシで X-Forwarded-For を接続元アドレスに上書きします（nginx では proxy_set_header X-Forwarded-For $remote_addr）。監査は信頼範囲の外から実行します。',
}

export const spoofedAddress = defineCheck<LiveCheck>({
  id: 'http.spoofed-address',
  phase: 'live',
  severity: 'critical',
  title: { en: 'Callers cannot choose their address', ja: '送信元アドレスを偽れない' },
  why: WHY_ADDRESS,
  mend: MEND_ADDRESS,
  minutes: 20,
  seeds: ['004 セキュリティ: レート制限の設定'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { seen: plain } = await visit.seen()
    for (const claim of CLAIMS) {
      const { seen } = await visit.seen(claim)
      if (!FAKES.test(seen.ip) && seen.ip === plain.ip) continue
      const [[name = '', value = ''] = []] = Object.entries(claim)
      return fail(
        {
          en: `With "${name}: ${value}" the system took the caller for ${seen.ip} instead of ${plain.ip}.`,
          ja: `「${name}: ${value}」を付けると、送信元が ${plain.ip} ではなく ${seen.ip} と扱われました。`,
        },
        { variable: 'TRUST_PROXY' },
      )
    }
    return pass(
      `${CLAIMS.length} forged headers; the system saw ${plain.ip} each time.`,
      `偽のヘッダー ${CLAIMS.length} 種を送り、毎回 ${plain.ip} と認識されました。`,
    )
  },
})

export const spoofedAudit = defineCheck<LiveCheck>({
  id: 'http.spoofed-audit',
  phase: 'live',
  severity: 'high',
  title: { en: 'The audit log has the true address', ja: '監査ログに本当のアドレスが残る' },
  why: WHY_ADDRESS,
  mend: MEND_ADDRESS,
  minutes: 20,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { services } = context
    const account = await visit.newAccount()
    const claim = { 'x-forwarded-for': FAKE, forwarded: `for=${FAKE}`, 'x-real-ip': FAKE }
    const answer = await visit.signIn({ ...account, password: 'not-the-password' }, claim)
    if (answer.status !== 401) return unexpected(answer)
    const { items } = await services.audit.list({
      target: `user:${account.id}`,
      action: 'sign-in.fail',
    })
    const ip = items[0]?.ip
    if (ip === undefined) {
      return fail({
        en: 'The failed sign-in is not in the audit log.',
        ja: '失敗したサインインが監査ログにありません。',
      })
    }
    return FAKES.test(ip ?? '')
      ? fail(
          {
            en: `The audit log says ${ip}, which was forged.`,
            ja: `監査ログに偽の ${ip} が記録されました。`,
          },
          { variable: 'TRUST_PROXY' },
        )
      : pass(
          `A failed sign-in with forged headers is logged from ${ip}.`,
          `偽のヘッダー付きの失敗が ${ip} として記録されました。`,
        )
  },
})

function unexpected({ status }: Answer): Outcome {
  return fail(`A wrong password was answered ${status} instead of 401.`)
}

export const spoofedLimits = defineCheck<LiveCheck>({
  id: 'http.spoofed-limits',
  phase: 'live',
  severity: 'high',
  title: { en: 'Limits count on whatever headers say', ja: 'ヘッダーを変えても回数制限が続く' },
  why: WHY_ADDRESS,
  mend: MEND_ADDRESS,
  minutes: 20,
  seeds: ['004 セキュリティ: レート制限の設定'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const left: number[] = []
    for (let n = 1; n <= 6; n += 1) {
      const fake = `203.0.113.${n}`
      const answer = await visit.ask({
        path: '/api/shell',
        headers: { 'x-forwarded-for': fake, 'x-real-ip': fake, forwarded: `for=${fake}` },
      })
      const remaining = answer.headers['ratelimit-remaining']
      if (remaining === undefined) {
        return fail(
          {
            en: 'The answer bears no RateLimit-Remaining: nothing seems to be counted.',
            ja: 'RateLimit-Remaining がなく、回数が数えられていないようです。',
          },
          { url: '/api/shell' },
        )
      }
      left.push(Number(remaining))
    }
    return judgeLeft(left)
  },
})

/** Two processes may each have counted on their own for a moment: what must not be is that none falls. */
function judgeLeft(left: readonly number[]): Outcome {
  const shown = left.join(', ')
  const distinct = new Set(left).size
  return distinct >= left.length / 2
    ? pass(
        `Six requests under six forged addresses left ${shown}.`,
        `6 つの偽アドレスでの残り回数: ${shown}`,
      )
    : fail(
        {
          en: `Six requests under six forged addresses left ${shown}: each was counted for itself.`,
          ja: `6 つの偽アドレスでの残り回数が ${shown} で、別々に数えられています。`,
        },
        { variable: 'TRUST_PROXY' },
      )
}

const FOREIGN_HOST = 'minato-audit.invalid'

export const spoofedHost = defineCheck<LiveCheck>({
  id: 'http.spoofed-host',
  phase: 'live',
  severity: 'high',
  title: { en: 'A forged Host is not believed', ja: '偽の Host を信じない' },
  why: {
    en: 'A Host that comes back in a link, a redirect or a cached page sends people, and their reset links, to an attacker.',
    ja: 'Host がリンクやリダイレクト、キャッシュされたページに現れると、利用者や再設定リンクが攻撃者に渡ります。',
  },
  mend: {
    en: 'Build links from PUBLIC_URL only; let the proxy answer for its own names only.',
    ja: 'リンクは PUBLIC_URL だけから作り、プロキシは自分の名前にだけ応答させます。',
  },
  minutes: 20,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const tries = [
      { host: FOREIGN_HOST },
      { 'x-forwarded-host': FOREIGN_HOST },
      { forwarded: `host=${FOREIGN_HOST}` },
      { 'x-original-host': FOREIGN_HOST, 'x-host': FOREIGN_HOST },
    ]
    let asked = 0
    for (const path of ['/', '/api/shell', '/api/docs', '/api/docs/json', '/sign-in/']) {
      for (const headers of tries) {
        // A proxy that serves its own names only closes the connection without a word: so much the better.
        const answer = await visit.ask({ path, headers }).catch(() => undefined)
        asked += 1
        if (answer === undefined || !reflects(answer)) continue
        const [name] = Object.keys(headers)
        return fail(
          {
            en: `With a forged ${name} the answer of ${path} names the forged host.`,
            ja: `偽の ${name} を送ると、${path} の応答に偽のホスト名が現れます。`,
          },
          { url: path },
        )
      }
    }
    return pass(
      `${asked} requests; no answer named the forged host.`,
      `${asked} 回の要求で、偽のホスト名は一度も現れませんでした。`,
    )
  },
})

function reflects({ headers, body }: Answer): boolean {
  return body.includes(FOREIGN_HOST) || JSON.stringify(headers).includes(FOREIGN_HOST)
}

export const spoofedProto = defineCheck<LiveCheck>({
  id: 'http.spoofed-proto',
  phase: 'live',
  severity: 'medium',
  title: { en: 'A forged scheme changes nothing', ja: '偽の X-Forwarded-Proto に影響されない' },
  why: {
    en: 'If a header could turn https into http, cookies would lose Secure and answers HSTS.',
    ja: 'ヘッダーで https が http と扱われると、Cookie の Secure や HSTS が失われます。',
  },
  mend: {
    en: 'Derive https from PUBLIC_URL, not from what a request says.',
    ja: 'https かどうかは要求ではなく PUBLIC_URL から決めます。',
  },
  minutes: 20,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    if (!visit.target.publicSecure) {
      return skip('The public address is http.', '公開 URL が http のため対象外です。')
    }
    const account = await visit.newAccount()
    const forged = {
      'x-forwarded-proto': 'http',
      forwarded: 'proto=http',
      'x-forwarded-ssl': 'off',
    }
    const answer = await visit.signIn(account, forged)
    return judgeProto(visit, answer)
  },
})

function judgeProto(_visit: Visit, answer: Answer): Outcome {
  const session = answer.cookies.find((line) => line.includes('_session='))
  if (answer.status !== 200 || session === undefined) {
    return fail(`Signing in with X-Forwarded-Proto: http was answered ${answer.status}.`)
  }
  if (!/;\s*secure/i.test(session)) {
    return fail({
      en: 'The session cookie lost its Secure flag.',
      ja: 'セッション Cookie から Secure が消えました。',
    })
  }
  return answer.headers['strict-transport-security'] === undefined
    ? fail({ en: 'The answer lost HSTS.', ja: '応答から HSTS が消えました。' })
    : pass('Cookie and HSTS stayed as they are.', 'Cookie と HSTS は変わりませんでした。')
}
