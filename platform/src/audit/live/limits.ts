import type { Socket } from 'node:net'
import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'
import { type Visit, visitOf } from './visit.ts'
import { dial, hear } from './wire.ts'

const MB = 1024 * 1024
const AT_ONCE_MS = 2500
const PIECE = Buffer.alloc(64 * 1024, 'a')

export const bodyDeclared = defineCheck<LiveCheck>({
  id: 'http.body-declared',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'A body announced as too large is refused at once',
    ja: '大きすぎると宣言された本文は即座に拒否する',
  },
  why: {
    en: 'A server that first reads ten gigabytes and then says no has already lost its memory or its disk.',
    ja: '10 GB を読み終えてから拒否するのでは、メモリーやディスクが先に尽きます。',
  },
  mend: {
    en: 'Keep the body limits of the routes; nginx: client_max_body_size.',
    ja: 'ルートごとの上限を保ち、nginx では client_max_body_size を設定します。',
  },
  minutes: 15,
  seeds: ['001 ファイルアップロードの脆弱性: アップロードサイズ制限'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const socket = await dial(visit.target, visit.source)
    socket.write(
      head(visit, 'POST /api/auth/sign-in', [
        'Content-Type: application/json',
        'Content-Length: 10737418240',
      ]),
    )
    socket.write('{"email":"')
    const started = performance.now()
    const { text, ended } = await hear(socket, 10_000)
    const status = statusOf(text)
    // Who closes only after a while has waited for the body.
    const atOnce = ended && performance.now() - started < AT_ONCE_MS
    if (status === 413)
      return pass(
        '10 GB were announced, 10 bytes sent: 413.',
        '10 GB と宣言して 10 バイトだけ送り、413 でした。',
      )
    return atOnce && status === undefined
      ? pass(
          'The connection was closed without a byte being read further.',
          '本文を読まずに接続が閉じられました。',
        )
      : fail(
          {
            en: `10 GB were announced; the answer was ${status ?? 'silence for 10 s'}.`,
            ja: `10 GB と宣言した要求への応答: ${status ?? '10 秒間なし'}`,
          },
          { url: '/api/auth/sign-in' },
        )
  },
})

export const bodyStreamed = defineCheck<LiveCheck>({
  id: 'http.body-streamed',
  phase: 'live',
  severity: 'high',
  title: {
    en: 'A body without a length is cut off at the limit',
    ja: '長さを示さない本文も上限で打ち切る',
  },
  why: {
    en: 'Chunked bodies announce nothing: only a count while reading stops them.',
    ja: 'チャンク形式の本文は長さを示しません。読みながら数えるほかに止める方法がありません。',
  },
  mend: {
    en: 'Keep the body limits of the routes; nginx: client_max_body_size.',
    ja: 'ルートごとの上限を保ち、nginx では client_max_body_size を設定します。',
  },
  minutes: 15,
  timeoutMs: 40_000,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const socket = await dial(visit.target, visit.source)
    socket.write(
      head(visit, 'POST /api/auth/sign-in', [
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
      ]),
    )
    const answer = hear(socket, 30_000)
    const sent = await pour(socket, MAX_POURED)
    const { text } = await answer
    const status = statusOf(text)
    const mb = (sent / MB).toFixed(1)
    if (sent < MAX_POURED || status === 413) {
      return pass(
        `Refused (${status ?? 'connection closed'}) after ${mb} MB.`,
        `${mb} MB で拒否されました（${status ?? '切断'}）。`,
      )
    }
    return fail(
      {
        en: `${mb} MB were taken and answered ${status ?? 'nothing'}.`,
        ja: `${mb} MB が受け取られ、応答は ${status ?? 'なし'} でした。`,
      },
      { url: '/api/auth/sign-in' },
    )
  },
})

const MAX_POURED = 256 * MB

/** Sends chunks until the other side stops taking them. Resolves with the bytes that were taken. */
async function pour(socket: Socket, most: number): Promise<number> {
  const chunk = Buffer.concat([
    Buffer.from(`${PIECE.length.toString(16)}\r\n`),
    PIECE,
    Buffer.from('\r\n'),
  ])
  let heard = false
  let sent = 0
  socket.once('data', () => {
    heard = true
  })
  while (sent < most && !heard && !socket.destroyed && socket.writable) {
    const flowing = socket.write(chunk)
    sent += PIECE.length
    if (!flowing) await drained(socket)
  }
  if (sent >= most && socket.writable) socket.write('0\r\n\r\n')
  return sent
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      for (const event of ['drain', 'close', 'data', 'error']) socket.off(event, done)
      resolve()
    }
    const timer = setTimeout(done, 5000)
    for (const event of ['drain', 'close', 'data', 'error']) socket.once(event, done)
  })
}

export const smuggling = defineCheck<LiveCheck>({
  id: 'http.smuggling',
  phase: 'live',
  severity: 'critical',
  title: { en: 'A request with two lengths is refused', ja: '長さを二重に示す要求を拒否する' },
  why: {
    en: 'Where proxy and server read one request differently, an attacker’s rest becomes part of the next person’s request (CWE-444).',
    ja: 'プロキシとサーバーで要求の区切りが食い違うと、攻撃者の続きが次の人の要求に混ざります（CWE-444）。',
  },
  mend: {
    en: 'Update the proxy; do not let it pass on requests with both Content-Length and Transfer-Encoding.',
    ja: 'プロキシを更新し、Content-Length と Transfer-Encoding の両方を持つ要求を通さないようにします。',
  },
  minutes: 30,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const hidden = `GET /api/shell HTTP/1.1\r\nHost: ${visit.target.publicHost}\r\n\r\n`
    const tries = [
      ['Content-Length: 5', 'Transfer-Encoding: chunked'],
      ['Content-Length: 5', 'Content-Length: 6'],
      ['Transfer-Encoding: xchunked', 'Transfer-Encoding: chunked'],
      ['Content-Length: +5'],
    ]
    for (const lines of tries) {
      const socket = await dial(visit.target, visit.source)
      socket.write(
        head(
          visit,
          'POST /api/auth/sign-in',
          ['Content-Type: application/json', ...lines],
          'keep-alive',
        ),
      )
      socket.write(`0\r\n\r\n${hidden}`)
      const { text } = await hear(socket, 4000)
      const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => status)
      if (statuses.length < 2 && /^(400|411|413|501|408|undefined)$/.test(String(statuses[0])))
        continue
      return fail({
        en: `${lines.join(' + ')} was answered ${statuses.join(', ')}.`,
        ja: `${lines.join(' + ')} への応答: ${statuses.join(', ')}`,
      })
    }
    return pass(
      `${tries.length} ambiguous requests were refused.`,
      `あいまいな要求 ${tries.length} 種はすべて拒否されました。`,
    )
  },
})

export const bigHeaders = defineCheck<LiveCheck>({
  id: 'http.big-headers',
  phase: 'live',
  severity: 'medium',
  title: { en: 'Endless headers are refused', ja: '巨大なヘッダーを拒否する' },
  why: {
    en: 'Headers are kept in memory until the request is complete.',
    ja: 'ヘッダーは要求が揃うまでメモリーに置かれます。',
  },
  mend: {
    en: 'Keep Node’s limit of 16 KB; nginx: large_client_header_buffers.',
    ja: 'Node の上限 16 KB を保ちます。nginx では large_client_header_buffers。',
  },
  minutes: 10,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const socket = await dial(visit.target, visit.source)
    socket.write(head(visit, 'GET /api/shell', [`X-Audit: ${'a'.repeat(200 * 1024)}`]))
    const { text, ended } = await hear(socket, 8000)
    const status = statusOf(text)
    if (status === undefined && ended)
      return pass('The connection was closed.', '接続が閉じられました。')
    return status !== undefined && [400, 413, 414, 431, 494].includes(status)
      ? pass(
          `200 KB of headers were answered ${status}.`,
          `200 KB のヘッダーへの応答は ${status} でした。`,
        )
      : fail({
          en: `200 KB of headers were answered ${status ?? 'with silence'}.`,
          ja: `200 KB のヘッダーへの応答: ${status ?? 'なし'}`,
        })
  },
})

/** The head of a request, as sent. */
export function head(visit: Visit, line: string, lines: string[], connection = 'close'): string {
  const own = [
    `Host: ${visit.target.publicHost}`,
    'User-Agent: minato-audit',
    `Origin: ${visit.target.origin}`,
    'Sec-Fetch-Site: same-origin',
    `Connection: ${connection}`,
  ]
  return `${[`${line} HTTP/1.1`, ...own, ...lines].join('\r\n')}\r\n\r\n`
}

export function statusOf(text: string): number | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]
  return status === undefined ? undefined : Number(status)
}
