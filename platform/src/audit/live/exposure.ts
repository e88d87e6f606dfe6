import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { unsafeSources } from './csp.ts'
import { scriptOf } from './surfaces.ts'
import { visitOf } from './visit.ts'
import type { Answer } from './wire.ts'

export const metricsClosed = defineCheck<LiveCheck>({
  id: 'http.metrics-closed',
  phase: 'live',
  severity: 'high',
  title: { en: 'Metrics are closed to strangers', ja: 'メトリクスは部外者に見えない' },
  why: {
    en: 'They tell routes, volumes, versions and who is busy when.',
    ja: 'アドレス、利用量、版、混雑する時間などが読み取れます。',
  },
  mend: {
    en: 'Set METRICS_TOKEN, or METRICS_PORT for a listener of its own; refuse /metrics in the proxy.',
    ja: 'METRICS_TOKEN か METRICS_PORT を設定し、プロキシでは /metrics を拒否します。',
  },
  minutes: 10,
  seeds: ['000 メトリクス可視化: Prometheusセットアップ'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const tries: Record<string, string>[] = [
      {},
      { authorization: 'Bearer minato-audit-guess' },
      { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' },
    ]
    for (const path of ['/metrics', '/metrics/', '//metrics', '/METRICS']) {
      for (const headers of tries) {
        const answer = await visit.ask({ path, headers })
        if (!/^# (HELP|TYPE) |^\w+(\{.*\})? [\d.e+]+$/m.test(answer.body) || answer.status !== 200)
          continue
        return fail(
          { en: `${path} was served to a stranger.`, ja: `${path} が認証なしで読めました。` },
          { url: path, variable: 'METRICS_TOKEN' },
        )
      }
    }
    return pass(
      'Refused without a token, with a wrong one, and with a forged loopback address.',
      'トークンなし、誤ったトークン、偽のループバックのいずれでも拒否されました。',
    )
  },
})

/** Files that must not leave the server, and what only they contain. */
const HIDDEN: readonly (readonly [string, RegExp])[] = [
  ['/.env', /^[A-Z][A-Z0-9_]+=/m],
  ['/.env.development', /^[A-Z][A-Z0-9_]+=/m],
  ['/.env.production', /^[A-Z][A-Z0-9_]+=/m],
  ['/.git/HEAD', /^ref: |^[0-9a-f]{40}$/m],
  ['/.git/config', /^\[core\]/m],
  ['/package.json', /"(dependencies|workspaces)"/],
  ['/package-lock.json', /"lockfileVersion"/],
  ['/platform/package.json', /"dependencies"/],
  ['/bin/main.ts', /^import /m],
  ['/minato-waivers.json', /"expires"/],
  ['/deploy/compose.yml', /^services:/m],
  ['/docker-compose.yml', /^services:/m],
  ['/Dockerfile', /^FROM /m],
  ['/run.json', /"adminToken"/],
  ['/data/run.json', /"adminToken"/],
  ['/secrets/auth_secret', /^[\w+/=-]{20,}$/m],
  ['/backup.sql', /PostgreSQL database dump|CREATE TABLE/],
  ['/dev.db', /^SQLite format 3/],
  ['/server-status', /Apache Server Status/],
  ['/nginx_status', /Active connections/],
]

export const hiddenFiles = defineCheck<LiveCheck>({
  id: 'http.hidden-files',
  phase: 'live',
  severity: 'critical',
  title: {
    en: 'No file of the installation is served',
    ja: '設定やソースのファイルが配信されない',
  },
  why: {
    en: 'Robots ask every site for /.env and /.git within hours.',
    ja: '/.env や /.git は、公開から数時間で自動巡回に狙われます。',
  },
  mend: {
    en: 'Serve the built pages only (web/dist); give the proxy no root of its own.',
    ja: '配信するのは web/dist だけにし、プロキシに別の root を持たせません。',
  },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    for (const [path, content] of HIDDEN) {
      const answer = await visit.ask({ path })
      if (answer.status !== 200 || isPage(answer) || !content.test(answer.body)) continue
      return fail(
        {
          en: `${path} is served (${answer.body.length} characters).`,
          ja: `${path} が配信されています（${answer.body.length} 文字）。`,
        },
        { url: path },
      )
    }
    return pass(
      `${HIDDEN.length} addresses of such files: none served one.`,
      `${HIDDEN.length} 個のアドレスを調べ、配信はありませんでした。`,
    )
  },
})

const isPage = ({ headers }: Answer) =>
  String(headers['content-type'] ?? '').startsWith('text/html')

export const sourceMaps = defineCheck<LiveCheck>({
  id: 'http.source-maps',
  phase: 'live',
  severity: 'low',
  title: { en: 'Source maps are not served', ja: 'ソースマップが配信されない' },
  why: {
    en: 'They give away the source with comments and names.',
    ja: 'コメントや名前を含む元のソースが読めてしまいます。',
  },
  mend: { en: 'Leave *.map files out of what is served.', ja: '*.map を配信対象から外します。' },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const script = scriptOf((await visit.ask({ path: '/' })).body)
    if (script === undefined)
      return skip(
        'The page loads no script of its own.',
        'ページに自サイトのスクリプトがありません。',
      )
    const code = await visit.ask({ path: script })
    const named = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(code.body)?.[1]
    const paths = [
      `${script}.map`,
      ...(named === undefined || named.startsWith('data:')
        ? []
        : [new URL(named, `http://x${script}`).pathname]),
    ]
    for (const path of paths) {
      const answer = await visit.ask({ path })
      if (answer.status === 200 && answer.body.includes('"mappings"')) {
        return fail({ en: `${path} is served.`, ja: `${path} が配信されています。` }, { url: path })
      }
    }
    return pass(`${paths.join(', ')}: not served.`, `${paths.join(', ')} は配信されていません。`)
  },
})

const PREFIXES = ['/', '/assets/', '/files/', '/api/docs/static/', '/api/']
const CLIMBS = [
  '../'.repeat(8),
  '..%2f'.repeat(8),
  '%2e%2e/'.repeat(8),
  '%2e%2e%2f'.repeat(8),
  '..%5c'.repeat(8),
  '..\\'.repeat(8),
  '%252e%252e%252f'.repeat(8),
  '..%c0%af'.repeat(8),
  '....//'.repeat(8),
  './'.repeat(2) + '../'.repeat(8),
]
const TREASURES: readonly (readonly [string, RegExp])[] = [
  ['etc/passwd', /^root:.*:0:0:/m],
  ['proc/self/environ', /(^|\0)(PATH|HOME)=/],
]

export const traversal = defineCheck<LiveCheck>({
  id: 'http.traversal',
  phase: 'live',
  severity: 'critical',
  title: {
    en: 'No path climbs out of what is served',
    ja: 'パスをさかのぼって他のファイルを読めない',
  },
  why: {
    en: 'A path that climbs reads keys and passwords (CWE-22). Proxies and servers decode differently.',
    ja: '上の階層へ抜けられると鍵やパスワードを読まれます（CWE-22）。プロキシとサーバーでは解釈も異なります。',
  },
  mend: {
    en: 'nginx: no alias without a trailing slash, no merge of decoded paths; serve files through the system.',
    ja: 'nginx の alias は末尾のスラッシュを揃え、ファイルはシステムから配信します。',
  },
  minutes: 30,
  timeoutMs: 60_000,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    let asked = 0
    for (const prefix of PREFIXES) {
      for (const climb of CLIMBS) {
        for (const [file, content] of TREASURES) {
          const path = `${prefix}${climb}${file}`
          const answer = await visit.ask({ path })
          asked += 1
          if (!content.test(answer.body)) continue
          return fail(
            { en: `GET ${path} read /${file}.`, ja: `GET ${path} で /${file} が読めました。` },
            { url: path },
          )
        }
      }
    }
    return pass(
      `${asked} climbing paths: none read a file.`,
      `さかのぼるパス ${asked} 通りで、読めたファイルはありませんでした。`,
    )
  },
})

export const methods = defineCheck<LiveCheck>({
  id: 'http.methods',
  phase: 'live',
  severity: 'low',
  title: { en: 'Odd methods are refused', ja: '使わないメソッドを拒否する' },
  why: {
    en: 'TRACE gives cookies back to a script; unknown methods slip past rules that name GET and POST.',
    ja: 'TRACE は Cookie をスクリプトに返します。未知のメソッドは GET・POST だけの規則をすり抜けます。',
  },
  mend: {
    en: 'Let the proxy pass GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS only.',
    ja: 'プロキシで GET・HEAD・POST・PUT・PATCH・DELETE・OPTIONS だけを通します。',
  },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const canary = 'minato-audit-canary'
    for (const method of ['TRACE', 'TRACK', 'PROPFIND', 'DEBUG', 'PURGE', 'SEARCH']) {
      for (const path of ['/', '/api/shell']) {
        const answer = await askOddly(visit.ask, { method, path, headers: { 'x-canary': canary } })
        if (answer === undefined) continue
        if (answer.status < 400 || answer.body.includes(canary)) {
          return fail(
            {
              en: `${method} ${path} was answered ${answer.status}.`,
              ja: `${method} ${path} への応答: ${answer.status}`,
            },
            { url: path },
          )
        }
        if (answer.status >= 500 && answer.status !== 501) {
          return fail(`${method} ${path}: ${answer.status}`, { url: path })
        }
      }
    }
    return pass(
      'TRACE and five others are refused and echo nothing.',
      'TRACE ほか 5 種は拒否され、内容も返りません。',
    )
  },
})

/** Node’s client does not know every method; what it cannot say is not asked. */
async function askOddly(
  ask: (question: {
    method: string
    path: string
    headers: Record<string, string>
  }) => Promise<Answer>,
  question: { method: string; path: string; headers: Record<string, string> },
): Promise<Answer | undefined> {
  return await ask(question).catch(() => undefined)
}

export const apiDocs = defineCheck<LiveCheck>({
  id: 'http.api-docs',
  phase: 'live',
  severity: 'low',
  title: {
    en: 'The API is described, without inside addresses',
    ja: 'API の説明があり、内部アドレスを含まない',
  },
  why: {
    en: 'Partners read it; it must name neither internal hosts nor relax the policy of its page.',
    ja: '連携先が読む説明です。内部のホスト名を含まず、CSP を緩めないことが必要です。',
  },
  mend: { en: 'Pass /api/docs through the proxy unchanged.', ja: '/api/docs をそのまま通します。' },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const described = await visit.ask({ path: '/api/docs/json' })
    if (described.status !== 200)
      return fail(`/api/docs/json: ${described.status}`, { url: '/api/docs/json' })
    if (
      /https?:\/\/(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(described.body)
    ) {
      return fail(
        { en: 'The description names an inside address.', ja: '説明に内部のアドレスがあります。' },
        { url: '/api/docs/json' },
      )
    }
    const page = await visit.ask({ path: '/api/docs/' })
    const policy = String(page.headers['content-security-policy'] ?? '')
    const unsafe =
      policy === ''
        ? ['no policy']
        : unsafeSources(policy).filter((item) => !item.startsWith('no '))
    const routes = Object.keys(
      (JSON.parse(described.body) as { paths?: object }).paths ?? {},
    ).length
    if (routes < 10) return fail(`Only ${routes} routes are described.`, { url: '/api/docs/json' })
    return unsafe.length > 0
      ? fail(`/api/docs: ${unsafe.join(', ')}`, { url: '/api/docs' })
      : pass(`${routes} routes are described.`, `${routes} 個のアドレスが説明されています。`)
  },
})

export const requestId = defineCheck<LiveCheck>({
  id: 'http.request-id',
  phase: 'live',
  severity: 'low',
  title: { en: 'Callers cannot choose the request id', ja: '要求 ID を呼び出し側が選べない' },
  why: {
    en: 'Whoever chooses the id chooses what the log says, and can hide among other people’s lines.',
    ja: 'ID を選べると、ログの内容を操作し、他人の記録に紛れ込めます。',
  },
  mend: {
    en: 'Do not let the proxy overwrite X-Request-Id of answers.',
    ja: 'プロキシで応答の X-Request-Id を書き換えません。',
  },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const ids: string[] = []
    for (const path of ['/api/shell', '/health/live']) {
      const answer = await visit.ask({ path, headers: { 'x-request-id': 'minato-audit' } })
      ids.push(String(answer.headers['x-request-id'] ?? ''))
    }
    return ids.every((id) => id.length >= 16 && !id.includes('minato-audit')) &&
      new Set(ids).size === 2
      ? pass('Each answer has an id of its own.', '応答ごとに独自の ID がありました。')
      : fail(`X-Request-Id: ${ids.join(', ') || 'none'}`)
  },
})
