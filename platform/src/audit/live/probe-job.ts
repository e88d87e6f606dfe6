import { z } from 'zod'
import type { Services } from '../../app/services.ts'
import { defineJob } from '../../jobs/index.ts'

/** What the live audit has a worker do, to see that one does. */
export const auditProbeJob = defineJob({
  name: 'minato.audit-probe',
  title: { en: 'Probe of the audit', ja: '監査の試験ジョブ' },
  input: z.object({ word: z.string().max(100) }),
  timeoutMs: 10_000,
  retentionMs: 3_600_000,
  async run(services: Services, { word }, job) {
    await job.progress(50, { en: 'Halfway', ja: '半分まで完了' })
    return { word, pid: process.pid, version: services.version }
  },
})
