import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'
import { type Visit, visitOf } from './visit.ts'
import type { Answer } from './wire.ts'

const PRIVATE = ['/api/auth/session', '/api/auth/profile', '/api/auth/sessions', '/api/jobs']

export const privateCaching = defineCheck<LiveCheck>({
  id: 'http.private-caching',
  phase: 'live',
  severity: 'high',
  title: { en: 'Private answers are not kept', ja: '個人の応答がキャッシュされない' },
  why: {
    en: 'What a proxy or a shared browser keeps is shown to the next person (CWE-524).',
    ja: 'プロキシや共用ブラウザーに残った応答は、次の人に見えてしまいます（CWE-524）。',
  },
  mend: {
    en: 'Let Cache-Control: no-store through; cache nothing under /api/ in the proxy.',
    ja: 'Cache-Control: no-store をそのまま通し、プロキシで /api/ をキャッシュしません。',
  },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { cookie } = await visit.signedIn()
    for (const path of PRIVATE) {
      const answer = await visit.ask({ path, headers: { cookie } })
      if (answer.status !== 200) return fail(`${path}: ${answer.status}`, { url: path })
      const kept = String(answer.headers['cache-control'] ?? '')
      if (!/no-store/.test(kept))
        return fail(
          {
            en: `${path} has Cache-Control "${kept}".`,
            ja: `${path} の Cache-Control は「${kept}」です。`,
          },
          { url: path },
        )
    }
    return pass(`no-store on ${PRIVATE.join(', ')}.`, `${PRIVATE.join('、')} は no-store でした。`)
  },
})

export const sharedAnswers = defineCheck<LiveCheck>({
  id: 'http.shared-answers',
  phase: 'live',
  severity: 'critical',
  title: { en: 'Nobody gets another person’s answer', ja: '他人の応答が返らない' },
  why: {
    en: 'A proxy that caches by address alone, or brings credentials of its own, gives one person’s data to everybody.',
    ja: 'アドレスだけでキャッシュするプロキシや、独自の認証情報を足すプロキシは、ある人のデータを全員に見せます。',
  },
  mend: {
    en: 'Take caching of /api/ and added credentials (proxy_set_header Cookie or Authorization) out of the proxy.',
    ja: 'プロキシから /api/ のキャッシュと、Cookie・Authorization の付加を取り除きます。',
  },
  minutes: 30,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { cookie, email } = await visit.signedIn()
    for (const path of ['/api/auth/session', '/api/auth/profile', '/api/jobs']) {
      const own = await visit.ask({ path, headers: { cookie } })
      const stranger = await visit.ask({ path })
      // 429: strangers at this address are refused before anything is looked at.
      if (own.status === 200 && [401, 429].includes(stranger.status)) continue
      const told = stranger.body.includes(email) ? ' (with the data of the account before)' : ''
      return fail(
        {
          en: `${path}: signed in ${own.status}, a stranger right after ${stranger.status}${told}.`,
          ja: `${path}: 本人 ${own.status}、直後の部外者 ${stranger.status}。`,
        },
        { url: path },
      )
    }
    return pass(
      'After an answer to somebody signed in, a stranger gets 401 at the same address.',
      '本人への応答の直後でも、部外者は同じアドレスで 401 でした。',
    )
  },
})

export const closedByDefault = defineCheck<LiveCheck>({
  id: 'auth.closed-by-default',
  phase: 'live',
  severity: 'critical',
  title: {
    en: 'Routes that ask for a sign-in do ask',
    ja: '要サインインのアドレスが実際に拒否する',
  },
  why: {
    en: 'What the description calls private must be refused without credentials, with broken ones, and under other spellings of its address.',
    ja: '非公開とされたアドレスは、認証情報なし・不正な認証情報・別の綴りでも拒否されなければなりません。',
  },
  mend: {
    en: 'Give the route its permission; look for a proxy rule that goes around the system.',
    ja: 'ルートに権限を付け、システムを迂回するプロキシの規則がないか調べます。',
  },
  minutes: 30,
  seeds: ['000 アクセス制御'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const paths = await privatePaths(visit)
    if (paths.length === 0)
      return fail(
        {
          en: 'The description of the API names no private route.',
          ja: 'API の説明に非公開のアドレスがありません。',
        },
        { url: '/api/docs/json' },
      )
    const tries: Record<string, string>[] = [
      {},
      { authorization: `Bearer ${unsignedToken()}` },
      { 'x-api-key': 'mnt_minato_audit_guess' },
    ]
    for (const path of paths) {
      for (const [index, headers] of tries.entries()) {
        // The forged credentials are tried on a few only: refusals count against this address.
        if (index > 0 && path !== paths[0]) break
        const answer = await visit.ask({ path, headers })
        if ([401, 403, 404, 426, 429].includes(answer.status)) continue
        return fail(
          {
            en: `GET ${path} was answered ${answer.status} without a sign-in.`,
            ja: `GET ${path} がサインインなしで ${answer.status} になりました。`,
          },
          { url: path },
        )
      }
    }
    return pass(
      `${paths.length} private addresses, one under three kinds of forged credentials: refused.`,
      `非公開の ${paths.length} アドレスはすべて拒否されました。`,
    )
  },
})

/** A token that says of itself that nobody signed it (CWE-347). */
function unsignedToken(): string {
  const parts = [{ alg: 'none' }, { sub: 'admin', exp: 4_102_444_800 }]
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`
}

const MOST_PATHS = 20

type Described = {
  paths?: Record<string, Record<string, { 'x-permission'?: string; tags?: string[] }>>
}

/** Addresses without parameters that ask for a permission: some of each app. */
async function privatePaths(visit: Visit): Promise<string[]> {
  const { body, status } = await visit.ask({ path: '/api/docs/json' })
  if (status !== 200) return []
  const { paths = {} } = JSON.parse(body) as Described
  const found = Object.entries(paths).flatMap(([path, { get }]) =>
    get === undefined || path.includes('{') || (get['x-permission'] ?? 'public') === 'public'
      ? []
      : [path],
  )
  const step = Math.max(1, Math.ceil(found.length / MOST_PATHS))
  return found.filter((_path, index) => index % step === 0)
}

export const compression = defineCheck<LiveCheck>({
  id: 'http.compression',
  phase: 'live',
  severity: 'low',
  title: {
    en: 'Secrets are not compressed for other sites',
    ja: '他サイトからの要求で秘密を圧縮しない',
  },
  why: {
    en: 'Where another site can make a signed-in browser ask, the compressed length gives the answer’s secrets away (BREACH).',
    ja: '他サイトがブラウザーに要求させられると、圧縮後の長さから秘密が推測されます（BREACH）。',
  },
  mend: {
    en: 'Leave compression of /api/ to the system (nginx: gzip off there), or set HTTP_COMPRESS=false.',
    ja: '/api/ の圧縮はシステムに任せ（nginx では gzip off）、または HTTP_COMPRESS=false にします。',
  },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { cookie } = await visit.signedIn()
    const answers: [string, Answer][] = []
    for (const [path, site] of [
      ['/api/auth/session', 'same-origin'],
      ['/api/auth/session', 'cross-site'],
      ['/api/auth/sessions', 'cross-site'],
      ['/api/docs/json', 'cross-site'],
    ] as const) {
      const headers = { cookie, 'accept-encoding': 'gzip, br, deflate', 'sec-fetch-site': site }
      answers.push([`${path} (${site})`, await visit.ask({ path, headers })])
    }
    const packed = answers.filter(([, { headers }]) => headers['content-encoding'] !== undefined)
    return packed.length === 0
      ? pass(
          'The session’s token and answers to cross-site requests with a cookie come uncompressed.',
          'セッションのトークンと、他サイトからの Cookie 付き要求への応答は圧縮されていません。',
        )
      : fail(`Compressed: ${packed.map(([name]) => name).join(', ')}`)
  },
})
