import type { IncomingHttpHeaders } from 'node:http'
import type { RouteServer } from '@minato/platform/app'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'

/**
 * Open on purpose: a route here decides nothing. The request goes on to one of our own routes, which
 * asks for the permission, counts, and writes the audit log. Load, address and origin are judged here
 * already, before anything of the body is read.
 */
export const OPEN = {
  permission: 'public',
  rate: 'read',
  sensitive: true,
  tags: ['compatibility'],
} as const

export const API = '/api/mcp-console'
/** Marks our own calls to /api/auth/session, which would else come back to the old one. */
export const OWN_SHAPE = 'x-answer-shape'
const BODY_BYTES = 512 * 1024

/** What one of our own routes answered. */
export type Answer = {
  status: number
  body: Record<string, unknown>
  retryAfter: string | undefined
}

export type Ask = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  payload?: object
  /** Instead of the caller's: the session that was made for them a moment ago. */
  session?: string
}

/** Calls one of our own routes as this caller. */
export type Inner = (request: FastifyRequest, ask: Ask) => Promise<Answer>

// What our protections look at. Never the cookie: the old callers send what login gave them, and a
// browser's own session is not theirs to use.
const PASSED_ON = ['origin', 'sec-fetch-site', 'user-agent', 'accept-language'] as const

export function visible(request: FastifyRequest): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of PASSED_ON) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  return headers
}

/** `Authorization: Bearer <session_id>`, or the older `X-Session-ID`. API keys go too. */
export function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const older = headers['x-session-id']
  return headers.authorization ?? (typeof older === 'string' ? `Bearer ${older}` : undefined)
}

export function callInside(server: RouteServer): Inner {
  return async (request, { method, url, payload, session }) => {
    const credential = session === undefined ? credentialOf(request.headers) : `Bearer ${session}`
    const answer = await server.inject({
      method,
      url,
      // The caller's own address: limits and locks are kept for it.
      remoteAddress: request.ip,
      headers: {
        ...visible(request),
        [OWN_SHAPE]: 'own',
        ...(credential === undefined ? {} : { authorization: credential }),
      },
      ...(payload === undefined ? {} : { payload }),
    })
    const retryAfter = answer.headers['retry-after']
    return {
      status: answer.statusCode,
      body: answer.body === '' ? {} : JSON.parse(answer.body),
      retryAfter: retryAfter === undefined ? undefined : String(retryAfter),
    }
  }
}

/** The old body of a refusal: `detail` in words, `error_code` for programs. */
export function refuse(
  reply: FastifyReply,
  { status, body, retryAfter }: Answer,
  as = status,
): FastifyReply {
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  const { detail, code, reason, retryAfterSeconds, errors } = body
  return reply.status(as).send({
    detail,
    error_code: reason ?? code,
    ...(retryAfterSeconds === undefined ? {} : { retry_after_seconds: retryAfterSeconds }),
    ...(errors === undefined ? {} : { errors }),
  })
}

/** 422 as FastAPI said it. */
export function invalid(reply: FastifyReply, error: z.ZodError): FastifyReply {
  const errors = error.issues.map(({ path, message }) => ({ loc: ['body', ...path], msg: message }))
  const detail = errors.map(({ loc, msg }) => `${loc.map(String).join(' -> ')}: ${msg}`).join('; ')
  const message = 'Invalid request data'
  return reply.status(422).send({ error_code: 'VALIDATION_ERROR', message, detail, errors })
}

/** One call inside, and its good answer in the old shape. */
export async function translate(
  inner: Inner,
  request: FastifyRequest,
  reply: FastifyReply,
  { ask, shape, status }: { ask: Ask; shape: (answer: Answer) => object; status?: number },
): Promise<FastifyReply> {
  const answer = await inner(request, ask)
  if (answer.status >= 400) return refuse(reply, answer)
  return reply.status(status ?? answer.status).send(shape(answer))
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>

export function mount(
  server: RouteServer,
  method: Ask['method'],
  url: string,
  handler: Handler,
): void {
  server.route({ method, url, config: OPEN, bodyLimit: BODY_BYTES, handler })
}

/** One part of the address, fit to be written into another. */
export function segment(request: FastifyRequest, name: string): string {
  return encodeURIComponent((request.params as Record<string, string>)[name] ?? '')
}
