import { sql } from 'kysely'
import type { PgBoss } from 'pg-boss'
import { transact } from '../data/index.ts'
import type { JobsContext } from './context.ts'
import type { Schedule } from './define-job.ts'
import { insertJobs, newJob } from './enqueue.ts'
import { every, type Repeated } from './every.ts'
import type { JobTables } from './tables.ts'

const LOOK_MS = 1000
const DEFAULT_ZONE = 'Asia/Tokyo'

/** The first time of a schedule after now, and after the given one. */
type Next = (schedule: Schedule, after?: Date) => Date | null

/**
 * Queues the jobs of schedules when their time comes: every worker looks, the row's lock lets one of
 * them do it, and the next time is written with the job. What came due while no worker ran is made
 * up for once.
 */
export async function startSchedules(context: JobsContext, boss: PgBoss): Promise<Repeated> {
  const next: Next = ({ cron, timeZone = DEFAULT_ZONE }, after) => {
    // Clocks differ: a time that has been served is never given again.
    const from = new Date(Math.max(Date.now(), after?.getTime() ?? 0))
    return boss.previewSchedule(cron, { tz: timeZone, count: 1, from })[0] ?? null
  }
  for (const schedule of context.schedules.values()) await declare(context, schedule, next)
  return every(LOOK_MS, context.log, 'jobs.schedules_failed', async () => {
    if (context.schedules.size === 0) return
    for (const name of await dueSchedules(context)) {
      const schedule = context.schedules.get(name)
      if (schedule !== undefined) await fire(context, schedule, next)
    }
  })
}

/** A changed expression gets a new time; an unchanged one keeps what is due. */
async function declare(context: JobsContext, schedule: Schedule, next: Next): Promise<void> {
  const { name, cron, timeZone = DEFAULT_ZONE, job, input } = schedule
  newJob(job, input, { ownerId: null })
  await sql`
    insert into minato.job_schedules as s (name, job_name, cron, time_zone, input, next_at)
    values (${name}, ${job.name}, ${cron}, ${timeZone}, ${JSON.stringify(input)}::text::jsonb, ${next(schedule)})
    on conflict (name) do update set job_name = excluded.job_name, cron = excluded.cron,
      time_zone = excluded.time_zone, input = excluded.input,
      next_at = case when s.cron = excluded.cron and s.time_zone = excluded.time_zone
        then coalesce(s.next_at, excluded.next_at) else excluded.next_at end`.execute(context.raw)
}

async function dueSchedules(context: JobsContext): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from minato.job_schedules where name = any(${[...context.schedules.keys()]}::text[])
      and not paused and (next_at is null or next_at <= now())`.execute(context.raw)
  return rows.map((row) => row.name)
}

async function fire(context: JobsContext, schedule: Schedule, next: Next): Promise<void> {
  await transact(context.raw, async (raw) => {
    const tx = raw.withTables<JobTables>()
    const row = await tx
      .selectFrom('minato.job_schedules')
      .select('next_at')
      .where('name', '=', schedule.name)
      .where('paused', '=', false)
      .where(sql<boolean>`(next_at is null or next_at <= now())`)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (row === undefined) return
    const update = tx.updateTable('minato.job_schedules').where('name', '=', schedule.name)
    if (row.next_at === null) {
      await update.set({ next_at: next(schedule) }).execute()
      return
    }
    const key = `${schedule.name}@${row.next_at.toISOString()}`
    const job = newJob(schedule.job, schedule.input, { ownerId: null, key })
    const data = { ...job.data, schedule: schedule.name }
    const [id] = await insertJobs(context, schedule.job, [{ ...job, data }], tx)
    await update
      .set({
        next_at: next(schedule, row.next_at),
        last_at: sql<Date>`now()`,
        last_job_id: id ?? null,
      })
      .execute()
  })
}
