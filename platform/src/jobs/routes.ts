import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { openEventStream, principalOf } from '../http/index.ts'
import type { JobActor } from './acts.ts'
import type { Jobs } from './create-jobs.ts'
import { jobErrors } from './errors.ts'
import type { JobView } from './view.ts'

/** Any Fastify instance, whatever type provider its owner chose. */
export type JobsServer = Pick<FastifyInstance, 'withTypeProvider'>

const bilingual = z.object({ en: z.string(), ja: z.string() })
const message = z.union([z.string(), bilingual])
const state = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])

/** A job as `GET /api/jobs/{id}` answers it. */
export const jobAnswer = z.object({
  id: z.string(),
  name: z.string(),
  title: bilingual,
  state,
  progress: z.number(),
  message: bilingual.nullable(),
  timeline: z.array(
    z.object({ at: z.date(), percent: z.number(), message, data: z.unknown().optional() }),
  ),
  result: z.unknown(),
  reason: z.string().nullable(),
  detail: bilingual.nullable(),
  ownerId: z.string().nullable(),
  attempts: z.number(),
  createdAt: z.date(),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
})

const params = z.object({ id: z.string().max(100) })
const READ = { permission: 'signed-in', rate: 'read', tags: ['jobs'] } as const
const ACT = { permission: 'signed-in', rate: 'action', tags: ['jobs'] } as const
const BODY_LIMIT = 1024

/** /api/jobs: one's own jobs; those of everyone for operators. A foreign one is not found. */
export function jobRoutes(server: JobsServer, jobs: Jobs): void {
  const typed = server.withTypeProvider<ZodTypeProvider>()
  const query = z.object({
    state: state.optional(),
    name: z.string().max(100).optional(),
    owner: z.string().max(100).optional().describe('of others: for operators; `me` is oneself'),
    cursor: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(200).optional(),
  })
  const list = z.object({ items: z.array(jobAnswer), nextCursor: z.string().nullable() })
  typed.get(
    '/api/jobs',
    { config: READ, schema: { querystring: query, response: { 200: list } } },
    async (request) => {
      const { owner, ...filter } = request.query
      const { userId } = principalOf(request)
      const ownerId = mayView(request) && owner !== 'me' ? owner : userId
      return await jobs.list({ ...filter, ownerId })
    },
  )
  typed.get(
    '/api/jobs/:id',
    { config: READ, schema: { params, response: { 200: jobAnswer } } },
    async (request) => await visible(jobs, request, request.params.id),
  )
  typed.post(
    '/api/jobs/:id/cancel',
    { config: ACT, bodyLimit: BODY_LIMIT, schema: { params, response: { 200: jobAnswer } } },
    async (request) => {
      const job = await changeable(jobs, request, request.params.id)
      return await jobs.cancel(job.id, actorOf(request))
    },
  )
  typed.post(
    '/api/jobs/:id/retry',
    { config: ACT, bodyLimit: BODY_LIMIT, schema: { params, response: { 200: jobAnswer } } },
    async (request) => {
      const job = await changeable(jobs, request, request.params.id)
      return await jobs.retry(job.id, actorOf(request))
    },
  )
  typed.get(
    '/api/jobs/:id/stream',
    { config: READ, schema: { params } },
    async (request, reply) => {
      const { id } = await visible(jobs, request, request.params.id)
      const stream = openEventStream(request, reply)
      for await (const job of jobs.watch(id, stream.signal)) {
        stream.send({ event: 'job', data: job })
      }
      stream.end()
    },
  )
}

function mayView(request: FastifyRequest): boolean {
  return principalOf(request).permissions.has('jobs.view')
}

async function visible(jobs: Jobs, request: FastifyRequest, id: string): Promise<JobView> {
  const job = await jobs.get(id)
  const own = job?.ownerId === principalOf(request).userId
  if (job === undefined || !(own || mayView(request))) throw jobErrors.JOB_NOT_FOUND()
  return job
}

async function changeable(jobs: Jobs, request: FastifyRequest, id: string): Promise<JobView> {
  const job = await visible(jobs, request, id)
  const { userId, permissions } = principalOf(request)
  if (job.ownerId !== userId && !permissions.has('jobs.manage')) throw jobErrors.JOB_NOT_FOUND()
  return job
}

function actorOf(request: FastifyRequest): JobActor {
  const { userId, email } = principalOf(request)
  return { id: userId, email, ip: request.ip, requestId: request.id }
}
