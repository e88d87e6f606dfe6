import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Outbound } from '../../outbound/index.ts'
import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'

/** Addresses that give credentials or reach the inside, as users spell them. */
const INSIDE = [
  'http://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'http://169.254.170.2/v2/credentials/',
  'http://[fd00:ec2::254]/latest/meta-data/',
  'http://metadata.google.internal/computeMetadata/v1/',
  'http://2852039166/latest/meta-data/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://169.254.169.254.nip.io/',
  'http://127.0.0.1:PORT/',
  'http://localhost:PORT/',
  'http://[::1]:PORT/',
  'http://0.0.0.0:PORT/',
  'http://127.1:PORT/',
  'http://localtest.me:PORT/',
]

const WHY = {
  en: 'An address given by a user that leads inside reads cloud credentials and other services (SSRF, CWE-918).',
  ja: '利用者が入力した URL が内部に届くと、クラウドの認証情報や他のサービスを読まれます（SSRF、CWE-918）。',
}
const MEND = {
  en: 'Send every user’s address through services.outbound with trust "user"; forbid 169.254.169.254 by a network policy as well.',
  ja: '利用者の URL は必ず services.outbound（trust "user"）で開き、ネットワークの規則でも 169.254.169.254 を禁じます。',
}

/** A listener on loopback that must never be reached by a user's address. */
async function canary(answer: (path: string) => { status: number; location?: string }) {
  let reached = 0
  const server = createServer((request, response) => {
    reached += 1
    const { status, location } = answer(request.url ?? '/')
    response.writeHead(status, location === undefined ? {} : { location }).end('canary')
  })
  server.listen({ host: '127.0.0.1', port: 0 })
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
  return {
    port: (server.address() as AddressInfo).port,
    reached: () => reached,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const TRY = { timeoutMs: 3000, retries: 0, maxBytes: 65_536, service: 'audit' } as const

/** Whether an address was refused, and not merely out of reach today. */
async function refused(outbound: Outbound, url: string): Promise<boolean> {
  try {
    const answer = await outbound.fetch(url, { ...TRY, trust: 'user', redirect: 'follow' })
    await answer.body?.cancel()
    return false
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return code.startsWith('OUTBOUND_') && !/TIMEOUT|UNREACHABLE|CONNECT|CIRCUIT/.test(code)
  }
}

export const metadata = defineCheck<LiveCheck>({
  id: 'outbound.inside',
  phase: 'live',
  severity: 'critical',
  title: { en: 'Users’ addresses do not lead inside', ja: '利用者の URL で内部に届かない' },
  why: WHY,
  mend: MEND,
  minutes: 60,
  timeoutMs: 90_000,
  async run({ services }): Promise<Outcome> {
    await using listener = await canary(() => ({ status: 200 }))
    for (const spelling of INSIDE) {
      const url = spelling.replace('PORT', String(listener.port))
      if ((await refused(services.outbound, url)) && listener.reached() === 0) continue
      return fail({ en: `${url} was not refused.`, ja: `${url} が拒否されませんでした。` })
    }
    return pass(
      `${INSIDE.length} spellings of metadata and loopback addresses: refused, the canary was never reached.`,
      `メタデータ・ループバックの綴り ${INSIDE.length} 種はすべて拒否されました。`,
    )
  },
})

export const redirects = defineCheck<LiveCheck>({
  id: 'outbound.redirects',
  phase: 'live',
  severity: 'critical',
  title: { en: 'A redirect does not lead inside', ja: 'リダイレクトで内部に届かない' },
  why: WHY,
  mend: MEND,
  minutes: 60,
  timeoutMs: 60_000,
  async run({ services }): Promise<Outcome> {
    await using inside = await canary(() => ({ status: 200 }))
    const goals = [
      'http://169.254.169.254/latest/meta-data/',
      `http://127.0.0.1:${inside.port}/`,
      `http://localhost:${inside.port}/`,
    ]
    for (const [index, location] of goals.entries()) {
      await using outside = await canary(() => ({
        status: 302,
        location: goals[index] ?? location,
      }))
      const opened = await services.outbound
        .fetch(`http://127.0.0.1:${outside.port}/`, { ...TRY, trust: 'config', redirect: 'follow' })
        .then(
          (answer) => answer.body?.cancel().then(() => true) ?? true,
          (error: Error & { code?: string }) =>
            /TIMEOUT|UNREACHABLE|CONNECT/.test(error.code ?? ''),
        )
      if (outside.reached() === 0)
        return fail({
          en: 'The first hop was not reached: nothing is proven.',
          ja: '最初の転送元に届かず、確認できませんでした。',
        })
      if (opened || inside.reached() > 0)
        return fail({
          en: `A redirect to ${location} was followed.`,
          ja: `${location} への転送に従いました。`,
        })
    }
    return pass(
      `Redirects to metadata and loopback were refused (${goals.length}).`,
      `メタデータ・ループバックへの転送 ${goals.length} 種は拒否されました。`,
    )
  },
})
