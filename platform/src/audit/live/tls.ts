import { connect as connectHttp2 } from 'node:http2'
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  type PeerCertificate,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls'
import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { serverNameOf, type Target } from './target.ts'
import { type Visit, visitOf } from './visit.ts'
import { ask } from './wire.ts'

const SEED = '004 事前準備: SSL証明書の取得'
const DAY_MS = 86_400_000
const WITHIN_MS = 8000

const behind = skip(
  'The audit was given an http address behind the proxy; TLS ends before it. Use --url with the https address.',
  '監査対象がプロキシの後ろの http アドレスのため、TLS を調べられません。--url に https の URL を指定します。',
)

type Handshake = {
  authorized: boolean
  reason: string
  certificate: PeerCertificate
  protocol: string | null
  alpn: string | false | null
}

/** One TLS handshake, whoever signed the certificate. */
function shake(target: Target, options: ConnectionOptions = {}): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect(
      {
        host: target.hostname,
        port: target.port,
        servername: serverNameOf(target),
        rejectUnauthorized: false,
        ...options,
      },
      () => {
        resolve({
          authorized: socket.authorized,
          reason: String(socket.authorizationError ?? ''),
          certificate: socket.getPeerCertificate(),
          protocol: socket.getProtocol(),
          alpn: socket.alpnProtocol,
        })
        socket.destroy()
      },
    )
    socket.setTimeout(WITHIN_MS, () => socket.destroy(new Error('no handshake in time')))
    socket.on('error', reject)
  })
}

export const tlsTrusted = defineCheck<LiveCheck>({
  id: 'tls.trusted',
  phase: 'live',
  severity: 'high',
  title: { en: 'The certificate is one that browsers trust', ja: '証明書がブラウザーに信頼される' },
  why: {
    en: 'People who are taught to click warnings away click the next one away too, which is an attack.',
    ja: '警告を無視する習慣がつくと、本物の攻撃の警告も無視されます。',
  },
  mend: {
    en: 'Get a certificate by ACME (see deploy/), or from your authority, with its whole chain.',
    ja: 'ACME（deploy/ を参照）か認証局から、中間証明書を含めて取得します。',
  },
  minutes: 30,
  seeds: [SEED],
  async run(context): Promise<Outcome> {
    const { target } = await visitOf(context)
    if (!target.secure) return behind
    const { authorized, reason, certificate } = await shake(target)
    // A wrong name is a finding of its own.
    return authorized || reason === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? pass(`Issued by ${certificate.issuer?.O ?? certificate.issuer?.CN ?? 'unknown'}.`)
      : fail(reason)
  },
})

export const tlsName = defineCheck<LiveCheck>({
  id: 'tls.name',
  phase: 'live',
  severity: 'critical',
  title: { en: 'The certificate is for this name', ja: '証明書の名前が一致する' },
  why: {
    en: 'Browsers refuse a certificate of another name.',
    ja: '名前が違う証明書はブラウザーに拒否されます。',
  },
  mend: {
    en: 'Get a certificate for the name in PUBLIC_URL; check server_name and certificate files of the proxy.',
    ja: 'PUBLIC_URL の名前で証明書を取得し、プロキシの server_name と証明書ファイルを確認します。',
  },
  minutes: 30,
  seeds: [SEED],
  async run(context): Promise<Outcome> {
    const { target } = await visitOf(context)
    if (!target.secure) return behind
    const { certificate } = await shake(target)
    const fault = checkServerIdentity(target.publicName, certificate)
    return fault === undefined
      ? pass(`${target.publicName}: ${certificate.subjectaltname ?? ''}`)
      : fail(fault.message)
  },
})

const RENEW_DAYS = 14

export const tlsExpiry = defineCheck<LiveCheck>({
  id: 'tls.expiry',
  phase: 'live',
  severity: 'high',
  title: { en: 'The certificate does not end soon', ja: '証明書の期限が迫っていない' },
  why: {
    en: 'On the day it ends, everybody is locked out. Renewal comes a month before: two weeks mean that it failed.',
    ja: '期限切れの日に全員が使えなくなります。更新は 1 か月前に行われるため、残り 2 週間は更新失敗を意味します。',
  },
  mend: {
    en: 'Look at the renewal’s log; renew by hand (docs/guide: certificate expired).',
    ja: '更新のログを調べ、手動で更新します（docs/guide の証明書期限切れ）。',
  },
  minutes: 30,
  seeds: [SEED],
  async run(context): Promise<Outcome> {
    const { target } = await visitOf(context)
    if (!target.secure) return behind
    const { certificate } = await shake(target)
    const now = context.services.clock()
    const days = Math.floor((Date.parse(certificate.valid_to) - now) / DAY_MS)
    const begun = Date.parse(certificate.valid_from) <= now
    const evidence = {
      en: `Valid from ${certificate.valid_from} to ${certificate.valid_to}: ${days} days left.`,
      ja: `有効期間 ${certificate.valid_from} 〜 ${certificate.valid_to}、残り ${days} 日。`,
    }
    return begun && days >= RENEW_DAYS ? { status: 'pass', evidence } : fail(evidence)
  },
})

const OLD: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1']

export const tlsVersions = defineCheck<LiveCheck>({
  id: 'tls.versions',
  phase: 'live',
  severity: 'high',
  title: { en: 'TLS 1.2 and 1.3, nothing older', ja: 'TLS 1.2 と 1.3 だけを受け付ける' },
  why: {
    en: 'TLS 1.0 and 1.1 rest on broken hashes (RFC 8996).',
    ja: 'TLS 1.0・1.1 は破られたハッシュに依存します（RFC 8996）。',
  },
  mend: {
    en: 'nginx: ssl_protocols TLSv1.2 TLSv1.3.',
    ja: 'nginx では ssl_protocols TLSv1.2 TLSv1.3。',
  },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const { target } = await visitOf(context)
    if (!target.secure) return behind
    for (const version of OLD) {
      // Level 0: what this audit's own library would refuse by itself proves nothing of the server.
      const old = await shake(target, {
        minVersion: version,
        maxVersion: version,
        ciphers: 'DEFAULT@SECLEVEL=0',
      }).catch(() => undefined)
      if (old !== undefined)
        return fail({
          en: `${old.protocol} was accepted.`,
          ja: `${old.protocol} が受け付けられました。`,
        })
    }
    const accepted: string[] = []
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const found = await shake(target, { minVersion: version, maxVersion: version }).catch(
        () => undefined,
      )
      if (found !== undefined) accepted.push(version)
    }
    return accepted.includes('TLSv1.3')
      ? pass(
          `${accepted.join(', ')}; 1.0 and 1.1 are refused.`,
          `${accepted.join('、')}。1.0 と 1.1 は拒否されました。`,
        )
      : fail({
          en: `TLS 1.3 is refused (accepted: ${accepted.join(', ') || 'none'}).`,
          ja: `TLS 1.3 が使えません（受け付け: ${accepted.join('、') || 'なし'}）。`,
        })
  },
})

const WEAK = 'RC4:3DES:DES:eNULL:aNULL:EXPORT:MD5:kRSA:@SECLEVEL=0'

export const tlsCiphers = defineCheck<LiveCheck>({
  id: 'tls.ciphers',
  phase: 'live',
  severity: 'medium',
  title: { en: 'No weak ciphers, and keys are forgotten', ja: '弱い暗号がなく、前方秘匿性がある' },
  why: {
    en: 'Without forward secrecy whoever records today reads tomorrow, once the key leaks.',
    ja: '前方秘匿性がないと、鍵が漏れたとき過去の通信まで読まれます。',
  },
  mend: {
    en: 'nginx: ssl_ciphers of ECDHE with AES-GCM or CHACHA20 only.',
    ja: 'nginx の ssl_ciphers を ECDHE の AES-GCM と CHACHA20 だけにします。',
  },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const { target } = await visitOf(context)
    if (!target.secure) return behind
    const weak = await shake(target, {
      maxVersion: 'TLSv1.2',
      minVersion: 'TLSv1',
      ciphers: WEAK,
    }).catch(() => undefined)
    return weak === undefined
      ? pass('Weak ciphers are refused.', '弱い暗号は拒否されました。')
      : fail({
          en: `A weak cipher was accepted (${weak.protocol}).`,
          ja: `弱い暗号が受け付けられました（${weak.protocol}）。`,
        })
  },
})

export const http2 = defineCheck<LiveCheck>({
  id: 'tls.http2',
  phase: 'live',
  severity: 'low',
  title: { en: 'HTTP/2 is spoken', ja: 'HTTP/2 に対応している' },
  why: {
    en: 'A page asks for dozens of files; HTTP/2 sends them over one connection.',
    ja: 'ページは多数のファイルを要求します。HTTP/2 なら 1 本の接続で送れます。',
  },
  mend: { en: 'nginx: http2 on.', ja: 'nginx では http2 on。' },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const { target } = await visitOf(context)
    if (!target.secure) return behind
    const { alpn } = await shake(target, { ALPNProtocols: ['h2', 'http/1.1'] })
    if (alpn !== 'h2')
      return fail({
        en: `Negotiated: ${alpn || 'nothing'}.`,
        ja: `合意した方式: ${alpn || 'なし'}`,
      })
    const status = await askHttp2(target)
    return status === 200
      ? pass('A request over HTTP/2 was answered 200.', 'HTTP/2 での要求は 200 でした。')
      : fail(`A request over HTTP/2 was answered ${status}.`)
  },
})

function askHttp2(target: Target): Promise<number> {
  return new Promise((resolve, reject) => {
    const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname
    const session = connectHttp2(`https://${host}:${target.port}`, {
      rejectUnauthorized: false,
      servername: serverNameOf(target),
    })
    const done = (status: number) => {
      session.destroy()
      resolve(status)
    }
    session.setTimeout(WITHIN_MS, () => done(0))
    session.on('error', reject)
    const stream = session.request({
      ':path': '/health/live',
      ':authority': target.publicHost,
      'user-agent': 'minato-audit',
    })
    stream.on('error', reject)
    stream.on('response', (headers) => done(headers[':status'] ?? 0))
    stream.end()
  })
}

/** Where plain http is, beside the usual ports of https (8443: nginx inside a container). */
const PLAIN_PORTS: Readonly<Record<number, number>> = { 443: 80, 8443: 8080 }

export const httpsRedirect = defineCheck<LiveCheck>({
  id: 'tls.redirect',
  phase: 'live',
  severity: 'medium',
  title: { en: 'Plain http leads to https', ja: 'http は https に転送される' },
  why: {
    en: 'People type the name without a scheme; what is served over http can be read and changed on the way.',
    ja: 'アドレスだけを入力した人は http で来ます。http の内容は途中で読まれ、書き換えられます。',
  },
  mend: {
    en: 'nginx: listen 80 with return 308 https://$host$request_uri.',
    ja: 'nginx の 80 番で return 308 https://$host$request_uri とします。',
  },
  minutes: 10,
  seeds: ['001 HTTPSサポートの欠如'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    if (!visit.target.secure) return behind
    const plainPort = context.plainPort ?? PLAIN_PORTS[visit.target.port]
    if (plainPort === undefined)
      return skip(
        `Port ${visit.target.port} is not the usual one: which port takes http is not known here.`,
        `ポート ${visit.target.port} は標準外のため、http のポートが分かりません。`,
      )
    return await judgePlain(visit, plainPort)
  },
})

async function judgePlain({ target, source }: Visit, port: number): Promise<Outcome> {
  const plain = { ...target, secure: false, port, publicHost: target.publicName }
  for (const path of ['/', '/api/shell?a=1']) {
    const answer = await ask(plain, { path, timeoutMs: 5000 }, source).catch(
      (error: Error) => error,
    )
    if (answer instanceof Error)
      return pass(
        `Nothing answers on port ${port} (${answer.message}).`,
        `${port} 番ポートは応答しません（${answer.message}）。`,
      )
    const location = String(answer.headers.location ?? '')
    const good =
      [301, 308].includes(answer.status) &&
      location.startsWith(`https://${target.publicName}`) &&
      location.endsWith(path)
    if (!good)
      return fail({
        en: `http ${path} was answered ${answer.status} ${location}`,
        ja: `http ${path} への応答: ${answer.status} ${location}`,
      })
  }
  return pass(
    'http is redirected to the same address over https.',
    'http は同じアドレスの https に転送されました。',
  )
}
