import { CompiledQuery, sql } from 'kysely'
import type { PgBoss } from 'pg-boss'
import type { Claim } from './attempt.ts'
import type { JobsContext } from './context.ts'
import type { JobDefinition } from './define-job.ts'

type Data = { input: unknown }

/** Takes up to `batchSize` jobs of a name: nobody else gets these (SKIP LOCKED), highest priority first. */
export async function fetchJobs(
  context: JobsContext,
  boss: PgBoss,
  { name, ownerConcurrency }: JobDefinition,
  batchSize: number,
): Promise<Claim[]> {
  const fetched =
    ownerConcurrency === undefined
      ? await boss.fetch<Data>(name, { batchSize })
      : await fetchLimited(context, boss, { name, batchSize, ownerConcurrency })
  return fetched.map((job) => ({
    attempt: { name, id: job.id, attempt: job.retryCount + 1 },
    input: job.data.input,
    ownerId: job.groupId ?? null,
  }))
}

/**
 * Two fetches at once would both count the same running jobs: those of one name go one by one. And
 * so do the jobs, since of several pg-boss takes an owner's without regard to priority.
 */
async function fetchLimited(
  context: JobsContext,
  boss: PgBoss,
  options: { name: string; batchSize: number; ownerConcurrency: number },
) {
  const { name, batchSize, ownerConcurrency } = options
  return await context.raw.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('minato.jobs'), hashtext(${name}))`.execute(tx)
    const db = {
      executeSql: async (text: string, values: unknown[] = []) => ({
        rows: (await tx.executeQuery(CompiledQuery.raw(text, values))).rows,
      }),
    }
    const fetched: Awaited<ReturnType<typeof boss.fetch<Data>>> = []
    while (fetched.length < batchSize) {
      const [job] = await boss.fetch<Data>(name, { groupConcurrency: ownerConcurrency, db })
      if (job === undefined) break
      fetched.push(job)
    }
    return fetched
  })
}

/** Names with something to run now, by one query for all of them. */
export async function dueNames(context: JobsContext): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select name from unnest(${[...context.registered.keys()]}::text[]) as n (name)
    where exists (select 1 from pgboss.job_common j where j.name = n.name
      and j.state < 'active' and not j.blocked and j.start_after <= now())`.execute(context.raw)
  return rows.map((row) => row.name)
}
