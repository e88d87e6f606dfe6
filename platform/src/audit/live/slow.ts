import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'
import type { LiveContext } from './context.ts'
import { head } from './limits.ts'
import { type Visit, visitOf } from './visit.ts'
import { dial, hear } from './wire.ts'

const HEADERS_WITHIN_MS = 65_000
const BODY_WITHIN_MS = 130_000

type Held = Promise<{ ms: number; ended: boolean; withinMs: number }>
const held = new WeakMap<LiveContext, { headers: Held; body: Held }>()

/**
 * Opens two connections that never finish what they began. They wait while the other checks run, so
 * that the audit does not take two minutes longer for them.
 */
export async function holdSlowConnections(context: LiveContext): Promise<void> {
  if (held.has(context)) return
  const visit = await visitOf(context)
  const headers = hold(
    visit,
    `GET /api/shell HTTP/1.1\r\nHost: ${visit.target.publicHost}\r\nX-Slow: `,
    context.slowWithinMs ?? HEADERS_WITHIN_MS,
  )
  const body = hold(
    visit,
    head(
      visit,
      'POST /api/auth/sign-in',
      ['Content-Type: application/json', 'Content-Length: 100'],
      'keep-alive',
    ),
    context.slowWithinMs ?? BODY_WITHIN_MS,
  )
  // Somebody awaits them later; a failure until then is no unhandled one.
  for (const waiting of [headers, body]) waiting.catch(() => undefined)
  held.set(context, { headers, body })
}

async function hold(visit: Visit, beginning: string, withinMs: number): Held {
  const socket = await dial(visit.target, visit.source)
  const started = performance.now()
  socket.write(beginning)
  const { ended } = await hear(socket, withinMs)
  return { ms: performance.now() - started, ended, withinMs }
}

async function judge(waiting: Held | undefined): Promise<Outcome> {
  const result = await waiting
  if (result === undefined) return fail('The slow connection was not opened.')
  const seconds = (result.ms / 1000).toFixed(0)
  return result.ended
    ? pass(`Closed after ${seconds} s.`, `${seconds} 秒後に閉じられました。`)
    : fail({
        en: `Still open after ${result.withinMs / 1000} s.`,
        ja: `${result.withinMs / 1000} 秒後も開いたままでした。`,
      })
}

const why = {
  en: 'A few thousand connections that never finish (slowloris) take every slot of a server that waits for them.',
  ja: '終わらない接続を数千本張られると、待ち続けるサーバーは新しい要求を受けられません（slowloris）。',
}

export const slowHeaders = defineCheck<LiveCheck>({
  id: 'http.slow-headers',
  phase: 'live',
  severity: 'medium',
  title: {
    en: 'Who never finishes the headers is cut off',
    ja: 'ヘッダーを送り終えない接続を切る',
  },
  why,
  mend: {
    en: 'nginx: client_header_timeout; lower HTTP_REQUEST_TIMEOUT.',
    ja: 'nginx では client_header_timeout。HTTP_REQUEST_TIMEOUT を短くします。',
  },
  minutes: 10,
  timeoutMs: HEADERS_WITHIN_MS + 10_000,
  async run(context) {
    await holdSlowConnections(context)
    return await judge(held.get(context)?.headers)
  },
})

export const slowBody = defineCheck<LiveCheck>({
  id: 'http.slow-body',
  phase: 'live',
  severity: 'medium',
  title: { en: 'Who never finishes the body is cut off', ja: '本文を送り終えない接続を切る' },
  why,
  mend: {
    en: 'nginx: client_body_timeout; lower HTTP_REQUEST_TIMEOUT.',
    ja: 'nginx では client_body_timeout。HTTP_REQUEST_TIMEOUT を短くします。',
  },
  minutes: 10,
  timeoutMs: BODY_WITHIN_MS + 10_000,
  async run(context) {
    await holdSlowConnections(context)
    return await judge(held.get(context)?.body)
  },
})
