import { defineCheck, fail, type Outcome, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { allNamed, type Directive, parseNginx } from './nginx-config.ts'

const PATH = 'deploy/nginx/nginx.conf'

/** A check of the reverse proxy's settings. */
function nginxCheck(
  check: Omit<StaticCheck, 'phase' | 'run'> & { look(directives: Directive[]): Outcome },
): StaticCheck {
  const { look, ...words } = check
  return defineCheck<StaticCheck>({
    ...words,
    phase: 'static',
    async run({ files }) {
      const text = await files.read(PATH)
      return text === undefined
        ? skip(`There is no ${PATH} here.`, `${PATH} がここにはありません。`)
        : look(parseNginx(text))
    },
  })
}

const at = (directive: Directive | undefined) =>
  directive === undefined ? { file: PATH } : { file: PATH, line: directive.line }

const tlsVersions = nginxCheck({
  id: 'nginx.tls-versions',
  severity: 'high',
  title: { en: 'TLS is 1.2 or 1.3', ja: 'TLS は 1.2 か 1.3 である' },
  why: {
    en: 'Older versions are broken; browsers and card networks refuse them.',
    ja: '古い版は破られており、ブラウザーも拒否します。',
  },
  mend: { en: 'ssl_protocols TLSv1.2 TLSv1.3;', ja: 'ssl_protocols TLSv1.2 TLSv1.3; とします。' },
  minutes: 5,
  seeds: ['004 SSL/TLS証明書: TLS 1.2以上', '001 HTTPSサポートの欠如'],
  look(directives) {
    const found = allNamed(directives, 'ssl_protocols')
    const old = found.find(({ args }) => args.some((one) => !/^TLSv1\.[23]$/.test(one)))
    if (found.length === 0)
      return fail(
        { en: 'ssl_protocols is not set.', ja: 'ssl_protocols がありません。' },
        at(undefined),
      )
    return old === undefined
      ? pass(found[0]?.args.join(' ') ?? '')
      : fail(old.args.join(' '), at(old))
  },
})

const redirect = nginxCheck({
  id: 'nginx.https-redirect',
  severity: 'high',
  title: { en: 'Plain HTTP leads to HTTPS', ja: 'HTTP は HTTPS へ転送される' },
  why: {
    en: 'A session over plain HTTP can be read and changed on the way.',
    ja: '平文の通信は途中で読まれ、書き換えられます。',
  },
  mend: {
    en: 'In the server on port 80: return 308 https://….',
    ja: '80 番の server に return 308 https://… を書きます。',
  },
  minutes: 10,
  seeds: ['004 SSL/TLS証明書: 強制HTTPS', '001 HTTPSサポートの欠如'],
  look(directives) {
    const plain = allNamed(directives, 'server').filter(({ inside }) =>
      inside.some(
        ({ name, args }) => name === 'listen' && !args.includes('ssl') && !args.includes('quic'),
      ),
    )
    const open = plain.filter(({ inside }) => {
      const root = inside.find(({ name, args }) => name === 'location' && args.join(' ') === '/')
      const answer = (root?.inside ?? inside).find(({ name }) => name === 'return')
      return !/^30[178]$/.test(answer?.args[0] ?? '') || allNamed(inside, 'proxy_pass').length > 0
    })
    if (plain.length === 0)
      return pass('Nobody listens without TLS.', 'TLS なしで待ち受けるものはありません。')
    return open.length === 0
      ? pass(
          `${plain.length} plain server, redirected.`,
          `平文の ${plain.length} つは転送されます。`,
        )
      : fail(
          {
            en: 'A server without TLS answers by itself.',
            ja: 'TLS なしの server がそのまま応答します。',
          },
          at(open[0]),
        )
  },
})

const logQuery = nginxCheck({
  id: 'nginx.no-query-in-log',
  severity: 'high',
  title: { en: 'The access log has no query string', ja: 'アクセスログにクエリ文字列が入らない' },
  why: {
    en: 'Links in mails carry tokens there; whoever reads the log could use them.',
    ja: 'メールのリンクのトークンが入り、ログを読める人に使われます。',
  },
  mend: {
    en: 'A log_format with the path alone: no $request, $request_uri, $args, $http_referer, $http_cookie.',
    ja: 'パスだけの log_format にし、$request、$request_uri、$args、$http_referer、$http_cookie を使いません。',
  },
  minutes: 15,
  seeds: ['004 ログ管理', '000 構造化ログ'],
  look(directives) {
    const formats = new Map(
      allNamed(directives, 'log_format').map((one) => [one.args[0] ?? '', one]),
    )
    const leak =
      /\$(request|request_uri|args|query_string|http_referer|http_cookie|http_authorization|is_args)\b(?!_)/
    const logs = allNamed(directives, 'access_log').filter(({ args }) => args[0] !== 'off')
    // nginx writes `combined`, which has it all, unless told otherwise.
    if (logs.length === 0)
      return fail(
        { en: 'The format "combined" is used.', ja: '既定の combined 形式です。' },
        at(undefined),
      )
    const wrong = logs.find(({ args }) => {
      const format = formats.get(args[1] ?? 'combined')
      return format === undefined || leak.test(format.args.slice(1).join(' '))
    })
    return wrong === undefined
      ? pass(
          `Formats: ${[...formats.keys()].join(', ')}`,
          `形式: ${[...formats.keys()].join('、')}`,
        )
      : fail(
          {
            en: `access_log ${wrong.args.join(' ')} writes the query.`,
            ja: `access_log ${wrong.args.join(' ')} にクエリが入ります。`,
          },
          at(formats.get(wrong.args[1] ?? '') ?? wrong),
        )
  },
})

const forwarded = nginxCheck({
  id: 'nginx.forwarded-for',
  severity: 'high',
  title: { en: 'Callers cannot choose their own address', ja: '利用者が自分のアドレスを偽れない' },
  why: {
    en: 'Appended to what the client sent, X-Forwarded-For lets it pass by lockouts and lists.',
    ja: '利用者の値に付け足すと、ロックや IP 制限をすり抜けられます。',
  },
  mend: {
    en: 'proxy_set_header X-Forwarded-For $remote_addr;',
    ja: 'proxy_set_header X-Forwarded-For $remote_addr; とします。',
  },
  minutes: 5,
  seeds: ['004 レート制限の設定', '000 IP制限'],
  look(directives) {
    const set = allNamed(directives, 'proxy_set_header').filter(
      ({ args }) => args[0]?.toLowerCase() === 'x-forwarded-for',
    )
    const wrong = set.find(({ args }) => args[1] !== '$remote_addr')
    const passed = allNamed(directives, 'proxy_pass')
    if (passed.length > 0 && set.length === 0)
      return fail(
        {
          en: 'X-Forwarded-For is passed on as the client sent it.',
          ja: '利用者の X-Forwarded-For がそのまま渡ります。',
        },
        at(passed[0]),
      )
    return wrong === undefined
      ? pass('Replaced by $remote_addr.', '$remote_addr で置き換えます。')
      : fail(wrong.args.join(' '), at(wrong))
  },
})

const MAX_BODY_MB = 100

const bodyLimit = nginxCheck({
  id: 'nginx.body-limit',
  severity: 'medium',
  title: { en: 'Request bodies have a limit', ja: 'リクエスト本文に上限がある' },
  why: {
    en: 'Without one a single upload fills the disk.',
    ja: '上限がないと、1 回のアップロードでディスクが埋まります。',
  },
  mend: { en: 'client_max_body_size 64m;', ja: 'client_max_body_size 64m; とします。' },
  minutes: 5,
  seeds: ['001 アップロードサイズ制限がない', '001 ファイルアップロードサイズを制限'],
  look(directives) {
    const found = allNamed(directives, 'client_max_body_size')
    const wrong = found.find(
      ({ args }) => megabytes(args[0]) === 0 || megabytes(args[0]) > MAX_BODY_MB,
    )
    if (wrong !== undefined) return fail(`client_max_body_size ${wrong.args[0]}`, at(wrong))
    return pass(
      found[0] === undefined ? '1m (nginx default)' : `client_max_body_size ${found[0].args[0]}`,
    )
  },
})

function megabytes(text = '1m'): number {
  const match = /^(\d+)([kmg]?)$/i.exec(text)
  const unit = { k: 1 / 1024, m: 1, g: 1024 }[match?.[2]?.toLowerCase() ?? ''] ?? 1 / 1024 ** 2
  return Number(match?.[1] ?? 0) * unit
}

const timeouts = nginxCheck({
  id: 'nginx.slow-requests',
  severity: 'medium',
  title: { en: 'Slow requests are ended', ja: '遅い送信が打ち切られる' },
  why: {
    en: 'A few hundred connections that send a byte a minute block everybody else.',
    ja: '1 分に 1 バイト送る接続が数百あれば、全員が使えなくなります。',
  },
  mend: {
    en: 'client_header_timeout 15s; client_body_timeout 30s;',
    ja: 'client_header_timeout 15s; client_body_timeout 30s; とします。',
  },
  minutes: 5,
  look(directives) {
    const missing = ['client_header_timeout', 'client_body_timeout'].filter((name) => {
      const value = allNamed(directives, name)[0]?.args[0]
      return !(Number.parseInt(value ?? '', 10) > 0 && Number.parseInt(value ?? '', 10) <= 60)
    })
    return judge(
      missing,
      { en: 'Not set to 60 s or less:', ja: '60 秒以下でないもの:' },
      { en: 'Both at most 60 s.', ja: 'どちらも 60 秒以下。' },
      at(undefined),
    )
  },
})

const quiet = nginxCheck({
  id: 'nginx.quiet',
  severity: 'low',
  title: { en: 'nginx does not tell its version', ja: 'nginx がバージョンを名乗らない' },
  why: {
    en: 'Scanners pick their attacks by it.',
    ja: '攻撃者が攻撃方法を選ぶ手掛かりになります。',
  },
  mend: { en: 'server_tokens off;', ja: 'server_tokens off; とします。' },
  minutes: 2,
  seeds: ['004 セキュリティヘッダーの確認'],
  look(directives) {
    const found = allNamed(directives, 'server_tokens').at(-1)
    return found?.args[0] === 'off'
      ? pass('server_tokens off')
      : fail(`server_tokens ${found?.args[0] ?? 'on'}`, at(found))
  },
})

const metricsClosed = nginxCheck({
  id: 'nginx.metrics-closed',
  severity: 'medium',
  title: { en: 'Metrics are not served to the outside', ja: 'メトリクスが外部に公開されない' },
  why: {
    en: 'They tell how many people work here, on what, and when something breaks.',
    ja: '利用者数や障害の様子が分かってしまいます。',
  },
  mend: {
    en: 'location = /metrics { return 404; }',
    ja: 'location = /metrics { return 404; } を加えます。',
  },
  minutes: 5,
  look(directives) {
    const found = allNamed(directives, 'location').find(({ args }) => args.at(-1) === '/metrics')
    const closed = found?.inside.some(
      ({ name, args }) =>
        (name === 'return' && /^40[34]$/.test(args[0] ?? '')) ||
        (name === 'deny' && args[0] === 'all'),
    )
    return closed === true
      ? pass('Closed.', '閉じています。')
      : fail({ en: '/metrics is passed on.', ja: '/metrics が通ります。' }, at(found))
  },
})

const renewal = nginxCheck({
  id: 'nginx.certificate-renewal',
  severity: 'medium',
  title: { en: 'The certificate can be renewed without a stop', ja: '証明書を止めずに更新できる' },
  why: {
    en: 'A certificate that runs out locks everybody out, on a day nobody has in mind.',
    ja: '期限が切れると、ある日突然だれも使えなくなります。',
  },
  mend: {
    en: 'Serve /.well-known/acme-challenge/ on port 80, or use certificates of your own with a reminder.',
    ja: '80 番で /.well-known/acme-challenge/ に答えます。',
  },
  minutes: 30,
  seeds: ['004 事前準備: SSL証明書の取得'],
  look(directives) {
    const found = allNamed(directives, 'location').some(({ args }) =>
      args.join(' ').includes('/.well-known/acme-challenge'),
    )
    return found
      ? pass('ACME challenges are answered.', 'ACME の確認に応答します。')
      : fail(
          {
            en: 'No location answers ACME challenges.',
            ja: 'ACME の確認に応答する location がありません。',
          },
          at(undefined),
        )
  },
})

export const nginxChecks: readonly StaticCheck[] = [
  tlsVersions,
  redirect,
  logQuery,
  forwarded,
  bodyLimit,
  timeouts,
  quiet,
  metricsClosed,
  renewal,
]
