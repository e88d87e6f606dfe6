import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { commonErrors, type MinatoError } from '../errors/index.ts'
import type { CsrfCheck } from './csrf.ts'
import { httpErrors } from './errors.ts'
import { addressKey } from './ip-list.ts'
import type { Pressure } from './pressure.ts'
import type { RateClass } from './rate-classes.ts'
import type { RateLimiter, Standing } from './rate-limiter.ts'
import type { Principal } from './types.ts'

/** Resolves who calls. Synchronous when known from the cache: this runs on every request. */
export type Authenticate = (
  headers: FastifyRequest['headers'],
  meta: { ip: string; userAgent: string | undefined },
) => Principal | null | Promise<Principal | null>

export type GuardDeps = {
  headers: Record<string, string>
  authenticate: Authenticate
  /** The error for a request without valid credentials. */
  unauthenticated: () => MinatoError
  /** The error for a dangerous act without fresh proof. */
  stepUpRequired: () => MinatoError
  /** The error for an API key or access token where a browser session is asked for. */
  sessionRequired: () => MinatoError
  csrf: CsrfCheck
  ipAllowed: (ip: string) => boolean
  limiter: RateLimiter
  /** Counts a sign-in attempt where all processes see it; throws when that is not possible. */
  takeSignIn: (caller: string) => Promise<Standing>
  pressure: Pressure
  closing: () => boolean
  clock: () => number
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const RETRY_SECONDS = 5
/** Pages of the browser shell and addresses that do not exist. */
const NO_ROUTE = { permission: 'public', rate: 'none' } as const

/**
 * Everything a request must pass before its handler, in one synchronous hook: promises, extra
 * hooks and per-request objects are what the usual stack of plugins spends its time on.
 */
export function createRequestGuard(deps: GuardDeps) {
  return function guardRequest(
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void {
    request.startedAt = performance.now()
    reply.headers(deps.headers)
    const { permission, rate } = request.is404 ? NO_ROUTE : rulesOf(request)
    const refused = rate === 'none' ? undefined : refuseEarly(deps, request)
    if (refused !== undefined) done(refused)
    else if (permission === 'public') count(deps, request, reply, rate, done)
    else authenticate(deps, request, reply, done)
  }
}

/** Every route has rules, or the server would not have started. */
function rulesOf(request: FastifyRequest): { permission: string; rate: RateClass } {
  const { permission = '', rate = 'anonymous' } = request.routeOptions.config
  return { permission, rate }
}

function refuseEarly(deps: GuardDeps, request: FastifyRequest): MinatoError | undefined {
  if (deps.closing()) return commonErrors.DRAINING({}, { headers: { 'retry-after': '1' } })
  if (deps.pressure.overloaded()) {
    const seconds = RETRY_SECONDS
    return commonErrors.OVERLOADED({ seconds }, { headers: { 'retry-after': String(seconds) } })
  }
  if (!deps.ipAllowed(request.ip)) return httpErrors.HTTP_ADDRESS_REFUSED()
  return SAFE.has(request.method) ? undefined : deps.csrf(request.headers)
}

function authenticate(
  deps: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  const proceed = (principal: Principal | null): void => {
    request.principal = principal
    const refused =
      principal === null ? deps.unauthenticated() : refusePrincipal(deps, request, principal)
    if (refused !== undefined) done(refused)
    else count(deps, request, reply, request.routeOptions.config.rate ?? 'read', done)
  }
  try {
    const found = deps.authenticate(request.headers, {
      ip: request.ip,
      userAgent: request.headers['user-agent'],
    })
    if (found instanceof Promise) found.then(proceed, done)
    else proceed(found)
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)))
  }
}

function refusePrincipal(
  deps: GuardDeps,
  request: FastifyRequest,
  principal: Principal,
): MinatoError | undefined {
  const { permission = '', session, stepUp, openWhileRestricted } = request.routeOptions.config
  if (principal.restriction !== undefined && openWhileRestricted !== true) {
    return principal.restriction()
  }
  if (permission !== 'signed-in' && !principal.permissions.has(permission)) {
    return commonErrors.FORBIDDEN({ permission })
  }
  if (session === true && principal.via !== 'session') {
    return deps.sessionRequired()
  }
  if (stepUp === true && (principal.steppedUpUntil ?? 0) <= deps.clock()) {
    return deps.stepUpRequired()
  }
  return undefined
}

function count(
  deps: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  rate: RateClass,
  done: HookHandlerDoneFunction,
): void {
  if (rate === 'none') {
    done()
  } else if (rate === 'sign-in') {
    deps
      .takeSignIn(addressKey(request.ip))
      .then((standing) => done(judge(standing, deps.clock(), reply)), done)
  } else {
    const now = deps.clock()
    done(judge(deps.limiter.take(rate, callerKey(request), now), now, reply))
  }
}

function callerKey(request: FastifyRequest): string {
  const { principal } = request
  if (principal === null) return addressKey(request.ip)
  return principal.keyId ?? principal.userId
}

function judge(standing: Standing, now: number, reply: FastifyReply): MinatoError | undefined {
  const seconds = Math.max(1, Math.ceil((standing.resetAt - now) / 1000))
  reply.header('ratelimit-limit', standing.limit)
  reply.header('ratelimit-remaining', standing.remaining)
  reply.header('ratelimit-reset', seconds)
  if (standing.allowed) return undefined
  return commonErrors.RATE_LIMITED({ seconds }, { headers: { 'retry-after': String(seconds) } })
}
