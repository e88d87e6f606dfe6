import { deployErrors } from './errors.ts'
import { addTraffic, quantileMs, readTraffic, type Traffic, trafficSince } from './exposition.ts'
import type { Host } from './host.ts'
import type { Color, Seen } from './record.ts'

export type Limits = {
  watchMs: number
  everyMs: number
  /** Share of answers of 500 and above. */
  maxErrorShare: number
  /** Fewer errors than this are chance. */
  minErrors: number
  maxP95Ms: number
  /** Fewer requests than this say nothing about slowness. */
  minRequests: number
  /** So many looks in a row without "ready" are an outage. */
  notReady: number
}

export const LIMITS: Limits = {
  watchMs: 30_000,
  everyMs: 1000,
  maxErrorShare: 0.01,
  minErrors: 3,
  maxP95Ms: 1000,
  minRequests: 50,
  notReady: 3,
}

type Watching = {
  host: Host
  color: Color
  limits: Limits
  /** How the release before fared: a trouble both have is no reason to go back. */
  before: { errorShare: number; p95Ms: number | undefined }
  signal: AbortSignal
  wait(ms: number): Promise<void>
  now(): number
}

/**
 * Looks at the new release while it serves, until the time is over.
 * @throws {MinatoError} DEPLOY_WATCH_FAILED as soon as it errs, is slow, or is not there.
 */
export async function watchRelease(watching: Watching): Promise<Seen> {
  const { limits, host, color } = watching
  const start = await traffic(host, color)
  const until = watching.now() + limits.watchMs
  let unready = 0
  let seen = trafficSince(start, start)
  while (watching.now() < until) {
    await watching.wait(limits.everyMs)
    watching.signal.throwIfAborted()
    unready = (await isReady(watching)) ? 0 : unready + 1
    if (unready >= limits.notReady) {
      throw failed(`not ready ${unready} times in a row`)
    }
    const now = await traffic(host, color).catch(() => undefined)
    if (now === undefined) {
      unready += 1
      continue
    }
    seen = trafficSince(start, now)
    judge(seen, watching)
  }
  return describe(seen)
}

function failed(reason: string) {
  return deployErrors.DEPLOY_WATCH_FAILED({ reason })
}

function judge(seen: Traffic, { limits, before }: Watching): void {
  const share = seen.requests === 0 ? 0 : seen.errors / seen.requests
  const allowed = Math.max(limits.maxErrorShare, before.errorShare * 2)
  if (seen.errors >= limits.minErrors && share > allowed) {
    throw failed(`${seen.errors} of ${seen.requests} answers were errors (500 and above)`)
  }
  const p95 = quantileMs(0.95, seen)
  const slow = Math.max(limits.maxP95Ms, (before.p95Ms ?? 0) * 2)
  if (p95 !== undefined && seen.requests >= limits.minRequests && p95 > slow) {
    throw failed(`p95 is ${p95} ms over ${seen.requests} requests (limit ${slow} ms)`)
  }
}

async function isReady({ host, color }: Watching): Promise<boolean> {
  const { state, restarts } = await host.health(color, 'web')
  return state === 'healthy' && restarts === 0
}

/** What a color's web processes have answered since they started. */
export async function traffic(host: Host, color: Color): Promise<Traffic> {
  const answers = await host.web(color, '/metrics')
  const wrong = answers.find(({ status }) => status !== 200)
  if (answers.length === 0 || wrong !== undefined) {
    throw failed(`/metrics of ${color} answers ${wrong?.status ?? 'nothing'}`)
  }
  return addTraffic(answers.map(({ body }) => readTraffic(body)))
}

/** `1,204 requests, 0 errors, p95 ≤ 25 ms`, for reports. */
export function describe(seen: Traffic): Seen {
  const p95 = quantileMs(0.95, seen)
  const speed = p95 === undefined ? '' : `p95 ≤ ${p95} ms`
  return {
    en: `${seen.requests} requests, ${seen.errors} errors${speed && `, ${speed}`}`,
    ja: `リクエスト ${seen.requests} 件、エラー ${seen.errors} 件${speed && `、${speed}`}`,
  }
}
