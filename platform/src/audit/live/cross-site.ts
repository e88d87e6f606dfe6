import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { codeOf, type SignedIn, type Visit, visitOf } from './visit.ts'
import type { Answer } from './wire.ts'

const FOREIGN = 'https://minato-audit.invalid'

/** What a browser says when a page of another site sends a request; old ones say less. */
const FORGERIES: readonly { name: string; headers: Record<string, string> }[] = [
  {
    name: 'Origin and Sec-Fetch-Site of another site',
    headers: { origin: FOREIGN, 'sec-fetch-site': 'cross-site' },
  },
  { name: 'Sec-Fetch-Site: cross-site alone', headers: { 'sec-fetch-site': 'cross-site' } },
  { name: 'a sibling’s Sec-Fetch-Site: same-site', headers: { 'sec-fetch-site': 'same-site' } },
  { name: 'a foreign Origin alone', headers: { origin: FOREIGN } },
  { name: 'Origin: null', headers: { origin: 'null' } },
  { name: 'neither header and no token', headers: {} },
  { name: 'a form', headers: { origin: FOREIGN, 'content-type': 'text/plain' } },
]

const rename = (visit: Visit, { cookie }: SignedIn, headers: Record<string, string>) =>
  visit.ask({
    method: 'PATCH',
    path: '/api/auth/profile',
    headers: { 'content-type': 'application/json', cookie, ...headers },
    body: JSON.stringify({ name: 'Minato audit' }),
  })

export const csrf = defineCheck<LiveCheck>({
  id: 'http.csrf',
  phase: 'live',
  severity: 'critical',
  title: {
    en: 'Other sites cannot act for a signed-in person',
    ja: '他サイトから利用者として操作できない（CSRF）',
  },
  why: {
    en: 'A page elsewhere could change settings or delete data with the cookie of whoever visits it (CWE-352).',
    ja: '別のサイトを開いただけで、その人の Cookie で設定変更や削除が行われます（CWE-352）。',
  },
  mend: {
    en: 'Pass Origin, Sec-Fetch-Site and Cookie through the proxy unchanged; keep ALLOWED_ORIGINS short.',
    ja: 'プロキシで Origin・Sec-Fetch-Site・Cookie を書き換えずに通し、ALLOWED_ORIGINS を必要最小限にします。',
  },
  minutes: 30,
  seeds: ['000 アクセス制御: CORS設定の厳格化', '001 セキュリティヘッダーとCSRF保護の追加'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const person = await visit.signedIn()
    const own = await rename(visit, person, visit.ownPage)
    if (own.status !== 200) {
      return skip(
        `The system’s own page was refused as well (${own.status} ${codeOf(own)}): nothing is proven.`,
        `自サイトのページからの要求も拒否されました（${own.status} ${codeOf(own)}）。`,
      )
    }
    for (const { name, headers } of FORGERIES) {
      const answer = await rename(visit, person, headers)
      if (answer.status >= 400 && answer.status < 500) continue
      return fail(
        {
          en: `A change with ${name} was answered ${answer.status}.`,
          ja: `「${name}」の変更要求が ${answer.status} で受け付けられました。`,
        },
        { url: '/api/auth/profile' },
      )
    }
    return pass(
      `The own page may (200); ${FORGERIES.length} kinds of forged request were refused.`,
      `自サイトは 200、偽の要求 ${FORGERIES.length} 種はすべて拒否されました。`,
    )
  },
})

export const cors = defineCheck<LiveCheck>({
  id: 'http.cors',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'Foreign origins may not read answers',
    ja: '他のオリジンから応答を読めない（CORS）',
  },
  why: {
    en: 'An origin that is reflected reads everything its visitor may read.',
    ja: 'Origin をそのまま許可すると、訪問者が読めるものをすべて読み取られます。',
  },
  mend: {
    en: 'List exact origins in ALLOWED_ORIGINS; add no Access-Control-* headers in the proxy.',
    ja: 'ALLOWED_ORIGINS に正確なオリジンだけを書き、プロキシで Access-Control-* を足しません。',
  },
  minutes: 15,
  seeds: ['004 セキュリティ: CORS設定の確認', '000 アクセス制御: CORS設定の厳格化'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { cookie } = await visit.signedIn()
    const { publicHost } = visit.target
    const origins = [
      FOREIGN,
      'null',
      `https://${publicHost}.minato-audit.invalid`,
      `https://minato-audit-${publicHost}`,
      `http://${publicHost}:1`,
    ]
    for (const origin of origins) {
      for (const question of [
        { path: '/api/auth/session', headers: { origin, cookie } },
        { path: '/api/shell', headers: { origin } },
        {
          path: '/api/auth/profile',
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'PATCH',
            'access-control-request-headers': 'content-type',
          },
        },
        { path: '/api/minato-audit/unknown', headers: { origin } },
      ]) {
        const answer = await visit.ask(question)
        const allowed = allowedOrigin(answer, origin)
        if (allowed === undefined) continue
        return fail(
          {
            en: `${question.path} allows the origin ${origin} (${allowed}).`,
            ja: `${question.path} がオリジン ${origin} を許可しています（${allowed}）。`,
          },
          { url: question.path, variable: 'ALLOWED_ORIGINS' },
        )
      }
    }
    return pass(
      `${origins.length} foreign origins, null among them, on four kinds of request: none was allowed.`,
      `null を含む ${origins.length} 種の他オリジンは、どの要求でも許可されませんでした。`,
    )
  },
})

function allowedOrigin({ headers }: Answer, origin: string): string | undefined {
  const allowed = headers['access-control-allow-origin']
  if (allowed === undefined || (allowed !== '*' && allowed !== origin)) return undefined
  return `Access-Control-Allow-Origin: ${allowed}`
}
