import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { principalOf } from '../../http/index.ts'
import type { AccessTokens } from '../access-tokens.ts'
import type { AuthContext } from '../context.ts'
import { type CookieNames, cookieOf, setCookie } from '../credentials.ts'
import { authErrors } from '../errors.ts'
import { MAX_PASSWORD_LENGTH } from '../password-rules.ts'
import type { Reader } from '../reader.ts'
import type { Setup } from '../setup.ts'
import { CHALLENGE_MS } from '../sign-in.ts'
import type { SigningKeys } from '../signing-keys.ts'
import { type Actor, actorOf, type Principal, type RequestMeta } from '../types.ts'

export type RouteServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** What the routes of this concern share. */
export type RouteDeps = {
  context: AuthContext
  reader: Reader
  access: AccessTokens
  signingKeys: SigningKeys
  setup: Setup
  cookies: CookieNames
}

/** Bodies here are a handful of short fields. */
export const BODY_LIMIT = 8 * 1024

export const emailField = z.string().trim().max(254).pipe(z.email())
export const passwordField = z.string().min(1).max(MAX_PASSWORD_LENGTH)
export const nameField = z.string().trim().min(1).max(100)
export const tokenField = z.string().min(1).max(200)
export const localeField = z.enum(['ja', 'en'])
export const roleField = z.enum(['user', 'operator', 'admin'])
export const codeField = z.string().trim().min(1).max(20)
export const timestamp = z.iso.datetime()
export const nothing = z.null().describe('Done; no body.')
export const idParams = z.object({ id: z.uuid() })

export const secondFactorBody = z.union([
  z.strictObject({ code: codeField }),
  z.strictObject({ recoveryCode: z.string().trim().min(1).max(60) }),
])

export function metaOf(request: FastifyRequest): RequestMeta {
  return { ip: request.ip, userAgent: request.headers['user-agent'], requestId: request.id }
}

/** The principal as this concern made it: the reader's own object. */
export function callerOf(request: FastifyRequest): Principal {
  return principalOf(request) as Principal
}

export function actorFor(request: FastifyRequest): Actor {
  return actorOf(callerOf(request), metaOf(request))
}

export function setSessionCookie(reply: FastifyReply, cookies: CookieNames, token: string): void {
  // No Max-Age: the server decides when it is over, and a shared computer forgets it on closing.
  reply.header('set-cookie', setCookie(cookies.session, token, cookies))
}

export function setChallengeCookie(
  reply: FastifyReply,
  cookies: CookieNames,
  challenge: string,
): void {
  const maxAgeSeconds = CHALLENGE_MS / 1000
  reply.header('set-cookie', setCookie(cookies.challenge, challenge, { ...cookies, maxAgeSeconds }))
}

export function clearCookie(reply: FastifyReply, name: string, cookies: CookieNames): void {
  reply.header('set-cookie', setCookie(name, '', { ...cookies, maxAgeSeconds: 0 }))
}

/** The raw token of the caller's session. */
export function sessionTokenOf(request: FastifyRequest, cookies: CookieNames): string {
  const token = cookieOf(request.headers.cookie, cookies.session)
  if (token === undefined) throw authErrors.AUTH_SESSION_ONLY()
  return token
}
