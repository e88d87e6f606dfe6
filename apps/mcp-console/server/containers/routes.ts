import type { RouteServer } from '@minato/platform/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { recordAct, untilHungUp, vaultOwnerOf } from '../request.ts'
import { deleteServer, restartServer, startServer, stopServer } from './acts.ts'
import { installRoutes } from './install-routes.ts'
import { changeJob } from './jobs.ts'
import { logRoutes } from './log-routes.ts'
import { savedSpec, serverSpec } from './spec.ts'
import { statsRoutes } from './stats-routes.ts'
import { containerOf, listContainers } from './store.ts'
import { containerView, viewContainer, viewContainers } from './view.ts'
import { waitForJob } from './wait-for-job.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const INSPECT = { permission: 'mcp-console.operate', rate: 'read' } as const
const OPERATE = { permission: 'mcp-console.operate', rate: 'action' } as const
const byId = z.object({ id: z.uuid() })

/** Containers: see, install, start, stop, change, delete, logs, load. */
export function containerRoutes(server: RouteServer, services: ConsoleServices): void {
  installRoutes(server, services)
  readRoutes(server, services)
  actRoutes(server, services)
  logRoutes(server, services)
  statsRoutes(server, services)
}

function readRoutes(server: RouteServer, services: ConsoleServices): void {
  const list = z.object({ items: z.array(containerView), nextCursor: z.null() })
  server.get('/containers', { config: READ, schema: { response: { 200: list } } }, async () => ({
    items: await viewContainers(services, await listContainers(services)),
    nextCursor: null,
  }))
  server.get(
    '/containers/:id',
    { config: READ, schema: { params: byId, response: { 200: containerView } } },
    async (request) =>
      await viewContainer(services, await containerOf(services, request.params.id)),
  )
  const config = z.object({ id: z.string(), name: z.string(), config: serverSpec })
  server.get(
    '/containers/:id/config',
    { config: INSPECT, schema: { params: byId, response: { 200: config } } },
    async (request) => {
      const row = await containerOf(services, request.params.id)
      return { id: row.id, name: row.name, config: savedSpec(row.config) }
    },
  )
}

function actRoutes(server: RouteServer, services: ConsoleServices): void {
  for (const act of ['start', 'stop', 'restart'] as const) {
    server.post(
      `/containers/:id/${act}`,
      {
        config: OPERATE,
        bodyLimit: 1024,
        schema: { params: byId, response: { 200: containerView } },
      },
      async (request, reply) => {
        const { id } = request.params as z.infer<typeof byId>
        await perform(services, request, reply, { act, id })
        await recordAct(services, request, `container.${act}`, `container:${id}`)
        return await viewContainer(services, await containerOf(services, id))
      },
    )
  }
  server.delete(
    '/containers/:id',
    { config: OPERATE, schema: { params: byId, response: { 204: z.null() } } },
    async (request, reply) => {
      const { id } = request.params
      await deleteServer(services, id)
      await recordAct(services, request, 'container.delete', `container:${id}`)
      return reply.code(204).send(null)
    },
  )
}

/** Secrets as files are written where Docker is: that is a worker's. */
async function perform(
  services: ConsoleServices,
  request: FastifyRequest,
  reply: FastifyReply,
  { act, id }: { act: 'start' | 'stop' | 'restart'; id: string },
): Promise<void> {
  const who = vaultOwnerOf(request)
  if (act === 'stop') {
    await stopServer(services, id)
    return
  }
  const { delivery } = await containerOf(services, id)
  if (services.role === 'web' && delivery === 'file') {
    const input = { act, containerId: id, who }
    const job = await services.jobs.enqueue(changeJob, input, { ownerId: who.userId })
    await waitForJob(services, job.id, untilHungUp(reply))
    return
  }
  await (act === 'start' ? startServer : restartServer)(services, who, id)
}
