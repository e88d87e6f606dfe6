import type { RouteServer, Services } from '@minato/platform/app'
import { auditedBy } from '@minato/platform/http'
import { z } from 'zod'
import { operationsErrors } from './errors.ts'
import { listOf, nothing, SMALL_BODY } from './request-shapes.ts'
import { callSandbox, readSandbox } from './sandbox-control.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const
const MANAGE = { permission: 'operations.manage', rate: 'action' } as const

const words = z.object({ en: z.string(), ja: z.string() })
const anything = z.record(z.string(), z.unknown())
const active = z.object({
  scenario: z.string(),
  remaining: z.number().nullable(),
  options: anything,
  match: z.record(z.string(), z.string()),
})
const serviceAnswer = z.object({
  service: z.string(),
  title: words,
  matches: z.array(z.string()),
  scenarios: z.array(z.object({ name: z.string(), title: words, does: anything })),
  active,
})
type Service = z.infer<typeof serviceAnswer>

const requestAnswer = z.object({
  id: z.number(),
  at: z.string(),
  service: z.string(),
  method: z.string(),
  path: z.string(),
  scenario: z.string(),
  status: z.number().nullable(),
  outcome: z.enum(['running', 'completed', 'failed', 'aborted']),
  detail: anything,
})

const changeBody = z.strictObject({
  scenario: z.string().max(60),
  count: z.number().int().min(1).max(1_000_000).optional().describe('for so many requests only'),
  options: anything.optional(),
  match: z.record(z.string(), z.string().max(500)).optional(),
})

/** How the stand-ins behave, and what they were asked. */
export function sandboxRoutes(server: RouteServer, services: Services): void {
  server.get(
    '/sandbox',
    {
      config: VIEW,
      schema: {
        response: {
          200: z.object({
            state: z.record(z.string(), z.number()),
            items: z.array(serviceAnswer),
            nextCursor: z.null(),
          }),
        },
      },
    },
    async () => {
      const [items, state] = await Promise.all([
        listServices(services),
        readSandbox<Record<string, unknown>>(services, '/state'),
      ])
      return { state: countsOf(state), items, nextCursor: null }
    },
  )
  server.get(
    '/sandbox/requests',
    {
      config: VIEW,
      schema: {
        querystring: z.object({ service: z.string().max(60).optional() }),
        response: { 200: listOf(requestAnswer) },
      },
    },
    async ({ query: { service } }) => {
      const search = service === undefined ? '' : `?${new URLSearchParams({ service })}`
      const { requests } = await readSandbox<{ requests: z.infer<typeof requestAnswer>[] }>(
        services,
        `/requests${search}`,
      )
      return { items: requests.reverse(), nextCursor: null }
    },
  )
  changeRoutes(server, services)
}

/** How many mails, files, requests there are; what a stand-in tells beside is not for this page. */
function countsOf(state: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(state).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  )
}

async function listServices(services: Services): Promise<Service[]> {
  return (await readSandbox<{ services: Service[] }>(services, '/scenarios')).services
}

function changeRoutes(server: RouteServer, services: Services): void {
  server.put(
    '/sandbox/scenarios/:service',
    {
      config: MANAGE,
      bodyLimit: SMALL_BODY,
      schema: {
        params: z.object({ service: z.string().max(60) }),
        body: changeBody,
        response: { 200: active },
      },
    },
    async (request) => {
      const { service } = request.params
      await refuseUnknown(services, service, request.body.scenario)
      const response = await callSandbox(services, `/scenarios/${encodeURIComponent(service)}`, {
        method: 'PUT',
        body: request.body,
      })
      if (!response.ok) {
        const { detail = '' } = (await response.json()) as { detail?: string }
        throw operationsErrors.OPERATIONS_SCENARIO_REFUSED({ reason: detail })
      }
      await services.audit.record({
        ...auditedBy(request),
        action: 'sandbox.set-scenario',
        target: `sandbox:${service}`,
        metadata: request.body,
      })
      return (await response.json()) as z.infer<typeof active>
    },
  )
  server.post(
    '/sandbox/reset',
    { config: MANAGE, bodyLimit: SMALL_BODY, schema: { response: { 204: nothing } } },
    async (request, reply) => {
      await (await callSandbox(services, '/reset', { method: 'POST' })).body?.cancel()
      const entry = { action: 'sandbox.reset', target: 'sandbox:all' }
      await services.audit.record({ ...auditedBy(request), ...entry })
      return reply.code(204).send(null)
    },
  )
}

async function refuseUnknown(services: Services, name: string, scenario: string): Promise<void> {
  const all = await listServices(services)
  const service = all.find((candidate) => candidate.service === name)
  if (service?.scenarios.some((candidate) => candidate.name === scenario)) return
  const known =
    service === undefined
      ? all.map((candidate) => candidate.service)
      : service.scenarios.map((candidate) => candidate.name)
  throw operationsErrors.OPERATIONS_SCENARIO_UNKNOWN({ known: known.join(', ') })
}
