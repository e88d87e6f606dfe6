import { z } from 'zod'
import type { Services } from '../app/services.ts'
import { defineOperation, type OperationContext } from './operation.ts'

const id = z.object({ id: z.string().max(100) })
const name = z.object({ name: z.string().max(100) })

/** A process that only runs a command has not heard yet what the apps declare. */
function jobsOf(services: Services, { apps }: OperationContext): Services['jobs'] {
  const { jobs } = services
  if (jobs.names().length === 0) for (const app of apps) jobs.register(app, () => services)
  return jobs
}

const actorOf = ({ actor }: OperationContext) => ({ id: actor.kind })

/** What `minato jobs` does: the same as an operator's pages. */
export const jobOperations = [
  defineOperation({
    name: 'jobs.list',
    input: z.object({
      state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']).optional(),
      name: z.string().max(100).optional(),
      owner: z.string().max(254).optional(),
      limit: z.number().int().min(1).max(200).optional(),
    }),
    run: async (services, { owner, ...filter }, context) => {
      const found = owner?.includes('@') ? await services.auth.users.find(owner) : undefined
      const ownerId = found === undefined ? owner : (found?.id ?? 'nobody')
      return await jobsOf(services, context).list({ ...filter, ownerId })
    },
  }),
  defineOperation({
    name: 'jobs.show',
    input: id,
    run: async (services, input, context) => {
      const jobs = jobsOf(services, context)
      const job = await jobs.get(input.id)
      return job === undefined ? null : { ...job, log: await jobs.log(input.id) }
    },
  }),
  defineOperation({
    name: 'jobs.cancel',
    input: id,
    run: (services, input, context) => jobsOf(services, context).cancel(input.id, actorOf(context)),
  }),
  defineOperation({
    name: 'jobs.retry',
    input: id,
    run: (services, input, context) => jobsOf(services, context).retry(input.id, actorOf(context)),
  }),
  defineOperation({
    name: 'jobs.discard',
    input: id,
    run: async (services, input, context) =>
      await jobsOf(services, context).discard(input.id, actorOf(context)),
  }),
  defineOperation({
    name: 'jobs.retry-failed',
    input: name,
    run: (services, input, context) =>
      jobsOf(services, context).retryFailed(input.name, actorOf(context)),
  }),
  defineOperation({
    name: 'jobs.workers',
    input: z.object({}),
    run: (services, _input, context) => jobsOf(services, context).workers(),
  }),
  defineOperation({
    name: 'jobs.schedules',
    input: z.object({}),
    run: (services, _input, context) => jobsOf(services, context).schedules.list(),
  }),
  defineOperation({
    name: 'jobs.schedule',
    input: name.extend({ act: z.enum(['pause', 'resume', 'run']) }),
    run: async (services, input, context) => {
      const { schedules } = jobsOf(services, context)
      if (input.act === 'run') return await schedules.runNow(input.name, actorOf(context))
      await schedules[input.act](input.name, actorOf(context))
      return null
    },
  }),
]
