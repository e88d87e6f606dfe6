import type { MinatoError } from '../errors/index.ts'
import type { RateClass } from './rate-classes.ts'

/** Who is acting: resolved once a request, the same shape for a session, an API key or a JWT. */
export type Principal = {
  userId: string
  email: string
  name: string
  roles: readonly string[]
  permissions: ReadonlySet<string>
  locale: 'ja' | 'en'
  timeZone: string
  via: 'session' | 'key' | 'jwt'
  sessionId?: string
  keyId?: string
  scopes?: readonly string[]
  /** Until when dangerous acts are allowed, ms since epoch. */
  steppedUpUntil?: number
  /** Set while the account may only reach routes marked `openWhileRestricted`; makes the refusal. */
  restriction?: () => MinatoError
}

/** What every route must say of itself; the server does not start without it. */
export type RouteRules = {
  /** `public`, `signed-in`, or a permission such as `chatbot.use`. */
  permission: string
  rate: RateClass
  /** Bodies are never logged. */
  sensitive?: boolean
  /** Asks for a fresh proof of identity (password or code) first. */
  stepUp?: boolean
  /** Only a browser session may call it, not an API key. */
  session?: boolean
  /** Stays open to an account that must set two-factor up first. */
  openWhileRestricted?: boolean
  /** Served to addresses that the lists refuse: what supervisors and collectors ask for. */
  everyAddress?: true
  /** The app that brought the route; set by the platform. */
  app?: string
  tags?: readonly string[]
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Whose routes are being added: a library's own (open), or an app's. */
    addingRoutes: { open: boolean; app: string | undefined }
    /** Connections that have not carried a request yet. */
    unusedSockets: Set<import('node:net').Socket>
  }
  interface FastifyContextConfig extends Partial<RouteRules> {}
  interface FastifyRequest {
    principal: Principal | null
    startedAt: number
    /** Of the caller's trace, or of our own where traces are recorded. */
    traceId: string | undefined
    /** The language to answer in: the person's own, else Accept-Language. */
    readonly locale: 'ja' | 'en'
  }
}
