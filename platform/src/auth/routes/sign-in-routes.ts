import { z } from 'zod'
import { csrfToken } from '../../http/index.ts'
import { cookieOf } from '../credentials.ts'
import { endSessionsOfSelf } from '../own-sessions.ts'
import { revokeSession } from '../sessions.ts'
import { completeChallenge, signIn } from '../sign-in.ts'
import { actorOf } from '../types.ts'
import { userOrUnknown } from '../users.ts'
import {
  actorFor,
  BODY_LIMIT,
  callerOf,
  clearCookie,
  metaOf,
  nothing,
  passwordField,
  type RouteDeps,
  type RouteServer,
  secondFactorBody,
  setChallengeCookie,
  setSessionCookie,
  timestamp,
} from './route-server.ts'
import { answerOf, userAnswer } from './user-answer.ts'

const door = { permission: 'public', rate: 'sign-in', sensitive: true, tags: ['auth'] } as const
const signedIn = {
  permission: 'signed-in',
  rate: 'action',
  session: true,
  openWhileRestricted: true,
  tags: ['auth'],
} as const

const sessionAnswer = z.object({
  user: userAnswer,
  session: z
    .object({
      id: z.uuid(),
      createdAt: timestamp,
      expiresAt: timestamp,
      idleExpiresAt: timestamp,
      steppedUpUntil: timestamp.nullable(),
    })
    .nullable(),
  csrfToken: z.string().nullable(),
})

/** Signing in and out, and who is signed in. */
export function signInRoutes(server: RouteServer, deps: RouteDeps): void {
  const { context, cookies } = deps
  sessionRoute(server, deps)

  server.post(
    '/sign-in',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: {
        // Not checked to be an address: a malformed one is answered like an unknown one.
        body: z.object({ email: z.string().min(1).max(254), password: passwordField }),
        response: {
          200: z.union([
            z.object({ user: userAnswer }),
            z.object({ twoFactorRequired: z.literal(true) }),
          ]),
        },
      },
    },
    async (request, reply) => {
      const result = await signIn(context, request.body, metaOf(request))
      if ('challenge' in result) {
        setChallengeCookie(reply, cookies, result.challenge)
        return { twoFactorRequired: true as const }
      }
      await endPresentedSession(deps, request.headers)
      setSessionCookie(reply, cookies, result.token)
      return { user: await answerOf(context, result.user) }
    },
  )

  server.post(
    '/two-factor/verify',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: { body: secondFactorBody, response: { 200: z.object({ user: userAnswer }) } },
    },
    async (request, reply) => {
      const challenge = cookieOf(request.headers.cookie, cookies.challenge)
      const result = await completeChallenge(context, challenge, request.body, metaOf(request))
      await endPresentedSession(deps, request.headers)
      clearCookie(reply, cookies.challenge, cookies)
      setSessionCookie(reply, cookies, result.token)
      return { user: await answerOf(context, result.user) }
    },
  )

  signOutRoutes(server, deps)
}

function sessionRoute(server: RouteServer, { context, cookies }: RouteDeps): void {
  server.get(
    '/session',
    {
      config: { ...signedIn, rate: 'read', session: false },
      schema: { response: { 200: sessionAnswer } },
    },
    async (request) => {
      const principal = callerOf(request)
      const user = await answerOf(context, await userOrUnknown(context, principal.userId))
      const row =
        principal.via === 'session'
          ? await context.db
              .selectFrom('minato.sessions')
              .selectAll()
              .where('id', '=', principal.sessionId ?? '')
              .executeTakeFirst()
          : undefined
      if (row === undefined) return { user, session: null, csrfToken: null }
      const idleEnd = row.last_active_at.getTime() + row.idle_timeout_ms
      const cookie = cookieOf(request.headers.cookie, cookies.session) ?? ''
      const steppedUp = (row.stepped_up_until?.getTime() ?? 0) > context.clock()
      return {
        user,
        session: {
          id: row.id,
          createdAt: row.created_at.toISOString(),
          expiresAt: row.expires_at.toISOString(),
          idleExpiresAt: new Date(Math.min(idleEnd, row.expires_at.getTime())).toISOString(),
          steppedUpUntil: steppedUp ? (row.stepped_up_until?.toISOString() ?? null) : null,
        },
        csrfToken: csrfToken(context.keys.derive('csrf'), cookie),
      }
    },
  )
}

function signOutRoutes(server: RouteServer, { context, cookies }: RouteDeps): void {
  const schema = { response: { 204: nothing } }
  server.post(
    '/sign-out',
    { config: signedIn, bodyLimit: BODY_LIMIT, schema },
    async (request, reply) => {
      const { sessionId = '', userId } = callerOf(request)
      await revokeSession(context, sessionId, userId, 'sign-out', actorFor(request))
      clearCookie(reply, cookies.session, cookies)
      return reply.code(204).send(null)
    },
  )
  server.post(
    '/sign-out-everywhere',
    { config: signedIn, bodyLimit: BODY_LIMIT, schema },
    async (request, reply) => {
      await endSessionsOfSelf(context, actorOf(callerOf(request), metaOf(request)))
      clearCookie(reply, cookies.session, cookies)
      return reply.code(204).send(null)
    },
  )
}

/** Signing in again in the same browser replaces the session that was there (CWE-384). */
async function endPresentedSession(
  { context, cookies, reader }: RouteDeps,
  headers: { cookie?: string | undefined },
): Promise<void> {
  if (cookieOf(headers.cookie, cookies.session) === undefined) return
  const before = await reader.authenticate({ cookie: headers.cookie })
  if (before?.sessionId === undefined) return
  await revokeSession(context, before.sessionId, before.userId, 'replaced')
}
