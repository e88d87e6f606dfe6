import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { transact } from '../../data/index.ts'
import type { Tx } from '../context.ts'
import { authErrors } from '../errors.ts'
import { checkOwnPassword } from '../passwords.ts'
import { revokeSessions, rotateSession } from '../sessions.ts'
import { stepUp } from '../step-up.ts'
import {
  confirmTwoFactor,
  disableTwoFactor,
  renewRecoveryCodes,
  startTwoFactor,
  useSecondFactor,
} from '../two-factor.ts'
import {
  actorFor,
  BODY_LIMIT,
  callerOf,
  codeField,
  metaOf,
  nothing,
  passwordField,
  type RouteDeps,
  type RouteServer,
  sessionTokenOf,
  setSessionCookie,
  timestamp,
} from './route-server.ts'

const mine = {
  permission: 'signed-in',
  rate: 'action',
  session: true,
  sensitive: true,
  tags: ['auth'],
} as const
const open = { ...mine, openWhileRestricted: true } as const
const passwordBody = z.object({ password: passwordField })
const codesAnswer = z.object({ recoveryCodes: z.array(z.string()) })

/** Two-factor: set up, turn off, recovery codes; and proving oneself again. */
export function twoFactorRoutes(server: RouteServer, deps: RouteDeps): void {
  const { context } = deps
  server.post(
    '/two-factor/enable',
    {
      config: open,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: passwordBody,
        response: {
          200: z.object({ secret: z.string(), otpauthUrl: z.string(), qrSvg: z.string() }),
        },
      },
    },
    async (request) => {
      const principal = callerOf(request)
      await checkOwnPassword(context, principal, request.body.password)
      return await startTwoFactor(context, { id: principal.userId, email: principal.email })
    },
  )
  confirmRoute(server, deps)
  disableRoute(server, deps)
  server.post(
    '/two-factor/recovery-codes',
    {
      config: mine,
      bodyLimit: BODY_LIMIT,
      schema: { body: passwordBody, response: { 200: codesAnswer } },
    },
    async (request) => {
      const principal = callerOf(request)
      await checkOwnPassword(context, principal, request.body.password)
      const codes = await renewRecoveryCodes(context, principal.userId, actorFor(request))
      return { recoveryCodes: codes }
    },
  )
  stepUpRoute(server, deps)
}

function confirmRoute(server: RouteServer, deps: RouteDeps): void {
  const { context } = deps
  server.post(
    '/two-factor/confirm',
    {
      config: open,
      bodyLimit: BODY_LIMIT,
      schema: { body: z.object({ code: codeField }), response: { 200: codesAnswer } },
    },
    async (request, reply) => {
      const { userId } = callerOf(request)
      const accepted = await useSecondFactor(context, userId, request.body, { unconfirmed: true })
      if (!accepted) throw authErrors.AUTH_CODE_WRONG()
      const codes = await withNewToken(deps, request, reply, 'two-factor.enable', (tx) =>
        confirmTwoFactor(context, tx, userId, actorFor(request)),
      )
      return { recoveryCodes: codes }
    },
  )
}

function disableRoute(server: RouteServer, deps: RouteDeps): void {
  const { context } = deps
  server.post(
    '/two-factor/disable',
    {
      config: mine,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({ password: passwordField, code: codeField }),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const principal = callerOf(request)
      if (context.twoFactorRequired(principal.roles)) throw authErrors.AUTH_TWO_FACTOR_MANDATORY()
      await checkOwnPassword(context, principal, request.body.password)
      const { code } = request.body
      if (!(await useSecondFactor(context, principal.userId, { code }))) {
        throw authErrors.AUTH_CODE_WRONG()
      }
      await withNewToken(deps, request, reply, 'two-factor.disable', (tx) =>
        disableTwoFactor(context, tx, principal.userId, actorFor(request)),
      )
      return reply.code(204).send(null)
    },
  )
}

/** A change of one's standing: other sessions end and this one gets a new token, all or nothing. */
async function withNewToken<T>(
  { context, cookies }: RouteDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  reason: string,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const { userId, sessionId = '' } = callerOf(request)
  const oldToken = sessionTokenOf(request, cookies)
  const { result, token } = await transact(context.db, async (tx) => {
    const done = await work(tx)
    await revokeSessions(context, tx, userId, reason, sessionId)
    return { result: done, token: await rotateSession(context, tx, sessionId, oldToken) }
  })
  await context.invalidations.publish({ kind: 'user', id: userId })
  setSessionCookie(reply, cookies, token)
  return result
}

function stepUpRoute(server: RouteServer, { context }: RouteDeps): void {
  server.post(
    '/step-up',
    {
      config: mine,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.union([
          z.strictObject({ password: passwordField }),
          z.strictObject({ code: codeField }),
        ]),
        response: { 200: z.object({ steppedUpUntil: timestamp }) },
      },
    },
    async (request) => {
      const until = await stepUp(context, callerOf(request), request.body, metaOf(request))
      return { steppedUpUntil: until.toISOString() }
    },
  )
}
