import { setTimeout as delay } from 'node:timers/promises'
import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'
import { ARRIVE_WITHIN_MS, type LiveContext } from './context.ts'
import { auditProbeJob } from './probe-job.ts'
import { visitOf } from './visit.ts'

/** Queues it; a process that runs no jobs of its own learns of it first. */
export async function enqueueProbe({ services }: LiveContext, ownerId: string): Promise<string> {
  const { jobs } = services
  if (!jobs.names().some(({ name }) => name === auditProbeJob.name)) {
    jobs.register({ jobs: [auditProbeJob] }, () => services)
  }
  const { id } = await jobs.enqueue(auditProbeJob, { word: 'minato' }, { ownerId, priority: 10 })
  return id
}

export const jobRoundTrip = defineCheck<LiveCheck>({
  id: 'jobs.round-trip',
  phase: 'live',
  severity: 'critical',
  title: { en: 'A worker takes up and finishes work', ja: 'ワーカーがジョブを受け取り、完了する' },
  why: {
    en: 'Without a living worker mail, answers, imports and backups wait for ever, and every page looks well.',
    ja: 'ワーカーが動いていないと、画面は正常なままメールや処理がいつまでも止まります。',
  },
  mend: {
    en: 'Start minato start --role worker; see minato health --role worker and its log.',
    ja: 'minato start --role worker を起動し、minato health --role worker とログを調べます。',
  },
  minutes: 15,
  seeds: ['000 スケーラビリティ: 非同期タスクキュー'],
  timeoutMs: ARRIVE_WITHIN_MS + 10_000,
  async run(context, signal): Promise<Outcome> {
    const { services, arriveWithinMs = ARRIVE_WITHIN_MS } = context
    const visit = await visitOf(context)
    const { id: ownerId } = await visit.signedIn()
    const started = performance.now()
    const id = await enqueueProbe(context, ownerId)
    while (performance.now() - started < arriveWithinMs && !signal.aborted) {
      const job = await services.jobs.get(id)
      const ms = Math.round(performance.now() - started)
      if (job?.state === 'succeeded')
        return pass(`Queued, run and finished in ${ms} ms.`, `登録から完了まで ${ms} ミリ秒。`)
      if (job?.state === 'failed') return fail(`${job.reason}: ${job.detail?.en ?? ''}`)
      await delay(100)
    }
    await services.jobs.cancel(id, { id: 'system' }).catch(() => undefined)
    return fail({
      en: `Nobody took the job up within ${arriveWithinMs / 1000} s.`,
      ja: `${arriveWithinMs / 1000} 秒以内に誰もジョブを実行しませんでした。`,
    })
  },
})
