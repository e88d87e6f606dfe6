import { join } from 'node:path'
import { z } from 'zod'
import type { AppDefinition } from '../app/define-app.ts'
import type { Services } from '../app/services.ts'
import { defineJob, type JobRun, type Schedule } from '../jobs/index.ts'
import { auditSystem } from './audit.ts'
import { PHASES } from './define-check.ts'
import { saveRun } from './runs.ts'

const ROOT = join(import.meta.dirname, '../../..')

const input = z.object({
  phases: z.array(z.enum(PHASES)).min(1).max(PHASES.length),
  /** Who asked, as the history shows it. */
  actor: z.string().max(254),
})

const words = {
  name: 'minato.audit',
  title: { en: 'Readiness audit', ja: '本番準備の検査' },
  input,
  timeoutMs: 15 * 60_000,
  concurrency: 1,
  unique: () => 'audit',
}

/** Runs the audit and keeps what it saw. Queued by name: which apps it looks at, the worker knows. */
export const auditJob = defineJob({
  ...words,
  run: (): Promise<never> => Promise.reject(new Error('This process does not know its apps.')),
})

/** The platform's own job of the audit, and when it runs: the score must not fall unseen. */
export function auditWork(
  apps: readonly AppDefinition[],
  { profile, config }: Pick<Services, 'profile' | 'config'>,
): { jobs: (typeof auditJob)[]; schedules: Schedule[] } {
  const job = defineJob({
    ...words,
    run: (services: Services, asked, work) => audit(services, apps, asked, work) as Promise<never>,
  })
  const daily = profile === 'production' || profile === 'staging'
  const { schedule: cron = daily ? '0 5 * * *' : 'off' } = config.audit
  // Live checks send mails and lock an account of their own: they run when somebody asks.
  const asked = { phases: ['static', 'boot'], actor: 'schedule' }
  return {
    jobs: [job],
    schedules: cron === 'off' ? [] : [{ name: 'minato.audit', cron, job, input: asked }],
  }
}

async function audit(
  services: Services,
  apps: readonly AppDefinition[],
  { phases, actor }: z.infer<typeof input>,
  work: JobRun,
): Promise<{ runId: string; score: number; findings: number }> {
  const report = await auditSystem(services, {
    root: ROOT,
    apps,
    env: process.env,
    phases,
    signal: work.signal,
    async onProgress(done, total, { title }) {
      await work.progress(Math.floor((100 * done) / total), title)
    },
  })
  const runId = await saveRun(services.db, report, actor)
  return { runId, score: report.score, findings: report.counts.fail }
}
