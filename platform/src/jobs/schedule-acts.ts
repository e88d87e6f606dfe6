import { sql } from 'kysely'
import type { Bilingual } from '../config/index.ts'
import { transact } from '../data/index.ts'
import type { JobActor } from './acts.ts'
import type { JobsContext } from './context.ts'
import type { Schedule } from './define-job.ts'
import { insertJobs, newJob } from './enqueue.ts'
import { jobErrors } from './errors.ts'

export type ScheduleView = {
  name: string
  job: string
  title: Bilingual
  cron: string
  timeZone: string
  paused: boolean
  /** Null while paused, and until a worker has computed it. */
  nextAt: Date | null
  lastAt: Date | null
  lastJobId: string | null
}

export type Schedules = {
  list(): Promise<ScheduleView[]>
  pause(name: string, actor: JobActor): Promise<void>
  resume(name: string, actor: JobActor): Promise<void>
  /** Queues its job now, beside its times. */
  runNow(name: string, actor: JobActor): Promise<{ id: string }>
}

export function createSchedules(context: JobsContext): Schedules {
  const demand = (name: string): Schedule => {
    const schedule = context.schedules.get(name)
    if (schedule === undefined) throw jobErrors.JOB_SCHEDULE_NOT_FOUND()
    return schedule
  }
  const record = (action: string, name: string, actor: JobActor) => ({
    actorId: actor.id,
    actorEmail: actor.email,
    action,
    target: `schedule:${name}`,
    ip: actor.ip,
    requestId: actor.requestId,
  })
  const setPaused = async (name: string, paused: boolean, actor: JobActor): Promise<void> => {
    demand(name)
    await transact(context.raw, async (tx) => {
      await sql`update minato.job_schedules set paused = ${paused}, next_at = null
        where name = ${name}`.execute(tx)
      await context.audit.record(
        record(paused ? 'schedule.pause' : 'schedule.resume', name, actor),
        tx,
      )
    })
  }
  return {
    list: () => listSchedules(context),
    pause: (name, actor) => setPaused(name, true, actor),
    resume: (name, actor) => setPaused(name, false, actor),
    async runNow(name, actor) {
      const { job, input } = demand(name)
      const row = newJob(job, input, { ownerId: null })
      const data = { ...row.data, schedule: name }
      return await transact(context.raw, async (tx) => {
        const [id = row.id] = await insertJobs(context, job, [{ ...row, data }], tx)
        await context.audit.record(record('schedule.run', name, actor), tx)
        return { id }
      })
    },
  }
}

/** Schedules that the running release declares, also before a worker has seen them. */
async function listSchedules(context: JobsContext): Promise<ScheduleView[]> {
  const rows = await context.db.selectFrom('minato.job_schedules').selectAll().execute()
  const known = new Map(rows.map((row) => [row.name, row]))
  return [...context.schedules.values()].map(({ name, job, cron, timeZone = 'Asia/Tokyo' }) => {
    const row = known.get(name)
    return {
      name,
      job: job.name,
      title: job.title,
      cron,
      timeZone,
      paused: row?.paused ?? false,
      nextAt: row?.next_at ?? null,
      lastAt: row?.last_at ?? null,
      lastJobId: row?.last_job_id ?? null,
    }
  })
}
