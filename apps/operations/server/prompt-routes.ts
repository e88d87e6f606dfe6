import type { RouteServer, Services } from '@minato/platform/app'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { laneField, listOf, SMALL_BODY } from './request-shapes.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const
const MANAGE = { permission: 'operations.manage', rate: 'action' } as const
const TEMPLATE_BODY = 64 * 1024

const promptAnswer = z.object({
  name: z.string(),
  version: z.number(),
  template: z.string(),
  builtIn: z.string(),
  inputs: z.array(z.string()),
  cases: z.number(),
  override: z
    .object({
      at: z.date(),
      by: z.string(),
      baseVersion: z.number(),
      diff: z.string(),
      outdated: z.boolean(),
    })
    .nullable(),
})
const changeAnswer = z.object({
  at: z.date(),
  by: z.string(),
  baseVersion: z.number(),
  template: z.string(),
  diff: z.string(),
  withdrawnAt: z.date().nullable(),
  withdrawnBy: z.string().nullable(),
})
const evaluationAnswer = z.object({
  name: z.string(),
  passed: z.number(),
  total: z.number(),
  cases: z.array(
    z.object({
      input: z.unknown(),
      expected: z.string(),
      output: z.string(),
      passed: z.boolean(),
      error: z.string().nullable(),
    }),
  ),
})
const byName = z.object({ name: z.string().max(100) })

/** The wording that apps ask models with. */
export function promptRoutes(server: RouteServer, services: Services): void {
  const { prompts } = services.llm
  server.get(
    '/llm/prompts',
    { config: VIEW, schema: { response: { 200: listOf(promptAnswer) } } },
    async () => ({ items: await prompts.list(), nextCursor: null }),
  )
  server.get(
    '/llm/prompts/:name/history',
    { config: VIEW, schema: { params: byName, response: { 200: listOf(changeAnswer) } } },
    async (request) => ({
      items: await prompts.history(request.params.name),
      nextCursor: null,
    }),
  )
  promptChangeRoutes(server, services)
}

function promptChangeRoutes(server: RouteServer, services: Services): void {
  const { prompts } = services.llm
  server.put(
    '/llm/prompts/:name',
    {
      config: MANAGE,
      bodyLimit: TEMPLATE_BODY,
      schema: {
        params: byName,
        body: z.strictObject({ template: z.string().max(20_000) }),
        response: { 200: promptAnswer },
      },
    },
    async (request) =>
      await prompts.override(request.params.name, request.body.template, actorFor(request)),
  )
  server.delete(
    '/llm/prompts/:name',
    { config: MANAGE, schema: { params: byName, response: { 200: promptAnswer } } },
    async (request) => await prompts.restore(request.params.name, actorFor(request)),
  )
  server.post(
    '/llm/prompts/:name/evaluate',
    {
      config: { permission: 'operations.manage', rate: 'generation' },
      bodyLimit: SMALL_BODY,
      schema: {
        params: byName,
        body: z.strictObject({ lane: laneField.default('main') }),
        response: { 200: evaluationAnswer },
      },
    },
    async (request) => {
      const actor = actorFor(request)
      const { name } = request.params
      const result = await prompts.evaluate(name, { lane: request.body.lane, actor })
      const { id: actorId, email: actorEmail, ip, requestId } = actor
      const { passed, total } = result
      await services.audit.record({
        ...{ actorId, actorEmail, ip, requestId },
        action: 'llm.prompt.evaluate',
        target: `prompt:${name}`,
        metadata: { lane: request.body.lane, passed, total },
      })
      return result
    },
  )
}
