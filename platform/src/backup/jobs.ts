import { z } from 'zod'
import type { Services } from '../app/services.ts'
import { defineJob, type JobRun, type Schedule } from '../jobs/index.ts'
import type { Progress } from './context.ts'
import { EXTRA_NAMES } from './extra-parts.ts'

const HOUR_MS = 3_600_000

/** Makes a backup. */
export const backupJob = defineJob({
  name: 'backup.create',
  title: { en: 'Backup', ja: 'バックアップ' },
  input: z.object({
    reason: z.string().min(1).max(40),
    note: z.string().max(500).optional(),
    include: z.array(z.enum(EXTRA_NAMES)).optional(),
  }),
  timeoutMs: 6 * HOUR_MS,
  retries: 2,
  backoff: { firstMs: 60_000, factor: 5 },
  concurrency: 1,
  async run(services, { reason, note, include }, job) {
    const { id, bytes } = await services.backups.create({
      reason,
      ...(note === undefined ? {} : { note }),
      ...(include === undefined ? {} : { include }),
      ...{ signal: job.signal, onProgress: teller(job) },
    })
    const { deleted } = await services.backups.expire()
    return { id, bytes, deleted: deleted.length }
  },
})

/** Restores the newest backup into a scratch database and proves it. */
export const drillJob = defineJob({
  name: 'backup.drill',
  title: { en: 'Restore drill', ja: '復元訓練' },
  input: z.object({ backupId: z.string().max(40).optional() }),
  timeoutMs: 6 * HOUR_MS,
  concurrency: 1,
  unique: () => 'drill',
  async run(services, { backupId }, job) {
    const { id, state, errorCode, rtoMs } = await services.backups.drill({
      ...(backupId === undefined ? {} : { backupId }),
      ...{ signal: job.signal, onProgress: teller(job) },
    })
    return { id, state, errorCode, rtoMs }
  },
})

/** Tells without waiting: what is told while the embedded database is taken is written after it. */
function teller(job: JobRun): Progress {
  let telling = false
  return (percent, message) => {
    if (telling) return
    telling = true
    const done = (): void => {
      telling = false
    }
    job.progress(Math.round(percent), message).then(done, done)
  }
}

/** The platform's own jobs about backups, and when they run. */
export function backupWork(services: Pick<Services, 'config' | 'profile'>) {
  const { schedule, drillSchedule } = services.config.backup
  const live = services.profile === 'production' || services.profile === 'staging'
  const cron = schedule ?? (live ? '0 3 * * *' : 'off')
  const drillCron = drillSchedule ?? (live ? '0 4 * * 0' : 'off')
  const schedules: Schedule[] = []
  if (cron !== 'off') {
    schedules.push({ name: 'backup.daily', cron, job: backupJob, input: { reason: 'schedule' } })
  }
  if (drillCron !== 'off') {
    schedules.push({ name: 'backup.drill', cron: drillCron, job: drillJob, input: {} })
  }
  return { jobs: [backupJob, drillJob], schedules }
}
