import { type QueryExecutorProvider, sql } from 'kysely'
import type { z } from 'zod'
import type { Services } from '../app/services.ts'
import type { Bilingual } from '../config/index.ts'
import { cancelJob, type JobActor, retryJob } from './acts.ts'
import type { JobsContext, JobsDeps } from './context.ts'
import { discardJob, retryFailed } from './dead-letters.ts'
import type { JobDefinition, Schedule } from './define-job.ts'
import { type EnqueueOptions, insertJobs, newJob } from './enqueue.ts'
import { type JobFilter, type JobPage, listJobs } from './list.ts'
import { type JobLogEntry, jobLog, listWorkers, type WorkerView } from './looks.ts'
import { jobMetrics } from './metrics.ts'
import { createMinutes, type Throughput, throughput } from './minutes.ts'
import { type JobsServer, jobRoutes } from './routes.ts'
import { createSchedules, type Schedules } from './schedule-acts.ts'
import type { JobTables } from './tables.ts'
import { findJob, type JobView } from './view.ts'
import { createWatching } from './watch.ts'
import { startWorker, type Worker } from './worker.ts'

export type Jobs = {
  /**
   * Puts a job into the queue, within the caller's transaction where one is given.
   *
   * @example
   * const { id } = await services.jobs.enqueue(install, { serverId }, { ownerId: principal.userId })
   * @throws {MinatoError} JOB_INPUT_INVALID, JOB_INPUT_TOO_LARGE, JOB_UNKNOWN.
   */
  enqueue<Input extends z.ZodType, Result, App extends Services>(
    job: JobDefinition<Input, Result, App>,
    input: z.input<Input>,
    options: EnqueueOptions,
  ): Promise<{ id: string }>
  /** Many at once, in one statement. */
  enqueueAll<Input extends z.ZodType, Result, App extends Services>(
    job: JobDefinition<Input, Result, App>,
    items: readonly { input: z.input<Input>; key?: string; priority?: number; startAfter?: Date }[],
    options: { ownerId: string | null; transaction?: QueryExecutorProvider },
  ): Promise<{ ids: string[] }>
  get(id: string): Promise<JobView | undefined>
  /** Newest first, without timelines. */
  list(filter: JobFilter): Promise<JobPage>
  cancel(id: string, actor: JobActor): Promise<JobView>
  retry(id: string, actor: JobActor): Promise<JobView>
  /** Queues failed jobs of a name again, at most a thousand; gives how many. */
  retryFailed(name: string, actor: JobActor): Promise<number>
  /** Removes a job that failed or was cancelled. */
  discard(id: string, actor: JobActor): Promise<void>
  /** What the apps declare. */
  names(): { name: string; title: Bilingual }[]
  /** The job now and after every change, until it has ended or `signal` is aborted. */
  watch(id: string, signal: AbortSignal): AsyncIterable<JobView>
  /** What an app declares; the platform calls it once an app, before anything runs. */
  register(
    app: {
      jobs?: readonly JobDefinition[] | undefined
      schedules?: readonly Schedule[] | undefined
    },
    services: () => Services,
  ): void
  /** Makes the queues of what is registered. Needs the migrations. */
  prepare(): Promise<void>
  schedules: Schedules
  /** How many jobs ended how, by time: for charts. */
  throughput(options: {
    since: Date
    stepMinutes: number
    name?: string | undefined
  }): Promise<Throughput[]>
  /** Worker processes, also such as have fallen silent within the last day. */
  workers(): Promise<WorkerView[]>
  /** What the job wrote with `job.log`, oldest first; sanitized. */
  log(id: string): Promise<JobLogEntry[]>
  /** Runs jobs in this process until the worker is stopped; those named in `without` are left to others. */
  startWorker(options?: { without?: ReadonlySet<string> }): Promise<Worker>
  routes(server: JobsServer): void
}

/** Durable work on pg-boss: what an app may do with it is `Jobs`. */
export function createJobs(deps: JobsDeps): Jobs {
  const minutes = createMinutes(deps.db, deps.clock)
  const context: JobsContext = {
    ...deps,
    raw: deps.db,
    db: deps.db.withTables<JobTables>(),
    registered: new Map(),
    schedules: new Map(),
    metrics: jobMetrics(deps.metrics),
    ended: minutes.add,
  }
  const jobs: Jobs = {
    async enqueue(job, input, { transaction, ...options }) {
      const rows = [newJob(job, input, options)]
      const [id] = await insertJobs(context, job as JobDefinition, rows, transaction)
      return { id: id ?? '' }
    },
    async enqueueAll(job, items, { ownerId, transaction }) {
      const rows = items.map(({ input, ...item }) => newJob(job, input, { ...item, ownerId }))
      return { ids: await insertJobs(context, job as JobDefinition, rows, transaction) }
    },
    get: (id) => findJob(context, id),
    list: (filter) => listJobs(context, filter),
    cancel: (id, actor) => cancelJob(context, id, actor),
    retry: (id, actor) => retryJob(context, id, actor),
    retryFailed: (name, actor) => retryFailed(context, name, actor),
    discard: (id, actor) => discardJob(context, id, actor),
    names: () =>
      [...context.registered.values()].map(({ definition: { name, title } }) => ({ name, title })),
    watch: createWatching(context),
    register: (app, services) => register(context, app, services),
    prepare: () => prepareQueues(context),
    startWorker: ({ without } = {}) => startWorker(context, minutes.flush, without),
    schedules: createSchedules(context),
    throughput: (options) => throughput(context.raw, options),
    workers: () => listWorkers(context),
    log: (id) => jobLog(context, id),
    routes: (server) => jobRoutes(server, jobs),
  }
  return jobs
}

function register(
  context: JobsContext,
  app: Parameters<Jobs['register']>[0],
  services: () => Services,
): void {
  for (const definition of app.jobs ?? []) {
    if (context.registered.has(definition.name))
      throw new Error(`Two apps declare the job "${definition.name}".`)
    context.registered.set(definition.name, { definition, services })
  }
  for (const schedule of app.schedules ?? []) {
    if (context.schedules.has(schedule.name))
      throw new Error(`Two apps declare the schedule "${schedule.name}".`)
    if (!context.registered.has(schedule.job.name))
      throw new Error(`Schedule "${schedule.name}" is of a job that its app does not declare.`)
    context.schedules.set(schedule.name, schedule)
  }
}

/** One pg-boss queue a job name: rows of a name without one are refused by the database. */
async function prepareQueues(context: JobsContext): Promise<void> {
  const queues = [...context.registered.values()].map(({ definition }) => ({
    name: definition.name,
    policy: definition.unique === undefined ? 'standard' : 'exclusive',
  }))
  await sql`
    select pgboss.create_queue(q.name, jsonb_build_object('policy', q.policy))
    from json_to_recordset(${JSON.stringify(queues)}::text::json) as q (name text, policy text)
    where not exists (select 1 from pgboss.queue o where o.name = q.name)`.execute(context.raw)
  await sql`
    update pgboss.queue o set policy = q.policy
    from json_to_recordset(${JSON.stringify(queues)}::text::json) as q (name text, policy text)
    where o.name = q.name and o.policy <> q.policy`.execute(context.raw)
}
