import type { RouteServer } from '@minato/platform/app'
import {
  type EventStream,
  openEventStream,
  type Principal,
  principalOf,
} from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ConsoleServices } from '../config.ts'
import { answer, answerText } from './answer.ts'
import { endpointErrors } from './endpoint-errors.ts'
import { accepts } from './exchange.ts'
import { type Gateway, gatewayOf } from './gateway.ts'
import { initialize } from './handshake.ts'
import { createHostCheck } from './hosts.ts'
import {
  asMessage,
  failure,
  type Id,
  INVALID_REQUEST,
  isRequest,
  type Message,
  PARSE_ERROR,
  type Request,
  RpcError,
  VERSIONS,
} from './json-rpc.ts'
import { protectedResource } from './metadata.ts'
import type { Session } from './sessions.ts'
import { resumeSubscriptions } from './subscriptions.ts'

const BODY_BYTES = 4 * 1024 * 1024
const RULES = { permission: 'mcp-console.use', rate: 'read', sensitive: true } as const

type Named = FastifyRequest<{ Params: { profile?: string } }>

/**
 * Streamable HTTP at `/mcp` (the profile that key or person chose) and `/mcp/<profile>`. Messages are
 * handled as JSON-RPC, not by the SDK's server: an object graph per session and a schema per message
 * would cost more than the call.
 */
export function gatewayEndpoint(root: RouteServer, services: ConsoleServices): void {
  const gateway = gatewayOf(services)
  const checkHost = createHostCheck(services)
  protectedResource(root, services)
  void root.register(async (scope) => {
    const server = scope as RouteServer
    endpointErrors(server, services)
    server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
      done(null, body),
    )
    server.addHook('preHandler', (request, _reply, done) => {
      checkHost(request)
      done()
    })
    for (const path of ['/mcp', '/mcp/:profile']) {
      server.post(path, { config: RULES, bodyLimit: BODY_BYTES }, (request, reply) =>
        post(gateway, request as Named, reply),
      )
      server.get(path, { config: RULES }, (request, reply) =>
        listen(gateway, request as Named, reply),
      )
      server.delete(path, { config: RULES }, (request, reply) =>
        end(gateway, request as Named, reply),
      )
    }
  })
}

async function post(gateway: Gateway, request: Named, reply: FastifyReply): Promise<FastifyReply> {
  const text = String(request.body)
  if (!accepts(request.headers.accept, 'application/json')) {
    return refuse(reply, 406, INVALID_REQUEST, 'Not acceptable: accept application/json')
  }
  const body = parse(text)
  if (body === undefined) return refuse(reply, 400, PARSE_ERROR, 'Parse error: invalid JSON')
  const messages = messagesOf(body)
  const [first] = messages ?? []
  if (messages === undefined || first === undefined) {
    return refuse(reply, 400, INVALID_REQUEST, 'Invalid Request')
  }
  if (isRequest(first) && first.method === 'initialize' && !Array.isArray(body)) {
    return await begin(gateway, request, reply, first)
  }
  const found = sessionOf(gateway, request)
  const session = found instanceof Promise ? await found : found
  if (typeof session === 'string')
    return refuse(reply, session === UNKNOWN_SESSION ? 404 : 400, INVALID_REQUEST, session)
  const batch = Array.isArray(body)
  if (batch && !BATCHING.has(session.version)) {
    return refuse(reply, 400, INVALID_REQUEST, 'Batches are not part of this revision')
  }
  for (const message of messages) if (!isRequest(message)) take(gateway, session, message)
  const requests = messages.filter(isRequest)
  if (requests.length === 0) return reply.status(202).send()
  const requestBytes = Buffer.byteLength(text)
  return await answer(gateway, { request, reply, session, requests, batch, requestBytes })
}

/** Revisions in which one POST may carry several messages. */
const BATCHING = new Set(['2025-03-26', '2024-11-05', '2024-10-07'])
const MAX_BATCH = 50

/** The messages of a body, or undefined when one of them is none. */
function messagesOf(body: unknown): Message[] | undefined {
  const parts: unknown[] = Array.isArray(body) ? body.slice(0, MAX_BATCH + 1) : [body]
  const messages = parts.map(asMessage).filter((message) => message !== undefined)
  return messages.length === parts.length && parts.length <= MAX_BATCH ? messages : undefined
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function refuse(
  reply: FastifyReply,
  status: number,
  code: number,
  message: string,
  id: Id | null = null,
) {
  return reply
    .status(status)
    .header('content-type', 'application/json')
    .send(JSON.stringify(failure(id, new RpcError(code, message))))
}

async function begin(gateway: Gateway, request: Named, reply: FastifyReply, message: Request) {
  try {
    const named = request.params.profile
    const { session, text } = await initialize(gateway, principalOf(request), named, message)
    return reply
      .header('content-type', 'application/json')
      .header('mcp-session-id', session.id)
      .send(answerText(message.id, text))
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    return refuse(reply, 400, error.code, error.message, message.id)
  }
}

const NO_SESSION = 'Bad Request: the header Mcp-Session-Id is missing'
const UNKNOWN_SESSION = 'Session not found'
const BAD_VERSION = 'Bad Request: unsupported MCP-Protocol-Version'

/** The session, or why there is none: 404 tells a client to begin anew. */
function sessionOf(gateway: Gateway, request: Named): Session | string | Promise<Session | string> {
  const id = request.headers['mcp-session-id']
  if (typeof id !== 'string') return NO_SESSION
  const version = request.headers['mcp-protocol-version']
  if (version !== undefined && !VERSIONS.includes(String(version))) return BAD_VERSION
  const principal = principalOf(request)
  const found = gateway.sessions.get(id)
  if (!(found instanceof Promise)) return owned(found, principal)
  return found.then((session) => owned(session, principal))
}

/** Another person's session is answered like one that never was. */
function owned(session: Session | undefined, principal: Principal): Session | string {
  return session?.userId === principal.userId ? session : UNKNOWN_SESSION
}

/** What needs no answer. */
function take(gateway: Gateway, session: Session, message: Exclude<Message, Request>): void {
  if (!('method' in message)) {
    if (message.id !== null) gateway.questions.answered(session, message as never)
    return
  }
  const { method, params = {} } = message
  if (method === 'notifications/cancelled') {
    const id = params['requestId']
    if (typeof id !== 'string' && typeof id !== 'number') return
    gateway.bus.publish({ topic: 'cancel', sessionId: session.id, requestId: id })
  } else if (method === 'notifications/roots/list_changed') {
    for (const connection of gateway.pool.own(session.id)) {
      // A server that cannot be told asks again when it needs the roots.
      connection.notify(method).catch(() => undefined)
    }
  }
}

/** The stream on which the client hears what nobody asked for. */
async function listen(
  gateway: Gateway,
  request: Named,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (!accepts(request.headers.accept, 'text/event-stream')) {
    return refuse(reply, 406, INVALID_REQUEST, 'Not acceptable: accept text/event-stream')
  }
  const session = await sessionOf(gateway, request)
  if (typeof session === 'string')
    return refuse(reply, session === UNKNOWN_SESSION ? 404 : 400, INVALID_REQUEST, session)
  const stream = openEventStream(request, reply)
  session.stream?.end() // one stream a session: the newer is the one the client reads
  session.stream = stream
  const timer = setInterval(() => void endWhenRevoked(gateway, request, stream), RECHECK_MS).unref()
  stream.signal.addEventListener('abort', () => {
    clearInterval(timer)
    if (session.stream === stream) session.stream = undefined
  })
  resumeSubscriptions(gateway, session)
  return reply
}

const RECHECK_MS = 30_000

/** A stream lasts for hours; a key that was revoked meanwhile must not go on listening. */
async function endWhenRevoked(
  { services }: Gateway,
  { headers, ip, principal }: Named,
  stream: EventStream,
): Promise<void> {
  try {
    const now = await services.auth.authenticate(headers, { ip, userAgent: headers['user-agent'] })
    const same = now !== null && now.userId === principal?.userId
    if (!same || !now.permissions.has(RULES.permission)) stream.end()
  } catch {
    stream.end() // refused, or nobody can say: the client begins anew
  }
}

async function end(gateway: Gateway, request: Named, reply: FastifyReply): Promise<FastifyReply> {
  const session = await sessionOf(gateway, request)
  if (typeof session === 'string')
    return refuse(reply, session === UNKNOWN_SESSION ? 404 : 400, INVALID_REQUEST, session)
  await gateway.sessions.end(session)
  // What the session held ends in the background; servers may be slow to say goodbye.
  gateway.pool.release(session.id).catch(() => undefined)
  return reply.status(204).send()
}
