import { sql } from 'kysely'
import type { Database } from '../data/index.ts'

export type EndState = 'succeeded' | 'failed' | 'cancelled'
type Count = { minute: string; name: string; state: EndState; jobs: number; ms: number }

export type Minutes = {
  add(name: string, state: EndState, durationMs: number): void
  /** Writes what was counted since. */
  flush(): Promise<void>
}

const MINUTE_MS = 60_000

/** Counts ended jobs by minute, name and state, and writes the counts now and then: one row for thousands. */
export function createMinutes(db: Database, clock: () => number): Minutes {
  let counts = new Map<string, Count>()
  return {
    add(name, state, durationMs) {
      const minute = new Date(Math.floor(clock() / MINUTE_MS) * MINUTE_MS).toISOString()
      const key = `${minute} ${name} ${state}`
      const count = counts.get(key) ?? { minute, name, state, jobs: 0, ms: 0 }
      count.jobs += 1
      count.ms += Math.round(durationMs)
      counts.set(key, count)
    },
    async flush() {
      if (counts.size === 0) return
      const taken = counts
      counts = new Map()
      await sql`
        insert into minato.job_minutes as m (minute, job_name, state, jobs, total_ms)
        select minute, name, state, jobs, ms
        from json_to_recordset(${JSON.stringify([...taken.values()])}::text::json)
          as c (minute timestamptz, name text, state text, jobs integer, ms bigint)
        order by minute, name, state
        on conflict (minute, job_name, state) do update
          set jobs = m.jobs + excluded.jobs, total_ms = m.total_ms + excluded.total_ms`.execute(db)
    },
  }
}

export type Throughput = { at: Date; succeeded: number; failed: number; cancelled: number }

/** Ended jobs since a moment, in steps of so many minutes; steps without any are left out. */
export async function throughput(
  db: Database,
  options: { since: Date; stepMinutes: number; name?: string | undefined },
): Promise<Throughput[]> {
  const name = options.name ?? null
  const { rows } = await sql<Throughput>`
    select to_timestamp(floor(extract(epoch from minute) / ${options.stepMinutes * 60}::int)
        * ${options.stepMinutes * 60}::int) as at,
      coalesce(sum(jobs) filter (where state = 'succeeded'), 0)::int as succeeded,
      coalesce(sum(jobs) filter (where state = 'failed'), 0)::int as failed,
      coalesce(sum(jobs) filter (where state = 'cancelled'), 0)::int as cancelled
    from minato.job_minutes
    where minute >= ${options.since} and (${name}::text is null or job_name = ${name}::text)
    group by 1 order by 1`.execute(db)
  return rows
}
