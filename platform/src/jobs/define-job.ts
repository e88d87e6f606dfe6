import type { z } from 'zod'
import type { Services } from '../app/services.ts'
import type { Bilingual } from '../config/index.ts'
import type { JobRun } from './job-run.ts'

/** How long to wait before another attempt: `firstMs`, then `factor` times as long, up to `maxMs`. */
export type Backoff = { firstMs: number; factor?: number; maxMs?: number }

export type JobDefinition<
  Input extends z.ZodType = z.ZodType,
  Result = unknown,
  AppServices extends Services = Services,
> = {
  /** `<app>.<verb>`; also the name of its queue. */
  name: string
  title: Bilingual
  /** What the job is given, as stored: never secrets, only references and ids. */
  input: Input
  /** After this an attempt is stopped and counts as failed, with the reason JOB_TIMEOUT. */
  timeoutMs: number
  /** Further attempts after one has failed (default 0). A killed worker's attempt is not one of them. */
  retries?: number
  backoff?: Backoff
  /** How many of its jobs one process runs at a time (default 5). */
  concurrency?: number
  /** How many of one owner's jobs run at a time, over all processes. */
  ownerConcurrency?: number
  /** Jobs with the same key are queued or running only once: a second `enqueue` gives the first one's id. */
  unique?(input: z.output<Input>): string
  /** How long a finished job is kept (default 7 days). */
  retentionMs?: number
  run(services: AppServices, input: z.output<Input>, job: JobRun): Promise<Result>
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+$/
const MAX_TIMEOUT_MS = 24 * 3_600_000

/**
 * A kind of work that outlives a request: given an input, it runs in a worker, tells its progress,
 * and can be cancelled, retried and looked at.
 *
 * @example
 * export const install = defineJob({
 *   name: 'mcp-console.install',
 *   title: { en: 'Install a server', ja: 'サーバーの導入' },
 *   input: z.object({ serverId: z.uuid() }),
 *   timeoutMs: 10 * 60_000,
 *   async run(services, { serverId }, job) {
 *     await job.progress(10, { en: 'Pulling the image', ja: 'イメージを取得中' })
 *     return await pull(services, serverId, job.signal)
 *   },
 * })
 * @throws {Error} when the name or a limit is not of the agreed form.
 */
export function defineJob<Input extends z.ZodType, Result, AppServices extends Services = Services>(
  definition: JobDefinition<Input, Result, AppServices>,
): JobDefinition<Input, Result, AppServices> {
  const { name, timeoutMs, retries = 0, concurrency = 1, ownerConcurrency = 1 } = definition
  if (!NAME.test(name)) throw new Error(`Job name "${name}" must be of the form <app>.<verb>.`)
  if (!(timeoutMs >= 1000 && timeoutMs <= MAX_TIMEOUT_MS)) {
    throw new Error(`Job "${name}": timeoutMs must be between a second and a day.`)
  }
  if (!Number.isInteger(retries) || retries < 0 || retries > 100) {
    throw new Error(`Job "${name}": retries must be a whole number from 0 to 100.`)
  }
  for (const limit of [concurrency, ownerConcurrency]) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new Error(`Job "${name}": concurrency must be a whole number of at least 1.`)
    }
  }
  return Object.freeze(definition)
}

/** A job that is queued at set times. */
export type Schedule = {
  /** `<app>.<name>`, unique in the system. */
  name: string
  /** Five fields (minute hour day month weekday), or six with seconds first. */
  cron: string
  /** IANA name (default Asia/Tokyo): business hours are Japan's. */
  timeZone?: string
  job: JobDefinition
  input: unknown
}
