import { setTimeout as delay } from 'node:timers/promises'
import { type AppDefinition, defineApp } from '../../app/index.ts'
import { testServer } from '../../app/testing.ts'
import type { JobDefinition, Schedule } from '../index.ts'
import type { JobState, JobView } from '../view.ts'

/** A server, with one worker, of an app that has only jobs. */
export async function trialServer(
  jobs: readonly JobDefinition[],
  schedules: readonly Schedule[] = [],
): ReturnType<typeof testServer> {
  return await testServer({ apps: [trialApp(jobs, schedules)] })
}

function trialApp(jobs: readonly JobDefinition[], schedules: readonly Schedule[]): AppDefinition {
  return defineApp({
    name: 'trial',
    title: { en: 'Trial', ja: '試行' },
    description: { en: 'Jobs of a test.', ja: 'テスト用のジョブ。' },
    permissions: {},
    jobs,
    schedules,
  })
}

type Server = Awaited<ReturnType<typeof testServer>>

/** The job once it is in one of the states (by default: once it has ended). */
export async function reach(
  { services }: Pick<Server, 'services'>,
  id: string,
  ...states: JobState[]
): Promise<JobView> {
  const wanted = states.length === 0 ? ['succeeded', 'failed', 'cancelled'] : states
  for await (const job of services.jobs.watch(id, AbortSignal.timeout(20_000))) {
    if (wanted.includes(job.state)) return job
  }
  const job = await services.jobs.get(id)
  throw new Error(`Job is ${job?.state}, not ${wanted.join(' or ')}: ${JSON.stringify(job)}`)
}

export const TITLE = { en: 'Trial', ja: '試行' }
export const OPERATOR = { id: 'operator', email: 'operator@test.example', admin: false }

/** Looks until it holds, for at most ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (await holds()) return
    await delay(25)
  }
  throw new Error(`Never came true: ${holds.toString()}`)
}
