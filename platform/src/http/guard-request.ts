import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { commonErrors, MinatoError } from '../errors/index.ts'
import type { CsrfCheck } from './csrf.ts'
import { httpErrors } from './errors.ts'
import { addressKey } from './ip-list.ts'
import type { Pressure } from './pressure.ts'
import type { RateLimiter, Standing } from './rate-limiter.ts'
import type { Principal, RouteRules } from './types.ts'

/** Resolves who calls. Synchronous when known from the cache: this runs on every request. */
export type Authenticate = (
  headers: FastifyRequest['headers'],
  meta: { ip: string; userAgent: string | undefined },
) => Principal | null | Promise<Principal | null>

export type GuardDeps = {
  authenticate: Authenticate
  /** The error for a request without valid credentials. */
  unauthenticated: () => MinatoError
  /** The error for a dangerous act without fresh proof. */
  stepUpRequired: () => MinatoError
  /** The error for an API key or access token where a browser session is asked for. */
  sessionRequired: () => MinatoError
  csrf: CsrfCheck
  /** Whether an address may use the routes of that app (the platform's own without one). */
  ipAllowed: (ip: string, app: string | undefined) => boolean
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
const NO_ROUTE: Partial<RouteRules> = { permission: 'public', rate: 'none' }

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
    // Every route has rules, or the server would not have started.
    const rules = request.is404 ? NO_ROUTE : request.routeOptions.config
    const refused = refuseEarly(deps, request, rules)
    if (refused !== undefined) done(refused)
    else if (rules.permission === 'public') count(deps, request, reply, rules, done)
    else authenticate(deps, request, reply, rules, done)
  }
}

function refuseEarly(
  deps: GuardDeps,
  request: FastifyRequest,
  rules: Partial<RouteRules>,
): MinatoError | undefined {
  if (rules.everyAddress !== true && !deps.ipAllowed(request.ip, rules.app)) {
    return httpErrors.HTTP_ADDRESS_REFUSED()
  }
  // Probes are answered under load as well. Whether anything is counted says nothing of who may write.
  const busy = rules.rate === 'none' ? undefined : refuseForNow(deps)
  return busy ?? (SAFE.has(request.method) ? undefined : deps.csrf(request.headers))
}

function refuseForNow(deps: GuardDeps): MinatoError | undefined {
  if (deps.closing()) return commonErrors.DRAINING({}, { headers: { 'retry-after': '1' } })
  if (deps.pressure.overloaded()) {
    const seconds = RETRY_SECONDS
    return commonErrors.OVERLOADED({ seconds }, { headers: { 'retry-after': String(seconds) } })
  }
  return undefined
}

function authenticate(
  deps: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  rules: Partial<RouteRules>,
  done: HookHandlerDoneFunction,
): void {
  const proceed = (principal: Principal | null): void => {
    if (principal === null) {
      refuseStranger(deps, request, reply, deps.unauthenticated(), done)
      return
    }
    request.principal = principal
    // What one person may read, no cache keeps for the next one (CWE-524); a handler may know better.
    reply.header('cache-control', 'no-store')
    const refused = refusePrincipal(deps, rules, principal)
    if (refused !== undefined) done(refused)
    else count(deps, request, reply, rules, done)
  }
  const fail = (error: unknown): void => refuseStranger(deps, request, reply, error, done)
  try {
    const found = deps.authenticate(request.headers, {
      ip: request.ip,
      userAgent: request.headers['user-agent'],
    })
    if (found instanceof Promise) found.then(proceed, fail)
    else proceed(found)
  } catch (error) {
    fail(error)
  }
}

/** Wrong credentials count as a request without any: guessing keys is limited like all else. */
function refuseStranger(
  deps: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  done: HookHandlerDoneFunction,
): void {
  const refusal = error instanceof Error ? error : new Error(String(error))
  if (!(refusal instanceof MinatoError) || refusal.status !== 401) {
    done(refusal)
    return
  }
  const now = deps.clock()
  const standing = deps.limiter.take('anonymous', addressKey(request.ip), now)
  done(judge(standing, now, reply) ?? refusal)
}

function refusePrincipal(
  deps: GuardDeps,
  rules: Partial<RouteRules>,
  principal: Principal,
): MinatoError | undefined {
  const { permission = '', session, stepUp, openWhileRestricted } = rules
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
  rules: Partial<RouteRules>,
  done: HookHandlerDoneFunction,
): void {
  const { rate = 'anonymous' } = rules
  if (rate === 'none') {
    done()
  } else if (rate === 'sign-in') {
    deps
      .takeSignIn(addressKey(request.ip))
      .then((standing) => done(judge(standing, deps.clock(), reply)), done)
  } else {
    const now = deps.clock()
    const user = request.principal?.email
    done(judge(deps.limiter.take(rate, callerKey(request), now, rules.app, user), now, reply))
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
