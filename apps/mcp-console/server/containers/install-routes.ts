import type { RouteServer } from '@minato/platform/app'
import { transact } from '@minato/platform/data'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { recordAct, untilHungUp, vaultOwnerOf } from '../request.ts'
import { takeContainer } from './acts.ts'
import { changeJob, installJob } from './jobs.ts'
import { assertNameIsFree, assertSpec, reserveContainer, withFreeName } from './reserve.ts'
import { type ServerSpec, savedSpec, serverSpec } from './spec.ts'
import { containerOf, containerTables } from './store.ts'
import { type ContainerView, containerView, viewContainer } from './view.ts'
import { waitForJob } from './wait-for-job.ts'

const OPERATE = { permission: 'mcp-console.operate', rate: 'action' } as const
const BODY_BYTES = 256 * 1024
const byId = z.object({ id: z.uuid() })
/** `?async=true`: 202 at once, and a job to follow. Otherwise the answer comes when the work has ended. */
const timing = z.object({ async: z.enum(['true', 'false']).default('false') })

const accepted = z.object({
  containerId: z.string(),
  jobId: z.string(),
  /** Where the job is. */
  job: z.string(),
})
type Accepted = z.infer<typeof accepted>

/** What makes a container: install, edit, recreate. */
export function installRoutes(server: RouteServer, services: ConsoleServices): void {
  const install = {
    config: OPERATE,
    bodyLimit: BODY_BYTES,
    schema: {
      querystring: timing,
      body: serverSpec,
      response: { 201: containerView, 202: accepted },
    },
  }
  for (const path of ['/containers', '/containers/install'] as const) {
    server.post(path, install, async (request, reply) => {
      const started = await startInstall(services, request, request.body)
      await recordAct(services, request, 'container.install', `container:${started.containerId}`, {
        name: request.body.name,
        image: request.body.image,
      })
      return await answer(services, reply, started, { async: request.query.async, status: 201 })
    })
  }
  changeRoutes(server, services)
}

function changeRoutes(server: RouteServer, services: ConsoleServices): void {
  const response = { 200: containerView, 202: accepted }
  server.put(
    '/containers/:id/config',
    {
      config: OPERATE,
      bodyLimit: BODY_BYTES,
      schema: { params: byId, querystring: timing, body: serverSpec, response },
    },
    async (request, reply) => {
      const { id } = request.params
      const started = await startRecreate(services, request, id, request.body)
      await recordAct(services, request, 'container.edit', `container:${id}`, {
        name: request.body.name,
      })
      return await answer(services, reply, started, { async: request.query.async, status: 200 })
    },
  )
  server.post(
    '/containers/:id/recreate',
    { config: OPERATE, bodyLimit: 1024, schema: { params: byId, querystring: timing, response } },
    async (request, reply) => {
      const { id } = request.params
      const saved = savedSpec((await containerOf(services, id)).config)
      const started = await startRecreate(services, request, id, saved)
      await recordAct(services, request, 'container.recreate', `container:${id}`)
      return await answer(services, reply, started, { async: request.query.async, status: 200 })
    },
  )
}

/** Name and job together, or neither. */
async function startInstall(
  services: ConsoleServices,
  request: FastifyRequest,
  spec: ServerSpec,
): Promise<Accepted> {
  await assertSpec(services, spec)
  const who = vaultOwnerOf(request)
  return await withFreeName(services, spec, async () => {
    await assertNameIsFree(services, spec)
    return await transact(services.db, async (transaction) => {
      const { id: containerId } = await reserveContainer(services, who.userId, spec, {
        db: transaction,
      })
      const input = { containerId, who, spec }
      const job = await services.jobs.enqueue(installJob, input, {
        ownerId: who.userId,
        transaction,
      })
      await containerTables(transaction)
        .updateTable('mcp_console.containers')
        .set({ job_id: job.id })
        .where('id', '=', containerId)
        .execute()
      return acceptedJob(containerId, job.id)
    })
  })
}

async function startRecreate(
  services: ConsoleServices,
  request: FastifyRequest,
  id: string,
  spec: ServerSpec,
): Promise<Accepted> {
  await assertSpec(services, spec)
  const who = vaultOwnerOf(request)
  return await transact(services.db, async (transaction) => {
    await takeContainer({ ...services, db: transaction }, id, 'installing')
    const input = { act: 'recreate' as const, containerId: id, who, spec }
    const job = await services.jobs.enqueue(changeJob, input, {
      ownerId: who.userId,
      transaction,
    })
    await containerTables(transaction)
      .updateTable('mcp_console.containers')
      .set({ job_id: job.id })
      .where('id', '=', id)
      .execute()
    return acceptedJob(id, job.id)
  })
}

function acceptedJob(containerId: string, jobId: string): Accepted {
  return { containerId, jobId, job: `/api/jobs/${jobId}` }
}

/** 202 with the job, or the container when the job has ended. */
async function answer(
  services: ConsoleServices,
  reply: FastifyReply,
  started: Accepted,
  how: { async: 'true' | 'false'; status: 200 | 201 },
): Promise<ContainerView | Accepted> {
  if (how.async === 'true') {
    reply.code(202).header('location', started.job)
    return started
  }
  await waitForJob(services, started.jobId, untilHungUp(reply))
  reply.code(how.status)
  return await viewContainer(services, await containerOf(services, started.containerId))
}
