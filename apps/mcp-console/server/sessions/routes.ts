import type { RouteServer } from '@minato/platform/app'
import { commonErrors } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { waitForJob } from '../containers/index.ts'
import { recordAct, untilHungUp, vaultOwnerOf } from '../request.ts'
import { assertReferences, referencesIn } from '../secrets/index.ts'
import { createSession } from './create-session.ts'
import { beginEnd } from './end-session.ts'
import { sessionErrors } from './errors.ts'
import { endJob, runJob } from './jobs.ts'
import { listSessions } from './list-sessions.ts'
import { requireRedis } from './require-redis.ts'
import { createBody, limitsBody, runBody } from './schema.ts'
import { ownSession, type Session, sessionTables, touchSession } from './store.ts'
import { runView, sessionView, viewRun, viewSession } from './view.ts'

const READ = { permission: 'mcp-console.view', rate: 'read' } as const
const OPERATE = { permission: 'mcp-console.operate', rate: 'action' } as const
const BODY_BYTES = 256 * 1024
const byId = z.object({ id: z.uuid() })
const byRun = z.object({ id: z.uuid(), runId: z.uuid() })
/** `?async=true`: 202 at once, and a job to follow. */
const timing = z.object({ async: z.enum(['true', 'false']).default('false') })
const accepted = z.object({ sessionId: z.string(), jobId: z.string(), job: z.string() })
const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

/** Isolated sessions. What needs Docker is a worker's: the routes queue it and wait. */
export function sessionRoutes(server: RouteServer, services: ConsoleServices): void {
  readRoutes(server, services)
  createRoute(server, services)
  configRoute(server, services)
  execRoute(server, services)
  deleteRoute(server, services)
}

function readRoutes(server: RouteServer, services: ConsoleServices): void {
  const page = z.object({ items: z.array(sessionView), nextCursor: z.string().nullable() })
  server.get(
    '/sessions',
    { config: READ, schema: { querystring: pageQuery, response: { 200: page } } },
    async (request) => {
      const { userId } = principalOf(request)
      const { items, nextCursor } = await listSessions(services, userId, request.query)
      return { items: items.map((row) => viewSession(row, services.clock())), nextCursor }
    },
  )
  server.get(
    '/sessions/:id',
    { config: READ, schema: { params: byId, response: { 200: sessionView } } },
    async (request) =>
      viewSession(await own(services, request, request.params.id), services.clock()),
  )
  server.get(
    '/sessions/:id/runs/:runId',
    { config: READ, schema: { params: byRun, response: { 200: runView } } },
    async (request) => {
      const { id, runId } = request.params
      await own(services, request, id)
      return await readRun(services, id, runId)
    },
  )
}

function createRoute(server: RouteServer, services: ConsoleServices): void {
  server.post(
    '/sessions',
    {
      config: OPERATE,
      bodyLimit: BODY_BYTES,
      schema: {
        querystring: timing,
        body: createBody,
        response: { 201: sessionView, 202: accepted },
      },
    },
    async (request, reply) => {
      await requireRedis(services)
      const { sessionId, jobId } = await createSession(
        services,
        vaultOwnerOf(request),
        request.body,
      )
      await recordAct(services, request, 'session.create', `session:${sessionId}`)
      if (request.query.async === 'true') return accept(reply, sessionId, jobId)
      await waitForJob(services, jobId, untilHungUp(reply))
      const row = await own(services, request, sessionId)
      return reply.status(201).send(viewSession(row, services.clock()))
    },
  )
}

function configRoute(server: RouteServer, services: ConsoleServices): void {
  server.patch(
    '/sessions/:id/config',
    {
      config: OPERATE,
      bodyLimit: 1024,
      schema: { params: byId, body: limitsBody, response: { 200: sessionView } },
    },
    async (request) => {
      const { id } = request.params
      await requireRedis(services)
      await own(services, request, id)
      const { timeoutSeconds, maxOutputBytes, idleMinutes } = request.body
      await sessionTables(services.db)
        .updateTable('mcp_console.sessions')
        .set({
          last_used_at: new Date(services.clock()),
          ...(timeoutSeconds === undefined ? {} : { timeout_seconds: timeoutSeconds }),
          ...(maxOutputBytes === undefined ? {} : { max_output_bytes: maxOutputBytes }),
          ...(idleMinutes === undefined ? {} : { idle_ms: idleMinutes * 60_000 }),
        })
        .where('id', '=', id)
        .execute()
      await recordAct(services, request, 'session.configure', `session:${id}`, request.body)
      return viewSession(await touchSession(services, id), services.clock())
    },
  )
}

function execRoute(server: RouteServer, services: ConsoleServices): void {
  server.post(
    '/sessions/:id/exec',
    {
      // Arguments may be anybody's data.
      config: { ...OPERATE, sensitive: true },
      bodyLimit: BODY_BYTES,
      schema: {
        params: byId,
        querystring: timing,
        body: runBody,
        response: { 200: runView, 202: accepted },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const run = request.body
      await requireRedis(services)
      const session = await own(services, request, id)
      assertReferences(run)
      if (referencesIn(run).length > 0) {
        throw sessionErrors.MCP_CONSOLE_SESSION_REFERENCE_MISPLACED()
      }
      const timeoutSeconds = run.timeoutSeconds ?? session.timeout_seconds
      await touchSession(services, id)
      const input = { sessionId: id, run: { ...run, timeoutSeconds } }
      const { userId } = principalOf(request)
      const job = await services.jobs.enqueue(runJob, input, { ownerId: userId })
      const what = 'tool' in run ? { tool: run.tool } : { command: run.command[0] }
      await recordAct(services, request, 'session.exec', `session:${id}`, what)
      if (request.query.async === 'true') return accept(reply, id, job.id)
      await waitForJob(services, job.id, untilHungUp(reply))
      return await readRun(services, id, job.id)
    },
  )
}

function deleteRoute(server: RouteServer, services: ConsoleServices): void {
  server.delete(
    '/sessions/:id',
    { config: OPERATE, schema: { params: byId } },
    async (request, reply) => {
      const { id } = request.params
      await own(services, request, id)
      if (await beginEnd(services, id, 'deleted')) {
        const { userId } = principalOf(request)
        const job = await services.jobs.enqueue(endJob, { sessionId: id }, { ownerId: userId })
        await recordAct(services, request, 'session.delete', `session:${id}`)
        await waitForJob(services, job.id, untilHungUp(reply))
      }
      return reply.status(204).send()
    },
  )
}

async function own(
  services: ConsoleServices,
  request: FastifyRequest,
  id: string,
): Promise<Session> {
  return await ownSession(services.db, id, principalOf(request).userId)
}

async function readRun(services: ConsoleServices, sessionId: string, runId: string) {
  const row = await sessionTables(services.db)
    .selectFrom('mcp_console.session_runs')
    .selectAll()
    .where('id', '=', runId)
    .where('session_id', '=', sessionId)
    .executeTakeFirst()
  if (row === undefined) throw commonErrors.NOT_FOUND()
  return viewRun(row)
}

function accept(reply: FastifyReply, sessionId: string, jobId: string) {
  const job = `/api/jobs/${jobId}`
  reply.code(202).header('location', job)
  return { sessionId, jobId, job }
}
