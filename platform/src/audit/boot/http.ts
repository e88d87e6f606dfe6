import { effectiveRates } from '../../http/index.ts'
import { type BootCheck, fail, pass } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { bootCheck, isInside } from './boot-check.ts'

/** Copied from a document. That the name is one's own is what a trusted certificate proves (`tls.trusted`). */
const COPIED = /(^|\.)(example|invalid)(\.(com|org|net))?$|(^|\.)example\.(com|org|net)$/i

const publicUrl = bootCheck({
  id: 'http.public-url',
  severity: 'critical',
  title: {
    en: 'People reach the system by https',
    ja: '利用者が https で使える',
  },
  why: {
    en: 'Cookies, links in mails and sign-in depend on that address.',
    ja: 'Cookie やメールのリンク、サインインがこのアドレスに依存します。',
  },
  mend: {
    en: 'Set PUBLIC_URL to the https address of your domain.',
    ja: 'PUBLIC_URL に独自ドメインの https アドレスを設定します。',
  },
  minutes: 30,
  seeds: [
    '004 事前準備: 本番用ドメインの取得',
    '004 SSL/TLS証明書: 強制HTTPS',
    '001 HTTPSサポートの欠如',
  ],
  run({ services }) {
    const { protocol, hostname } = new URL(services.publicUrl)
    const seen = `PUBLIC_URL=${services.publicUrl}`
    const wrong = protocol !== 'https:' || COPIED.test(hostname)
    return wrong ? fail(seen, { variable: 'PUBLIC_URL' }) : pass(seen)
  },
})

const origins = bootCheck({
  id: 'http.allowed-origins',
  severity: 'high',
  title: {
    en: 'Only known sites may call the API from a browser',
    ja: '許可したサイトだけが API を呼べる',
  },
  why: {
    en: 'Another site could act in the name of whoever is signed in.',
    ja: 'ほかのサイトが利用者になりすまして操作できます。',
  },
  mend: {
    en: 'List https origins in ALLOWED_ORIGINS, usually PUBLIC_URL alone.',
    ja: 'ALLOWED_ORIGINS に https のオリジン（通常は PUBLIC_URL のみ）を書きます。',
  },
  minutes: 5,
  seeds: ['004 セキュリティ設定: CORS設定の確認', '000 CORS設定の厳格化'],
  run({ services: { config, publicUrl: url } }) {
    const { allowedOrigins } = config.http
    const own = new URL(url).origin
    const wrong = allowedOrigins.filter(
      (one) =>
        one.includes('*') ||
        !one.startsWith('https://') ||
        (one !== own && isInside(new URL(one).hostname)),
    )
    if (wrong.length === 0 && !allowedOrigins.includes(own)) {
      return fail(
        { en: 'The own address is not among them.', ja: '自身のアドレスが含まれていません。' },
        { variable: 'ALLOWED_ORIGINS' },
      )
    }
    return judge(
      wrong,
      { en: 'Should not be there:', ja: '不適切なもの:' },
      { en: allowedOrigins.join(', '), ja: allowedOrigins.join('、') },
      { variable: 'ALLOWED_ORIGINS' },
    )
  },
})

/** A range wider than this is no list of proxies. */
const widest = (range: string) => (range.includes(':') ? 32 : 8)

const trustProxy = bootCheck({
  id: 'http.trust-proxy',
  severity: 'critical',
  title: {
    en: 'Only our own proxy is believed about addresses',
    ja: '自社のプロキシだけがアドレスを伝えられる',
  },
  why: {
    en: 'Believing everybody, anyone passes by lockouts and lists; believing nobody behind a proxy, all people count as one.',
    ja: '全員を信じると制限をすり抜けられ、誰も信じないと全員が 1 人と数えられます。',
  },
  mend: {
    en: 'Set TRUST_PROXY to the address of the proxy, such as 172.31.240.2/32.',
    ja: 'TRUST_PROXY にプロキシのアドレスを設定します（例 172.31.240.2/32）。',
  },
  minutes: 10,
  seeds: ['004 レート制限の設定', '000 IP制限', '004 ロードバランサー'],
  run({ services: { config, publicUrl: url } }) {
    const { trustProxy: ranges } = config.http
    const open = ranges.filter((range) => {
      const [, prefix] = range.split('/')
      return prefix !== undefined && Number(prefix) < widest(range)
    })
    // This process does not speak TLS: behind an https address there is a proxy.
    if (ranges.length === 0 && url.startsWith('https:')) {
      return fail(
        {
          en: 'PUBLIC_URL is https, so there is a proxy, but none is trusted.',
          ja: 'https なのでプロキシがあるはずですが、信頼する相手がありません。',
        },
        { variable: 'TRUST_PROXY' },
      )
    }
    return judge(
      open,
      { en: 'Too wide:', ja: '広すぎる範囲:' },
      { en: ranges.join(', ') || 'No proxy.', ja: ranges.join('、') || 'プロキシなし。' },
      { variable: 'TRUST_PROXY' },
    )
  },
})

/** Most that production allows, as requests a minute. */
const MOST_PER_MINUTE = {
  read: 1200,
  action: 120,
  generation: 60,
  upload: 120,
  anonymous: 60,
  'sign-in': 4,
} as const

const rates = bootCheck({
  id: 'http.rate-limits',
  severity: 'high',
  title: { en: 'Rate limits hold production’s values', ja: 'レート制限が本番の値である' },
  why: {
    en: 'Passwords are guessed and models paid for as fast as the limits allow.',
    ja: '制限が緩いほど、総当たりやモデルの浪費が速くなります。',
  },
  mend: {
    en: 'Remove RATE_* or lower it; give single people more by RATE_OVERRIDES.',
    ja: 'RATE_* を外すか下げます。個別の緩和は RATE_OVERRIDES を使います。',
  },
  minutes: 10,
  seeds: ['004 セキュリティ設定: レート制限の設定', '000 Rate Limiting'],
  run({ services: { profile, config } }) {
    const inForce = effectiveRates(profile, config.http)
    const loose = Object.entries(MOST_PER_MINUTE).flatMap(([name, most]) => {
      const { limit, windowMs } = inForce[name as keyof typeof MOST_PER_MINUTE]
      return (limit / windowMs) * 60_000 > most ? [`${name} ${limit}/${windowMs / 1000}s`] : []
    })
    const seen = Object.entries(inForce).map(
      ([name, { limit, windowMs }]) => `${name} ${limit}/${windowMs / 1000}s`,
    )
    return judge(
      loose,
      { en: 'Loose:', ja: '緩いもの:' },
      { en: seen.join(', '), ja: seen.join('、') },
    )
  },
})

const metricsToken = bootCheck({
  id: 'http.metrics-token',
  severity: 'medium',
  title: {
    en: 'Metrics are collected, with a token or on a port of their own',
    ja: 'メトリクスがトークン付きか専用ポートで集められる',
  },
  why: { en: 'Without them no alert can fire.', ja: 'ないとアラートが出ません。' },
  mend: {
    en: 'Set METRICS_TOKEN_FILE, or METRICS_PORT on loopback.',
    ja: 'METRICS_TOKEN_FILE か METRICS_PORT を設定します。',
  },
  minutes: 10,
  seeds: ['000 Prometheusセットアップ', '000 ENABLE_METRICS', '004 監視の開始'],
  run({ services: { config } }) {
    const { metricsToken: token, metricsPort } = config.http
    if (!config.core.metricsEnabled)
      return fail('METRICS_ENABLED=false', { variable: 'METRICS_ENABLED' })
    if (token === undefined && metricsPort === undefined)
      return fail(
        {
          en: 'Neither METRICS_TOKEN nor METRICS_PORT is set: nobody can read them.',
          ja: 'METRICS_TOKEN も METRICS_PORT もなく、誰も読めません。',
        },
        { variable: 'METRICS_TOKEN' },
      )
    return pass(token === undefined ? `METRICS_PORT=${metricsPort}` : 'METRICS_TOKEN is set.')
  },
})

const addressLists = bootCheck({
  id: 'http.address-lists',
  severity: 'medium',
  title: { en: 'Address lists protect what they name', ja: 'IP 制限が実際に守っている' },
  why: {
    en: 'A list that allows everybody looks like protection and is none.',
    ja: '全員を許す一覧は、守っているように見えるだけです。',
  },
  mend: {
    en: 'Remove 0.0.0.0/0 and ::/0 from IP_ALLOW and IP_ALLOW_APPS.',
    ja: 'IP_ALLOW と IP_ALLOW_APPS から 0.0.0.0/0 と ::/0 を外します。',
  },
  minutes: 5,
  seeds: ['000 アクセス制御: IP制限'],
  run({ services: { config } }) {
    const { ipAllow, ipAllowApps, ipDeny } = config.http
    const allowed = [...ipAllow, ...ipAllowApps.map(({ range }) => range)]
    const open = allowed.filter((range) => /\/0$/.test(range))
    const seen = `${allowed.length} allowed, ${ipDeny.length} denied`
    return judge(
      open,
      { en: 'Allow everybody:', ja: '全員を許可:' },
      { en: seen, ja: `許可 ${allowed.length} 件、拒否 ${ipDeny.length} 件` },
      { variable: 'IP_ALLOW' },
    )
  },
})

const DAY = 86_400_000

const deadlines = bootCheck({
  id: 'http.deadlines',
  severity: 'medium',
  title: { en: 'Requests and shutdowns have deadlines', ja: 'リクエストと終了処理に期限がある' },
  why: {
    en: 'Without them slow clients hold connections, and a deploy waits or cuts.',
    ja: '期限がないと、遅い相手が接続を占有し、デプロイが終わりません。',
  },
  mend: {
    en: 'HTTP_REQUEST_TIMEOUT up to 5m; HTTP_DRAIN_DEADLINE between 5s and 60s.',
    ja: 'HTTP_REQUEST_TIMEOUT は 5m 以下、HTTP_DRAIN_DEADLINE は 5s〜60s にします。',
  },
  minutes: 5,
  run({ services: { config } }) {
    const { requestTimeoutMs, drainDeadlineMs } = config.http
    const wrong = [
      requestTimeoutMs === 0 || requestTimeoutMs > 300_000
        ? `HTTP_REQUEST_TIMEOUT=${requestTimeoutMs}ms`
        : '',
      drainDeadlineMs < 5000 || drainDeadlineMs > 60_000
        ? `HTTP_DRAIN_DEADLINE=${drainDeadlineMs}ms`
        : '',
    ].filter((text) => text !== '')
    const seen = `${requestTimeoutMs} ms, ${drainDeadlineMs} ms`
    return judge(wrong, { en: 'Out of range:', ja: '範囲外:' }, { en: seen, ja: seen })
  },
})

const realtime = bootCheck({
  id: 'realtime.long-polling',
  severity: 'low',
  title: {
    en: 'Live connections need no sticky balancer',
    ja: 'ライブ接続がスティッキーな負荷分散を要しない',
  },
  why: {
    en: 'Long polling breaks when two requests of a client reach two processes.',
    ja: 'ロングポーリングは、別のプロセスに届くと壊れます。',
  },
  mend: {
    en: 'REALTIME_LONG_POLLING=false, or make the balancer sticky and waive this.',
    ja: 'REALTIME_LONG_POLLING=false とするか、スティッキーにして免除します。',
  },
  minutes: 10,
  seeds: ['004 ロードバランサー: セッションアフィニティ'],
  run: ({ services: { config } }) =>
    config.realtime.longPolling
      ? fail('REALTIME_LONG_POLLING=true', { variable: 'REALTIME_LONG_POLLING' })
      : pass('WebSocket only', 'WebSocket のみ'),
})

const retention = bootCheck({
  id: 'realtime.retention',
  severity: 'low',
  title: { en: 'Events are not kept for ever', ja: 'イベントが無期限に残らない' },
  why: {
    en: 'Tables that only grow fill the disk one day.',
    ja: '増え続ける表は、いつかディスクを埋めます。',
  },
  mend: { en: 'REALTIME_KEEP of 30d or less.', ja: 'REALTIME_KEEP を 30d 以下にします。' },
  minutes: 2,
  seeds: ['001 一時ファイルの定期的なクリーンアップ'],
  run({ services: { config } }) {
    const days = config.realtime.keepMs / DAY
    const seen = `REALTIME_KEEP ${Math.round(days * 10) / 10}d`
    return days > 30 ? fail(seen, { variable: 'REALTIME_KEEP' }) : pass(seen)
  },
})

export const httpChecks: readonly BootCheck[] = [
  publicUrl,
  origins,
  trustProxy,
  rates,
  metricsToken,
  addressLists,
  deadlines,
  realtime,
  retention,
]
