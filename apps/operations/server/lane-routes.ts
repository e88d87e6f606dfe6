import type { RouteServer, Services } from '@minato/platform/app'
import { isLlmError, laneChange } from '@minato/platform/llm'
import { z } from 'zod'
import { actorFor } from './actor.ts'
import { laneField, listOf, SMALL_BODY } from './request-shapes.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const
const MANAGE = { permission: 'operations.manage', rate: 'action' } as const

const words = z.object({ en: z.string(), ja: z.string() })
const laneAnswer = z.object({
  lane: laneField,
  model: z.string(),
  fallback: z.string().nullable(),
  files: z.boolean(),
  images: z.boolean(),
  contextTokens: z.number(),
  maxOutputTokens: z.number(),
  source: z.enum(['configuration', 'operator']),
  updatedAt: z.date().nullable(),
  updatedBy: z.string().nullable(),
})
const noticeAnswer = z.object({ kind: z.string(), detail: z.unknown(), since: z.date() })
const probeAnswer = z.object({
  accepted: z.boolean().nullable(),
  modelExists: z.boolean().nullable(),
  quotaLeft: z.boolean().nullable(),
  model: z.string().nullable(),
  code: z.string().nullable(),
  detail: words,
})

/** Which model serves which lane, and whether the key works. */
export function laneRoutes(server: RouteServer, services: Services): void {
  const { llm } = services
  server.get(
    '/llm/lanes',
    { config: VIEW, schema: { response: { 200: listOf(laneAnswer) } } },
    async () => ({ items: await llm.lanes.list(), nextCursor: null }),
  )
  server.put(
    '/llm/lanes/:lane',
    {
      config: MANAGE,
      bodyLimit: SMALL_BODY,
      schema: {
        params: z.object({ lane: laneField }),
        body: laneChange,
        response: { 200: laneAnswer },
      },
    },
    async (request) => await llm.lanes.set(request.params.lane, request.body, actorFor(request)),
  )
  server.delete(
    '/llm/lanes/:lane',
    {
      config: MANAGE,
      schema: { params: z.object({ lane: laneField }), response: { 200: laneAnswer } },
    },
    async (request) => await llm.lanes.set(request.params.lane, null, actorFor(request)),
  )
  modelRoutes(server, services)
}

function modelRoutes(server: RouteServer, { llm, audit }: Services): void {
  server.get(
    '/llm/models',
    {
      config: VIEW,
      schema: {
        response: {
          200: listOf(
            z.object({ id: z.string(), lanes: z.array(laneField), priced: z.boolean() }),
          ).extend({
            server: z.array(z.string()).nullable().describe('null: the server gives no list'),
          }),
        },
      },
    },
    async () => {
      const [offers, all] = await Promise.all([
        llm.models(),
        llm.serverModels().catch((error: unknown) => {
          if (isLlmError(error)) return null
          throw error
        }),
      ])
      const items = offers.map(({ id, lanes, price }) => ({ id, lanes, priced: price !== null }))
      return { items, nextCursor: null, server: all }
    },
  )
  server.get(
    '/llm/notices',
    { config: VIEW, schema: { response: { 200: listOf(noticeAnswer) } } },
    async () => ({ items: await llm.notices(), nextCursor: null }),
  )
  server.post(
    '/llm/probe',
    {
      config: { permission: 'operations.manage', rate: 'generation' },
      bodyLimit: SMALL_BODY,
      schema: { response: { 200: probeAnswer } },
    },
    async (request) => {
      const result = await llm.probe()
      const { id: actorId, email: actorEmail, ip, requestId } = actorFor(request)
      const metadata = { model: result.model, code: result.code }
      await audit.record({ actorId, actorEmail, ip, requestId, action: 'llm.probe', metadata })
      return result
    },
  )
}
