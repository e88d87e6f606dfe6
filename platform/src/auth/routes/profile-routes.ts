import { z } from 'zod'
import { createApiKey, listApiKeys, revokeApiKey } from '../api-keys.ts'
import { authErrors } from '../errors.ts'
import { endSessionsOfSelf } from '../own-sessions.ts'
import { updateProfile } from '../profile.ts'
import { listSessions, revokeSession } from '../sessions.ts'
import { userOrUnknown } from '../users.ts'
import {
  actorFor,
  BODY_LIMIT,
  callerOf,
  clearCookie,
  idParams,
  localeField,
  nameField,
  nothing,
  type RouteDeps,
  type RouteServer,
  timestamp,
} from './route-server.ts'
import { answerOf, userAnswer } from './user-answer.ts'

const mine = { permission: 'signed-in', rate: 'action', session: true, tags: ['auth'] } as const
const reading = { ...mine, rate: 'read' } as const
const DAY_MS = 86_400_000
const UNKNOWN_ZONE = {
  message: 'must be a time zone such as Asia/Tokyo',
  params: { ja: 'Asia/Tokyo のようなタイムゾーンで指定してください' },
}

/** One's own profile, sessions and API keys. */
export function profileRoutes(server: RouteServer, deps: RouteDeps): void {
  profileRoute(server, deps)
  sessionRoutes(server, deps)
  keyRoutes(server, deps)
}

function profileRoute(server: RouteServer, { context }: RouteDeps): void {
  server.get(
    '/profile',
    { config: { ...reading, session: false }, schema: { response: { 200: userAnswer } } },
    async (request) =>
      await answerOf(context, await userOrUnknown(context, callerOf(request).userId)),
  )
  server.patch(
    '/profile',
    {
      config: mine,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.strictObject({
          name: nameField.optional(),
          locale: localeField.optional(),
          timeZone: z.string().max(64).refine(isTimeZone, UNKNOWN_ZONE).optional(),
        }),
        response: { 200: userAnswer },
      },
    },
    async (request) => {
      const user = await updateProfile(context, callerOf(request).userId, request.body)
      return await answerOf(context, user)
    },
  )
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false // RangeError: not a zone of the IANA database
  }
}

const sessionRow = z.object({
  id: z.uuid(),
  current: z.boolean(),
  createdAt: timestamp,
  lastActiveAt: timestamp,
  expiresAt: timestamp,
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
})

function sessionRoutes(server: RouteServer, { context, cookies }: RouteDeps): void {
  server.get(
    '/sessions',
    {
      config: reading,
      schema: {
        response: { 200: z.object({ items: z.array(sessionRow), nextCursor: z.null() }) },
      },
    },
    async (request) => {
      const { userId, sessionId } = callerOf(request)
      const sessions = await listSessions(context, userId)
      const items = sessions.map((row) => ({
        ...row,
        current: row.id === sessionId,
        createdAt: row.createdAt.toISOString(),
        lastActiveAt: row.lastActiveAt.toISOString(),
        expiresAt: row.expiresAt.toISOString(),
      }))
      return { items, nextCursor: null }
    },
  )
  server.delete(
    '/sessions/:id',
    { config: mine, schema: { params: idParams, response: { 204: nothing } } },
    async (request, reply) => {
      const { userId, sessionId } = callerOf(request)
      const { id } = request.params
      const revoked = await revokeSession(context, id, userId, 'revoked', actorFor(request))
      if (!revoked) throw authErrors.AUTH_UNKNOWN({ what: 'session' })
      if (id === sessionId) clearCookie(reply, cookies.session, cookies)
      return reply.code(204).send(null)
    },
  )
  server.delete(
    '/sessions',
    { config: mine, schema: { response: { 204: nothing } } },
    async (request, reply) => {
      await endSessionsOfSelf(context, actorFor(request), callerOf(request).sessionId)
      return reply.code(204).send(null)
    },
  )
}

const keyRow = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.string()).nullable(),
  createdAt: timestamp,
  expiresAt: timestamp,
  lastUsedAt: timestamp.nullable(),
})

function keyRoutes(server: RouteServer, { context }: RouteDeps): void {
  server.get(
    '/keys',
    {
      config: reading,
      schema: { response: { 200: z.object({ items: z.array(keyRow), nextCursor: z.null() }) } },
    },
    async (request) => {
      const keys = await listApiKeys(context, callerOf(request).userId)
      return { items: keys.map(dated), nextCursor: null }
    },
  )
  server.post(
    '/keys',
    {
      config: mine,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({
          name: nameField,
          scopes: z.array(z.string().max(100)).max(200).optional(),
          expiresInDays: z.number().int().min(1).max(730).optional(),
        }),
        response: { 201: keyRow.extend({ key: z.string() }) },
      },
    },
    async (request, reply) => {
      const { name, scopes, expiresInDays } = request.body
      const expiresInMs = expiresInDays === undefined ? undefined : expiresInDays * DAY_MS
      const input = { userId: callerOf(request).userId, name, scopes, expiresInMs }
      const made = await createApiKey(context, input, actorFor(request))
      return reply.code(201).send({ ...dated(made), key: made.key })
    },
  )
  server.delete(
    '/keys/:id',
    { config: mine, schema: { params: idParams, response: { 204: nothing } } },
    async (request, reply) => {
      const { userId } = callerOf(request)
      const revoked = await revokeApiKey(context, request.params.id, userId, actorFor(request))
      if (!revoked) throw authErrors.AUTH_UNKNOWN({ what: 'key' })
      return reply.code(204).send(null)
    },
  )
}

function dated<T extends { createdAt: Date; expiresAt: Date; lastUsedAt: Date | null }>(row: T) {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}
