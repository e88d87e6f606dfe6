import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Redis } from '../cache/index.ts'
import type { Profile } from '../config/index.ts'
import { commonErrors, type ErrorReporter, type MinatoError } from '../errors/index.ts'
import {
  accessLog,
  type LogContext,
  type Logger,
  TRACE_SAMPLED,
  withLogContext,
} from '../log/index.ts'
import { type Metrics, traceOf } from '../observe/index.ts'
import { answerBrokenRequest, answerUnreadableAddress } from './broken-request.ts'
import { compressAnswers } from './compress.ts'
import { csrfCheck } from './csrf.ts'
import { handleErrors } from './error-handler.ts'
import { type Authenticate, createRequestGuard } from './guard-request.ts'
import { createHttpMetrics } from './http-metrics.ts'
import { type AppRange, addressRules } from './ip-list.ts'
import { localeOf } from './locale.ts'
import type { Pressure } from './pressure.ts'
import type { RateOverride, Rates } from './rate-classes.ts'
import { createRateLimiter, type Standing } from './rate-limiter.ts'
import { addOpenRoutes, requireRouteRules } from './route-rules.ts'
import { securityHeaders } from './security-headers.ts'
import { serializerCompiler } from './serializer.ts'
import { validatorCompiler } from './validation.ts'
import './types.ts'

export type ServerDeps = {
  profile: Profile
  https: boolean
  log: Logger
  metrics: Metrics
  errors: ErrorReporter
  redis: Redis | undefined
  rates: Rates
  /** Other limits for one app or one person. */
  rateOverrides?: readonly RateOverride[]
  trustProxy: readonly string[]
  ipAllow: readonly string[]
  ipDeny: readonly string[]
  /** Further lists for one app's routes, as `<app>=<address or range>`. */
  ipAllowApps?: readonly AppRange[]
  ipDenyApps?: readonly AppRange[]
  requestTimeoutMs: number
  compress: boolean
  csrfKey: Buffer
  /** Origins of the system's own pages, and those that may call it from elsewhere. */
  ownOrigins: () => readonly string[]
  allowedOrigins: readonly string[]
  authenticate: Authenticate
  unauthenticated: () => MinatoError
  stepUpRequired: () => MinatoError
  sessionRequired: () => MinatoError
  pressure: Pressure
  closing: () => boolean
  clock: () => number
}

const MAX_BODY_BYTES = 1024 * 1024
/** Headers come in one piece from honest clients; who sends them byte by byte holds a socket. */
const HEADERS_TIMEOUT_MS = 20_000

/**
 * The web server with every protection on. Routes are added by the caller, then `listen`.
 * A route without rules (permission, rate, body limit) throws while it is added.
 */
export async function createServer(deps: ServerDeps): Promise<FastifyInstance> {
  const headers = Object.freeze(securityHeaders(deps.profile, deps.https))
  const server = fastify({
    logger: false,
    trustProxy: deps.trustProxy.length === 0 ? false : [...deps.trustProxy],
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: deps.requestTimeoutMs,
    connectionTimeout: 0,
    http: {
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, deps.requestTimeoutMs),
      // How often Node looks for requests that take too long; its own 30 s would outlast the limit.
      connectionsCheckingInterval: Math.min(5000, deps.requestTimeoutMs / 4),
      // Other protocols (h2c) are offers that a server may leave unanswered.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerUnreadableAddress(headers),
    keepAliveTimeout: 65_000, // longer than the usual balancer's 60 s
    genReqId: () => randomUUID(),
    requestIdHeader: false, // a client must not choose what our log says
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: true },
    ajv: { customOptions: { removeAdditional: false } },
  })
  server.setValidatorCompiler(validatorCompiler)
  server.setSerializerCompiler(serializerCompiler)
  decorate(server)
  requireRouteRules(server)
  beginRequests(server, headers)
  await allowOrigins(server, deps.allowedOrigins)
  addGuard(server, deps)
  handleErrors(server, deps)
  observe(server, deps)
  if (deps.compress) compressAnswers(server)
  await server.register(multipart, { throwFileSizeLimit: true })
  rememberUnusedSockets(server)
  return server
}

/** Before anything may refuse: what every answer carries, whatever becomes of the request. */
function beginRequests(server: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  server.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now()
    reply.headers(headers)
    reply.header('x-request-id', request.id)
    done()
  })
}

/** Ahead of the guard, so that a page elsewhere can read why it was refused. */
async function allowOrigins(server: FastifyInstance, origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return
  await addOpenRoutes(server, () =>
    server.register(cors, {
      origin: [...origins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      credentials: true,
      strictPreflight: true,
      maxAge: 600,
      exposedHeaders: [
        'ratelimit-limit',
        'ratelimit-remaining',
        'ratelimit-reset',
        'retry-after',
        'x-request-id',
      ],
    }),
  )
}

function decorate(server: FastifyInstance): void {
  server.decorateRequest('principal', null)
  server.decorateRequest('startedAt', 0)
  server.decorateRequest('traceId', undefined)
  server.decorateRequest('locale', {
    getter() {
      return this.principal?.locale ?? localeOf(this.headers['accept-language'])
    },
  })
}

function addGuard(server: FastifyInstance, deps: ServerDeps): void {
  const limiter = createRateLimiter({
    rates: deps.rates,
    overrides: deps.rateOverrides ?? [],
    redis: deps.redis,
  })
  server.addHook('onClose', async () => limiter.close())
  const guard = createRequestGuard({
    ...deps,
    csrf: csrfCheck({ ownOrigins: deps.ownOrigins, csrfKey: deps.csrfKey }),
    ipAllowed: addressRules(deps),
    limiter,
    takeSignIn: signInCounter(deps, limiter),
  })
  server.addHook('onRequest', (request, reply, done) => {
    withLogContext(contextOf(request), () => guard(request, reply, done))
  })
}

/** Every line of this request carries its ids, the caller's trace included. */
function contextOf(request: FastifyRequest): LogContext {
  const trace = traceOf(request.headers.traceparent as string | undefined)
  if (trace === undefined) return { requestId: request.id }
  request.traceId = trace.traceId
  return { requestId: request.id, traceId: trace.traceId, [TRACE_SAMPLED]: trace.sampled }
}

/** The door: counted where every process sees it. With Redis configured but away, nobody passes. */
function signInCounter(deps: ServerDeps, limiter: ReturnType<typeof createRateLimiter>) {
  const { redis } = deps
  const rate = deps.rates['sign-in']
  if (redis === undefined) {
    return async (caller: string): Promise<Standing> =>
      limiter.take('sign-in', caller, deps.clock())
  }
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: 'minato:sign-in',
    points: rate.limit,
    duration: rate.windowMs / 1000,
    rejectIfRedisNotReady: true,
  })
  return async (caller: string): Promise<Standing> => {
    const { allowed, result } = await shared.consume(caller).then(
      (result) => ({ allowed: true, result }),
      (reason: unknown) => {
        // The library rejects with its result for "too many" and with an Error for a lost Redis.
        if (reason instanceof RateLimiterRes) return { allowed: false, result: reason }
        throw commonErrors.REDIS_UNAVAILABLE({}, { cause: reason, headers: { 'retry-after': '2' } })
      },
    )
    const resetAt = deps.clock() + result.msBeforeNext
    const remaining = Math.max(0, result.remainingPoints)
    return { allowed, limit: rate.limit, remaining, resetAt }
  }
}

function observe(server: FastifyInstance, deps: ServerDeps): void {
  const metrics = createHttpMetrics(deps.metrics)
  const access = accessLog(deps.log)
  const tell = deps.errors.request
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched'
    const durationMs = performance.now() - request.startedAt
    const status = reply.statusCode
    metrics.observe(request.method, route, status, durationMs)
    tell?.({ method: request.method, route, status, durationMs, traceId: request.traceId })
    const bytes = Number(reply.getHeader('content-length') ?? 0)
    const path = request.routeOptions.url === undefined ? request.url : route
    access(
      request.method,
      route,
      path,
      status,
      durationMs,
      bytes,
      request.id,
      request.ip,
      request.principal?.userId,
      request.traceId,
    )
    done()
  })
}

function rememberUnusedSockets(server: FastifyInstance): void {
  const unused = new Set<Socket>()
  server.decorate('unusedSockets', unused)
  server.server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  // Not the socket's own "data": listening to that takes the parser off its fast path.
  server.server.on('request', (request) => unused.delete(request.socket))
}
