import { sql } from 'kysely'
import { z } from 'zod'
import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'
import { holdSlowConnections } from './slow.ts'
import { visitOf } from './visit.ts'

export const reachable = defineCheck<LiveCheck>({
  id: 'live.reachable',
  phase: 'live',
  severity: 'critical',
  title: { en: 'The system answers at its address', ja: 'システムが公開アドレスで応答する' },
  why: {
    en: 'Everything below looks at this address.',
    ja: '以下の検査はすべてこのアドレスを調べます。',
  },
  mend: {
    en: 'Start the system and its proxy; give the right address with --url.',
    ja: 'システムとプロキシを起動し、--url で正しいアドレスを指定します。',
  },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { seen } = await visit.seen()
    await holdSlowConnections(context)
    const { version } = context.services
    return seen.version === version
      ? pass(
          `${context.url} answers as ${seen.role}, release ${seen.version}.`,
          `${context.url} が ${seen.role}（版 ${seen.version}）として応答しました。`,
        )
      : fail({
          en: `Release ${seen.version} answers, the audit is of ${version}.`,
          ja: `応答した版は ${seen.version}、監査の版は ${version} です。`,
        })
  },
})

const state = z.object({ status: z.string(), latencyMs: z.number().optional() })
const health = z.object({ status: z.string(), checks: z.record(z.string(), state) })
const SLOW_MS = 2000

export const ready = defineCheck<LiveCheck>({
  id: 'http.ready',
  phase: 'live',
  severity: 'high',
  title: { en: 'Readiness tells the truth, in time', ja: '準備状態が正しく、すぐに返る' },
  why: {
    en: 'Balancers and deploys go by it. One that is cached, slow or always yes sends people to dead processes.',
    ja: '負荷分散とデプロイはこれに従います。固定やキャッシュ、遅延があると、止まったプロセスへ利用者が送られます。',
  },
  mend: {
    en: 'Pass /health/ready through to the process, uncached.',
    ja: '/health/ready をキャッシュせずにプロセスまで通します。',
  },
  minutes: 20,
  seeds: ['004 本番切り替え: 初期動作確認', '001 ヘルスチェック'],
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const answers = [
      await visit.ask({ path: '/health/ready' }),
      await visit.ask({ path: '/health/ready' }),
    ]
    const slowest = Math.max(...answers.map(({ ms }) => ms))
    for (const answer of answers) {
      const parsed = health.safeParse(parse(answer.body))
      if (answer.status !== 200 || !parsed.success)
        return fail(`/health/ready: ${answer.status}`, { url: '/health/ready' })
      const needed = ['database', ...(context.services.redis === undefined ? [] : ['redis'])]
      const down = needed.filter((name) => parsed.data.checks[name]?.status !== 'up')
      if (down.length > 0)
        return fail(
          {
            en: `Not up, or not told of: ${down.join(', ')}.`,
            ja: `停止中、または報告なし: ${down.join('、')}`,
          },
          { url: '/health/ready' },
        )
      if (parsed.data.checks['database']?.latencyMs === undefined)
        return fail('No latency of the database is told.', { url: '/health/ready' })
    }
    const ids = new Set(answers.map(({ headers }) => headers['x-request-id']))
    if (ids.size < 2 || ids.has(undefined)) {
      return fail(
        {
          en: 'Two answers were one and the same: something in front answers for the system.',
          ja: '2 回の応答が同一でした。手前の何かが代わりに応答しています。',
        },
        { url: '/health/ready' },
      )
    }
    return slowest > SLOW_MS
      ? fail(
          {
            en: `It took ${Math.round(slowest)} ms.`,
            ja: `${Math.round(slowest)} ミリ秒かかりました。`,
          },
          { url: '/health/ready' },
        )
      : pass(
          `Ready, in ${Math.round(slowest)} ms at most.`,
          `準備完了。最長 ${Math.round(slowest)} ミリ秒。`,
        )
  },
})

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const MAX_SKEW_MS = 5000

export const clockSkew = defineCheck<LiveCheck>({
  id: 'system.clock',
  phase: 'live',
  severity: 'medium',
  title: { en: 'The clocks agree', ja: '時計が合っている' },
  why: {
    en: 'Codes of two-factor, tokens, leases and logs go by the clock.',
    ja: '二段階認証のコード、トークン、リース、ログは時計に依存します。',
  },
  mend: {
    en: 'Run chrony or systemd-timesyncd on every host.',
    ja: 'すべてのホストで chrony か systemd-timesyncd を動かします。',
  },
  minutes: 15,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { services } = context
    const before = services.clock()
    const { answer, seen } = await visit.seen()
    const after = services.clock()
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(services.db)
    const later = services.clock()
    const skews = {
      process: outside(seen.now, before, after),
      // The header has whole seconds.
      'Date header': outside(Date.parse(String(answer.headers.date ?? '')), before - 1000, after),
      database: outside(rows[0]?.now.getTime() ?? Number.NaN, after, later),
    }
    const told = Object.entries(skews)
      .map(([name, ms]) => `${name} ${Math.round(ms)} ms`)
      .join(', ')
    return Object.values(skews).every((ms) => Math.abs(ms) <= MAX_SKEW_MS)
      ? pass(`Apart by: ${told}.`, `ずれ: ${told}`)
      : fail({ en: `Apart by: ${told}.`, ja: `ずれ: ${told}` })
  },
})

/** How far a time lies outside of a span. */
function outside(time: number, from: number, to: number): number {
  if (time < from) return time - from
  return time > to ? time - to : Number.isNaN(time) ? Number.POSITIVE_INFINITY : 0
}

const SLOW_DATA_MS = 100

export const dataLatency = defineCheck<LiveCheck>({
  id: 'data.latency',
  phase: 'live',
  severity: 'medium',
  title: { en: 'Database and Redis are near', ja: 'データベースと Redis が近い' },
  why: {
    en: 'A page asks several times: 100 ms each are a slow page for everybody.',
    ja: '1 ページで何度も問い合わせるため、1 回 100 ミリ秒でも全員のページが遅くなります。',
  },
  mend: {
    en: 'Put them into the same zone; look for a busy disk or a pooler in between.',
    ja: '同じゾーンに置き、ディスクの混雑や間のプーラーを調べます。',
  },
  minutes: 60,
  seeds: ['004 本番切り替え: パフォーマンス確認', '000 レスポンス時間 200ms'],
  async run({ services }): Promise<Outcome> {
    const { db, redis } = services
    const database = await median(() => sql`select 1`.execute(db))
    const cache = redis === undefined ? undefined : await median(() => redis.ping())
    const told = `PostgreSQL ${database.toFixed(1)} ms${cache === undefined ? '' : `, Redis ${cache.toFixed(1)} ms`}`
    return database > SLOW_DATA_MS || (cache ?? 0) > SLOW_DATA_MS ? fail(told) : pass(told)
  },
})

async function median(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < 7; n += 1) {
    const started = performance.now()
    await work()
    times.push(performance.now() - started)
  }
  return times.sort((a, b) => a - b)[3] ?? Number.POSITIVE_INFINITY
}
