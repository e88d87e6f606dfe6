import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import fastify, { type FastifyInstance } from 'fastify'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Redis } from '../cache/index.ts'
import type { Profile } from '../config/index.ts'
import { commonErrors, type ErrorReporter, type MinatoError } from '../errors/index.ts'
import { accessLog, type Logger, withLogContext } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import { compressAnswers } from './compress.ts'
import { csrfCheck } from './csrf.ts'
import { handleErrors } from './error-handler.ts'
import { type Authenticate, createRequestGuard } from './guard-request.ts'
import { createHttpMetrics } from './http-metrics.ts'
import { ipMatcher } from './ip-list.ts'
import { localeOf } from './locale.ts'
import type { Pressure } from './pressure.ts'
import type { Rates } from './rate-classes.ts'
import { createRateLimiter, type Standing } from './rate-limiter.ts'
import { requireRouteRules } from './route-rules.ts'
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
  trustProxy: readonly string[]
  ipAllow: readonly string[]
  ipDeny: readonly string[]
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

/**
 * The web server with every protection on. Routes are added by the caller, then `listen`.
 * A route without rules (permission, rate, body limit) throws while it is added.
 */
export async function createServer(deps: ServerDeps): Promise<FastifyInstance> {
  const server = fastify({
    logger: false,
    trustProxy: deps.trustProxy.length === 0 ? false : [...deps.trustProxy],
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: deps.requestTimeoutMs,
    connectionTimeout: 0,
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
  addGuard(server, deps)
  handleErrors(server, deps)
  observe(server, deps)
  await server.register(cors, {
    origin: deps.allowedOrigins.length === 0 ? false : [...deps.allowedOrigins],
    credentials: true,
    strictPreflight: true,
    maxAge: 600,
    exposedHeaders: ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'],
  })
  if (deps.compress) compressAnswers(server)
  await server.register(multipart, { throwFileSizeLimit: true })
  requireRouteRules(server)
  rememberUnusedSockets(server)
  return server
}

function decorate(server: FastifyInstance): void {
  server.decorateRequest('principal', null)
  server.decorateRequest('startedAt', 0)
  server.decorateRequest('locale', {
    getter() {
      return this.principal?.locale ?? localeOf(this.headers['accept-language'])
    },
  })
}

function addGuard(server: FastifyInstance, deps: ServerDeps): void {
  const limiter = createRateLimiter({ rates: deps.rates, redis: deps.redis })
  server.addHook('onClose', async () => limiter.close())
  const allow = deps.ipAllow.length === 0 ? () => true : ipMatcher(deps.ipAllow)
  const deny = deps.ipDeny.length === 0 ? () => false : ipMatcher(deps.ipDeny)
  const guard = createRequestGuard({
    ...deps,
    headers: Object.freeze(securityHeaders(deps.profile, deps.https)),
    csrf: csrfCheck({ ownOrigins: deps.ownOrigins, csrfKey: deps.csrfKey }),
    ipAllowed: (ip) => allow(ip) && !deny(ip),
    limiter,
    takeSignIn: signInCounter(deps, limiter),
  })
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    withLogContext({ requestId: request.id }, () => guard(request, reply, done))
  })
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
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched'
    const durationMs = performance.now() - request.startedAt
    const status = reply.statusCode
    metrics.observe(request.method, route, status, durationMs)
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
