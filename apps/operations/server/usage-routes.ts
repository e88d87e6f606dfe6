import type { RouteServer, Services } from '@minato/platform/app'
import { z } from 'zod'
import { endOf, startOf } from './audit-routes.ts'
import { operationsErrors } from './errors.ts'
import { listOf, moment, paging } from './request-shapes.ts'
import { emailsOf } from './user-names.ts'

const VIEW = { permission: 'operations.view', rate: 'read' } as const
const DAY_MS = 86_400_000
const MAX_DAYS = 400
const DEFAULT_DAYS = 30
/** Each row's user is looked up; nobody reads further than this. */
const MAX_USERS = 50

const rowAnswer = z.object({
  key: z.string(),
  label: z.string(),
  calls: z.number(),
  failed: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
  unpriced: z.number(),
  p50FirstTokenMs: z.number().nullable(),
  p95DurationMs: z.number().nullable(),
})

const ledgerAnswer = z.object({
  id: z.number(),
  at: z.date(),
  userId: z.string(),
  user: z.string(),
  app: z.string(),
  purpose: z.string(),
  lane: z.string().nullable(),
  model: z.string(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.number(),
  priceKnown: z.boolean(),
  cached: z.boolean(),
  durationMs: z.number(),
  firstTokenMs: z.number().nullable(),
  outcome: z.string(),
})

const reportQuery = z.object({
  by: z.enum(['day', 'user', 'model', 'app', 'purpose', 'lane', 'outcome']).default('day'),
  from: moment.optional(),
  to: moment.optional(),
  userId: z.string().max(100).optional(),
  model: z.string().max(200).optional(),
  app: z.string().max(100).optional(),
})

/** What the models cost, by whatever question is asked. */
export function usageRoutes(server: RouteServer, services: Services): void {
  const { llm, clock } = services
  server.get(
    '/llm/usage',
    {
      config: VIEW,
      schema: {
        querystring: reportQuery,
        response: { 200: listOf(rowAnswer).extend({ from: z.date(), to: z.date() }) },
      },
    },
    async ({ query: { by, from, to, ...only } }) => {
      const range = rangeOf(from, to, clock())
      const given = Object.entries(only).filter(([, value]) => value !== undefined)
      const filter = { ...range, ...Object.fromEntries(given) }
      const limit = by === 'user' ? { limit: MAX_USERS } : {}
      const rows = await llm.usage.report(by, { ...filter, ...limit })
      const emails = await emailsOf(services, by === 'user' ? rows.map(({ key }) => key) : [])
      const items = rows.map((row) => ({ ...row, label: emails.get(row.key) ?? row.key }))
      return { ...range, items, nextCursor: null }
    },
  )
  server.get(
    '/llm/ledger',
    {
      config: VIEW,
      schema: {
        querystring: z.object({ userId: z.string().max(100).optional(), ...paging }),
        response: { 200: listOf(ledgerAnswer) },
      },
    },
    async ({ query: { userId, cursor, limit } }) => {
      const page = await llm.usage.ledger({
        ...(userId === undefined ? {} : { userId }),
        ...(cursor === undefined ? {} : { cursor }),
        limit: limit ?? 50,
      })
      const emails = await emailsOf(
        services,
        page.items.map((row) => row.userId),
      )
      const items = page.items.map((row) => ({
        ...row,
        user: emails.get(row.userId) ?? row.userId,
      }))
      return { items, nextCursor: page.nextCursor }
    },
  )
}

function rangeOf(from: string | undefined, to: string | undefined, now: number) {
  const end = to === undefined ? new Date(now + 1) : endOf(to)
  const start = from === undefined ? new Date(end.getTime() - DEFAULT_DAYS * DAY_MS) : startOf(from)
  const days = (end.getTime() - start.getTime()) / DAY_MS
  if (days <= 0 || days > MAX_DAYS)
    throw operationsErrors.OPERATIONS_RANGE_WRONG({ days: MAX_DAYS })
  return { from: start, to: end }
}
