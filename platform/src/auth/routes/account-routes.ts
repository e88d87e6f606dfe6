import { z } from 'zod'
import {
  invite,
  listInvitations,
  peekInvitation,
  revokeInvitation,
  signUp,
} from '../invitations.ts'
import { changePassword, forgotPassword, resetPassword } from '../passwords.ts'
import { resendVerifyMail, verifyEmail } from '../verify-email.ts'
import {
  actorFor,
  BODY_LIMIT,
  callerOf,
  emailField,
  idParams,
  localeField,
  metaOf,
  nameField,
  nothing,
  passwordField,
  type RouteDeps,
  type RouteServer,
  roleField,
  sessionTokenOf,
  setSessionCookie,
  timestamp,
  tokenField,
} from './route-server.ts'
import { answerOf, userAnswer } from './user-answer.ts'

const door = { permission: 'public', rate: 'sign-in', sensitive: true, tags: ['auth'] } as const
const look = { permission: 'public', rate: 'anonymous', tags: ['auth'] } as const
const inviter = { permission: 'users.invite', rate: 'action', tags: ['auth'] } as const
const mine = { permission: 'signed-in', rate: 'action', session: true, tags: ['auth'] } as const
const userOnly = z.object({ user: userAnswer })
const joining = { token: tokenField, name: nameField, password: passwordField }
const language = { locale: localeField.optional() }

/** Setup, invitations, signing up, passwords, e-mail addresses. */
export function accountRoutes(server: RouteServer, deps: RouteDeps): void {
  setupRoutes(server, deps)
  signUpRoutes(server, deps)
  invitationRoutes(server, deps)
  passwordRoutes(server, deps)
  emailRoutes(server, deps)
}

function setupRoutes(server: RouteServer, { context, cookies, setup }: RouteDeps): void {
  server.get(
    '/setup',
    {
      config: look,
      schema: {
        querystring: z.object({ token: tokenField }),
        response: { 200: z.object({ valid: z.boolean() }) },
      },
    },
    async (request) => ({ valid: await setup.isValid(request.query.token) }),
  )
  server.post(
    '/setup',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({ ...joining, ...language, email: emailField }),
        response: { 201: userOnly },
      },
    },
    async (request, reply) => {
      const input = { ...request.body, locale: request.body.locale ?? request.locale }
      const result = await setup.complete(input, metaOf(request))
      setSessionCookie(reply, cookies, result.token)
      return reply.code(201).send({ user: await answerOf(context, result.user) })
    },
  )
}

function signUpRoutes(server: RouteServer, { context, cookies }: RouteDeps): void {
  server.get(
    '/invitations/accept',
    {
      config: look,
      schema: {
        querystring: z.object({ token: tokenField }),
        response: { 200: z.object({ email: z.string(), role: roleField, locale: localeField }) },
      },
    },
    async (request) => await peekInvitation(context, request.query.token),
  )
  server.post(
    '/sign-up',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: { body: z.object({ ...joining, ...language }), response: { 201: userOnly } },
    },
    async (request, reply) => {
      const result = await signUp(context, request.body, metaOf(request))
      setSessionCookie(reply, cookies, result.token)
      return reply.code(201).send({ user: await answerOf(context, result.user) })
    },
  )
}

const invitationAnswer = z.object({
  id: z.uuid(),
  email: z.string(),
  role: roleField,
  invitedBy: z.string().nullable(),
  createdAt: timestamp,
  expiresAt: timestamp,
  state: z.enum(['open', 'accepted', 'revoked', 'expired']),
})

function invitationRoutes(server: RouteServer, { context }: RouteDeps): void {
  server.post(
    '/invitations',
    {
      config: inviter,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({ email: emailField, role: roleField, ...language }),
        response: { 201: invitationAnswer },
      },
    },
    async (request, reply) => {
      const input = { ...request.body, locale: request.body.locale ?? request.locale }
      const made = await invite(context, input, actorFor(request))
      return reply.code(201).send(dated(made))
    },
  )
  server.get(
    '/invitations',
    {
      config: { ...inviter, rate: 'read' },
      schema: {
        querystring: z.object({
          cursor: z.string().max(100).optional(),
          limit: z.coerce.number().int().min(1).max(200).optional(),
        }),
        response: {
          200: z.object({ items: z.array(invitationAnswer), nextCursor: z.string().nullable() }),
        },
      },
    },
    async (request) => {
      const { items, nextCursor } = await listInvitations(context, request.query)
      return { items: items.map(dated), nextCursor }
    },
  )
  server.delete(
    '/invitations/:id',
    { config: inviter, schema: { params: idParams, response: { 204: nothing } } },
    async (request, reply) => {
      await revokeInvitation(context, request.params.id, actorFor(request))
      return reply.code(204).send(null)
    },
  )
}

function dated<T extends { createdAt: Date; expiresAt: Date }>(row: T) {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  }
}

function passwordRoutes(server: RouteServer, { context, cookies }: RouteDeps): void {
  server.post(
    '/password/forgot',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({ email: z.string().min(1).max(254) }),
        response: { 202: z.object({ accepted: z.literal(true) }) },
      },
    },
    async (request, reply) => {
      const work = forgotPassword(context, request.body.email, metaOf(request))
      context.inBackground('password.forgot', work)
      return reply.code(202).send({ accepted: true })
    },
  )
  server.post(
    '/password/reset',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({ token: tokenField, password: passwordField }),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      await resetPassword(context, request.body, request.locale, metaOf(request))
      return reply.code(204).send(null)
    },
  )
  server.post(
    '/password/change',
    {
      config: { ...mine, sensitive: true },
      bodyLimit: BODY_LIMIT,
      schema: {
        body: z.object({ currentPassword: passwordField, newPassword: passwordField }),
        response: { 204: nothing },
      },
    },
    async (request, reply) => {
      const input = { ...request.body, sessionToken: sessionTokenOf(request, cookies) }
      const token = await changePassword(context, callerOf(request), input, metaOf(request))
      setSessionCookie(reply, cookies, token)
      return reply.code(204).send(null)
    },
  )
}

function emailRoutes(server: RouteServer, { context }: RouteDeps): void {
  server.post(
    '/verify-email',
    {
      config: door,
      bodyLimit: BODY_LIMIT,
      schema: { body: z.object({ token: tokenField }), response: { 204: nothing } },
    },
    async (request, reply) => {
      await verifyEmail(context, request.body.token)
      return reply.code(204).send(null)
    },
  )
  server.post(
    '/verify-email/resend',
    { config: mine, bodyLimit: BODY_LIMIT, schema: { response: { 204: nothing } } },
    async (request, reply) => {
      await resendVerifyMail(context, callerOf(request).userId)
      return reply.code(204).send(null)
    },
  )
}
