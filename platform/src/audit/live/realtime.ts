import { randomBytes } from 'node:crypto'
import { defineCheck, fail, type LiveCheck, type Outcome, pass, skip } from '../define-check.ts'
import { enqueueProbe } from './jobs.ts'
import { codeOf, type Visit, visitOf } from './visit.ts'
import { openLine } from './web-socket.ts'

const PATH = '/api/realtime/?EIO=4&transport=websocket'

const upgrade = (visit: Visit, headers: Record<string, string>) =>
  visit.ask({
    path: PATH,
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      ...headers,
    },
    timeoutMs: 8000,
  })

export const foreignSocket = defineCheck<LiveCheck>({
  id: 'realtime.foreign-origin',
  phase: 'live',
  severity: 'critical',
  title: {
    en: 'Pages of other sites cannot open live connections',
    ja: '他サイトのページから常時接続を開けない',
  },
  why: {
    en: 'Browsers send cookies along with WebSockets of any site: only Origin tells them apart (CWE-1385).',
    ja: 'WebSocket には他サイトからでも Cookie が付きます。区別できるのは Origin だけです（CWE-1385）。',
  },
  mend: {
    en: 'Pass Origin through the proxy unchanged.',
    ja: 'プロキシで Origin を書き換えずに通します。',
  },
  minutes: 20,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { cookie } = await visit.signedIn()
    for (const origin of [
      'https://minato-audit.invalid',
      'null',
      `https://${visit.target.publicHost}.minato-audit.invalid`,
    ]) {
      const answer = await upgrade(visit, { cookie, origin })
      if (answer.status >= 400) continue
      return fail(
        {
          en: `A handshake from ${origin} was answered ${answer.status}.`,
          ja: `${origin} からの接続が ${answer.status} でした。`,
        },
        { url: '/api/realtime/' },
      )
    }
    const own = await upgrade(visit, { cookie, origin: visit.target.origin })
    return own.status === 101
      ? pass(
          'Three foreign origins were refused; the own page got 101.',
          '他オリジン 3 種は拒否され、自サイトは 101 でした。',
        )
      : fail(
          {
            en: `The own page’s handshake was answered ${own.status} ${codeOf(own)}.`,
            ja: `自サイトからの接続が ${own.status} ${codeOf(own)} でした。`,
          },
          { url: '/api/realtime/' },
        )
  },
})

export const anonymousSocket = defineCheck<LiveCheck>({
  id: 'realtime.anonymous',
  phase: 'live',
  severity: 'high',
  title: { en: 'Strangers cannot open live connections', ja: '未サインインでは常時接続を開けない' },
  why: {
    en: 'Each connection costs memory and may hear events.',
    ja: '接続ごとにメモリーを使い、イベントを聞ける可能性があります。',
  },
  mend: {
    en: 'Pass the handshake to the system; do not let the proxy answer it.',
    ja: 'ハンドシェイクをシステムに通し、プロキシで応答しません。',
  },
  minutes: 20,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const tries: Record<string, string>[] = [
      {},
      { cookie: 'minato_session=mns_x; __Host-minato_session=mns_x' },
    ]
    for (const headers of tries) {
      const { status } = await upgrade(visit, { origin: visit.target.origin, ...headers })
      if (status !== 401 && status !== 429)
        return fail(
          {
            en: `A handshake without a session was answered ${status}.`,
            ja: `セッションのない接続が ${status} でした。`,
          },
          { url: '/api/realtime/' },
        )
    }
    return pass(
      'Refused without a cookie and with a made-up one (401).',
      'Cookie なし・架空の Cookie のどちらも 401 でした。',
    )
  },
})

const EVENT_WITHIN_MS = 15_000

export const roundTrip = defineCheck<LiveCheck>({
  id: 'realtime.round-trip',
  phase: 'live',
  severity: 'high',
  title: { en: 'Live connections carry events', ja: '常時接続でイベントが届く' },
  why: {
    en: 'A proxy that buffers or drops upgrades, or processes that do not hear one another, leave pages standing still.',
    ja: 'アップグレードを妨げるプロキシや、互いに通じないプロセスがあると、画面が止まったままになります。',
  },
  mend: {
    en: 'nginx: proxy_http_version 1.1 with Upgrade and Connection headers; set REDIS_URL with several processes.',
    ja: 'nginx では proxy_http_version 1.1 と Upgrade・Connection ヘッダー。複数プロセスでは REDIS_URL を設定します。',
  },
  minutes: 30,
  timeoutMs: 40_000,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { cookie, id } = await visit.signedIn()
    const line = await openLine(
      visit.target,
      PATH,
      { cookie, origin: visit.target.origin },
      visit.source,
    )
    try {
      const started = performance.now()
      await line.next((text) => text.startsWith('0'), 8000)
      line.send('40/minato,')
      await line.next((text) => text.startsWith('40/minato,'), 8000)
      line.send(`42/minato,1["join",${JSON.stringify({ room: `jobs:${id}` })}]`)
      const joined = await line.next((text) => text.startsWith('43/minato,1'), 8000)
      if (!joined.includes('"ok":true')) return fail(`join: ${joined}`)
      const ms = Math.round(performance.now() - started)
      const job = await enqueueProbe(context, id)
      const event = await line
        .next((text) => text.includes('"job"') && text.includes(job), EVENT_WITHIN_MS)
        .catch(() => undefined)
      if (event !== undefined)
        return pass(
          `Joined in ${ms} ms; the news of a job came through.`,
          `${ms} ミリ秒で参加し、ジョブの知らせが届きました。`,
        )
      const { seen } = await visit.seen()
      // Without Redis a worker of another process cannot speak to it; pages then look by themselves.
      return context.services.redis === undefined && seen.role !== 'all'
        ? skip(
            'Joined; without REDIS_URL a worker’s news do not reach web processes.',
            '参加できましたが、REDIS_URL がないためワーカーの知らせは web に届きません。',
          )
        : fail({
            en: `Joined in ${ms} ms, but the news of a job did not come within 15 s.`,
            ja: `参加できましたが、ジョブの知らせが 15 秒以内に届きませんでした。`,
          })
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error), { url: '/api/realtime/' })
    } finally {
      line.close()
    }
  },
})
