import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { policyOf, unsafeSources } from './csp.ts'
import type { Surface } from './surfaces.ts'
import { visitOf } from './visit.ts'

const YEAR_SECONDS = 31_536_000
const SEED = '004 セキュリティ: セキュリティヘッダーの確認'

/** Judges every surface; the first fault of each is told. */
function everywhere(surfaces: readonly Surface[], fault: (surface: Surface) => string | undefined) {
  const found = surfaces.flatMap((surface) => {
    const text = fault(surface)
    return text === undefined ? [] : [{ surface, text }]
  })
  const [first] = found
  if (first === undefined) {
    const kinds = surfaces.map(({ name }) => name).join(', ')
    return pass(
      `Seen on ${surfaces.length} kinds of answer: ${kinds}.`,
      `${surfaces.length} 種類の応答で確認: ${kinds}`,
    )
  }
  const list = found.map(({ surface, text }) => `${surface.name} (${surface.path}): ${text}`)
  return fail(list.join('; '), { url: first.surface.path })
}

const header = ({ answer }: Surface, name: string): string => String(answer.headers[name] ?? '')

function missing(surface: Surface, name: string, good: RegExp): string | undefined {
  const value = header(surface, name)
  if (value === '') return `no ${name}`
  return good.test(value) ? undefined : `${name}: ${value}`
}

export const hsts = defineCheck<LiveCheck>({
  id: 'http.hsts',
  phase: 'live',
  severity: 'high',
  title: { en: 'Every answer pins https (HSTS)', ja: 'すべての応答が HSTS を送る' },
  why: {
    en: 'Without it the first click on a plain http link can be taken over on any open network. Errors count too: they are what an attacker provokes.',
    ja: 'ないと、http のリンクを開いた最初の通信を公衆網で乗っ取られます。エラー応答も攻撃者が起こせる応答です。',
  },
  mend: {
    en: 'Let the system’s own Strict-Transport-Security through the proxy on every answer, errors included (nginx: add_header … always).',
    ja: 'エラーを含むすべての応答で Strict-Transport-Security をそのまま通します（nginx では add_header … always）。',
  },
  minutes: 15,
  seeds: [SEED],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    if (!visit.target.publicSecure) {
      return skip(
        'The public address is http: there is nothing to pin.',
        '公開 URL が http のため対象外です。',
      )
    }
    return everywhere(await visit.surfaces(), (surface) => {
      const value = header(surface, 'strict-transport-security')
      const age = Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0)
      if (value === '') return 'no strict-transport-security'
      return age >= YEAR_SECONDS ? undefined : `max-age is ${age} s, less than a year`
    })
  },
})

export const nosniff = defineCheck<LiveCheck>({
  id: 'http.nosniff',
  phase: 'live',
  severity: 'medium',
  title: { en: 'No answer is sniffed for its type', ja: 'すべての応答で種類の推測を禁じている' },
  why: {
    en: 'A browser that guesses may run an uploaded file as a script.',
    ja: '種類を推測するブラウザーは、アップロードされたファイルをスクリプトとして実行しかねません。',
  },
  mend: {
    en: 'Let X-Content-Type-Options: nosniff through the proxy on every answer.',
    ja: 'すべての応答で X-Content-Type-Options: nosniff を通します。',
  },
  minutes: 10,
  seeds: [SEED],
  run: async (context) =>
    everywhere(await (await visitOf(context)).surfaces(), (surface) =>
      missing(surface, 'x-content-type-options', /^nosniff$/i),
    ),
})

export const frames = defineCheck<LiveCheck>({
  id: 'http.frames',
  phase: 'live',
  severity: 'medium',
  title: { en: 'No page can be framed', ja: 'どのページもフレームに入れられない' },
  why: {
    en: 'A page inside another site’s invisible frame takes clicks meant for something else (clickjacking).',
    ja: '他サイトの見えないフレームに入れられると、利用者は気付かずに操作させられます（クリックジャッキング）。',
  },
  mend: {
    en: 'Let Content-Security-Policy (frame-ancestors) and X-Frame-Options: DENY through the proxy.',
    ja: 'Content-Security-Policy（frame-ancestors）と X-Frame-Options: DENY を通します。',
  },
  minutes: 10,
  seeds: [SEED],
  run: async (context) =>
    everywhere(await (await visitOf(context)).surfaces(), (surface) => {
      const ancestors = policyOf(header(surface, 'content-security-policy')).get('frame-ancestors')
      if (ancestors?.join(' ') !== "'none'") return "no frame-ancestors 'none'"
      return missing(surface, 'x-frame-options', /^deny$/i)
    }),
})

export const referrer = defineCheck<LiveCheck>({
  id: 'http.referrer',
  phase: 'live',
  severity: 'low',
  title: { en: 'Addresses do not leak to other sites', ja: '閲覧中のアドレスが他サイトに漏れない' },
  why: {
    en: 'A full Referer tells other sites which conversation or record somebody had open.',
    ja: 'Referer にアドレス全体が入ると、開いていた会話や記録が他サイトに知られます。',
  },
  mend: {
    en: 'Let Referrer-Policy: strict-origin-when-cross-origin (or stricter) through the proxy.',
    ja: 'Referrer-Policy: strict-origin-when-cross-origin（またはより厳しい値）を通します。',
  },
  minutes: 10,
  seeds: [SEED],
  run: async (context) =>
    everywhere(await (await visitOf(context)).surfaces(), (surface) =>
      missing(
        surface,
        'referrer-policy',
        /^(no-referrer|same-origin|strict-origin(-when-cross-origin)?)$/i,
      ),
    ),
})

export const permissionsPolicy = defineCheck<LiveCheck>({
  id: 'http.permissions-policy',
  phase: 'live',
  severity: 'low',
  title: { en: 'Camera, microphone and position are off', ja: 'カメラ・マイク・位置情報が無効' },
  why: {
    en: 'What no page uses, no injected script should be able to ask for.',
    ja: 'どのページも使わない機能は、注入されたスクリプトにも使わせません。',
  },
  mend: {
    en: 'Let Permissions-Policy through the proxy.',
    ja: 'Permissions-Policy を通します。',
  },
  minutes: 10,
  seeds: [SEED],
  run: async (context) =>
    everywhere(await (await visitOf(context)).surfaces(), (surface) =>
      missing(surface, 'permissions-policy', /camera=\(\).*microphone=\(\).*geolocation=\(\)/),
    ),
})

export const csp = defineCheck<LiveCheck>({
  id: 'http.csp',
  phase: 'live',
  severity: 'high',
  title: { en: 'The content security policy allows nothing unsafe', ja: 'CSP に危険な許可がない' },
  why: {
    en: 'It is the second wall behind escaping: with unsafe-inline, unsafe-eval or * an injected script runs.',
    ja: 'エスケープの次の防壁です。unsafe-inline や unsafe-eval、* があると、注入されたスクリプトが動きます。',
  },
  mend: {
    en: 'Serve the system’s own policy unchanged; declare an app’s sources in its manifest (csp), never *.',
    ja: 'システムの CSP をそのまま配信します。アプリが必要とする送信元は定義の csp に書き、* は使いません。',
  },
  minutes: 30,
  seeds: [SEED],
  run: async (context) =>
    everywhere(await (await visitOf(context)).surfaces(), (surface) => {
      const text = header(surface, 'content-security-policy')
      if (text === '') return 'no content-security-policy'
      const unsafe = unsafeSources(text)
      return unsafe.length === 0 ? undefined : unsafe.join(', ')
    }),
})

export const cspNonce = defineCheck<LiveCheck>({
  id: 'http.csp-nonce',
  phase: 'live',
  severity: 'high',
  title: { en: 'Each page has a nonce of its own', ja: 'ページごとに新しい nonce を使う' },
  why: {
    en: 'A nonce that stays the same, in a cached page say, can be read once and used by an attacker’s script.',
    ja: 'キャッシュなどで nonce が使い回されると、一度読み取った攻撃者のスクリプトが実行できます。',
  },
  mend: {
    en: 'Do not cache pages (HTML) in the proxy or a CDN; cache /assets/ only.',
    ja: 'プロキシや CDN でページ（HTML）をキャッシュしません。キャッシュは /assets/ だけにします。',
  },
  minutes: 15,
  seeds: [SEED],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const pages = [await visit.ask({ path: '/' }), await visit.ask({ path: '/' })]
    const nonces = pages.map(({ headers }) =>
      nonceOf(String(headers['content-security-policy'] ?? '')),
    )
    const [first, second] = nonces
    if (first === undefined || second === undefined) {
      return fail(
        {
          en: 'The policy of the page names no nonce.',
          ja: 'ページの CSP に nonce がありません。',
        },
        { url: '/' },
      )
    }
    if (first === second) {
      return fail(
        { en: 'Two answers had the same nonce.', ja: '2 回の応答で nonce が同じでした。' },
        { url: '/' },
      )
    }
    const worn = pages.every(({ body }, index) => wears(body, nonces[index] ?? ''))
    if (!worn) {
      return fail(
        {
          en: 'A script on the page does not bear the nonce of its policy.',
          ja: 'ページのスクリプトの nonce が CSP と一致しません。',
        },
        { url: '/' },
      )
    }
    return pass(
      'Two answers had two nonces, each on its own scripts.',
      '2 回の応答で nonce が異なり、スクリプトと一致しました。',
    )
  },
})

function nonceOf(policy: string): string | undefined {
  return /script-src[^;]*'nonce-([\w+/=-]{16,})'/.exec(policy)?.[1]
}

/** Every script element of a page bears its nonce. */
function wears(html: string, nonce: string): boolean {
  return [...html.matchAll(/<script\b[^>]*>/g)].every(([tag]) => tag.includes(`nonce="${nonce}"`))
}

export const banner = defineCheck<LiveCheck>({
  id: 'http.banner',
  phase: 'live',
  severity: 'low',
  title: { en: 'Answers do not tell versions', ja: '応答がソフトウェアの版を明かさない' },
  why: {
    en: 'A version in Server or X-Powered-By tells which published hole to try.',
    ja: 'Server や X-Powered-By の版番号は、試すべき既知の脆弱性を教えます。',
  },
  mend: {
    en: 'nginx: server_tokens off; remove X-Powered-By.',
    ja: 'nginx では server_tokens off とし、X-Powered-By を消します。',
  },
  minutes: 5,
  run: async (context) =>
    everywhere(await (await visitOf(context)).surfaces(), (surface) => {
      const told = ['server', 'x-powered-by', 'x-aspnet-version', 'via']
        .map((name) => [name, header(surface, name)] as const)
        .filter(([name, value]) => (name === 'x-powered-by' ? value !== '' : /\d/.test(value)))
      return told.length === 0 ? undefined : told.map((pair) => pair.join(': ')).join(', ')
    }),
})
