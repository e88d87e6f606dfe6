import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Agent, Dispatcher } from 'undici'
import { createAgent } from './agents.ts'
import { type BreakerOptions, createBreaker } from './breaker.ts'
import type { OutboundInit } from './call.ts'
import { checkUrl, type Verdict } from './check.ts'
import { createDial, type DialOptions } from './dial.ts'
import { OutboundError } from './errors.ts'
import { createFetch, sleep } from './fetch.ts'
import type { OutboundMetrics } from './metrics.ts'
import { createObserver, type OutboundLogger } from './observer.ts'
import { createRequestHandler, type SdkRequestHandler } from './request-handler.ts'
import type { Resolve, ResolverOptions, Trust } from './resolve.ts'

/** The only way out of the process. */
export type Outbound = {
  /**
   * A fetch that says who named the URL.
   *
   * @throws OutboundError; the caller's own abort reason if `init.signal` aborts
   */
  fetch(url: string | URL, init: OutboundInit): Promise<Response>
  /** A checked, connected socket for libraries that speak another protocol (SMTP). */
  connect(options: Omit<DialOptions, 'alpn'>): Promise<Socket | TLSSocket>
  /** An undici dispatcher for libraries that take one. */
  agent(trust: Trust): Dispatcher
  /** A `requestHandler` for AWS SDK v3 clients. */
  requestHandler(trust: Trust): SdkRequestHandler
  /** Judges a URL as a user's by its text alone; dials and resolves nothing. */
  check(url: string): Verdict
  /** Lets running calls finish for up to 5 s, refuses new ones, closes every pooled connection. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type OutboundOptions = {
  logger?: OutboundLogger
  metrics?: OutboundMetrics
  /** Instead of the system's resolver, for tests: host → addresses. */
  resolve?: Resolve
  /** Milliseconds since the epoch. */
  clock?: () => number
  /** In [0, 1), for the jitter of retries. */
  random?: () => number
  /** Waits between retries. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  userAgent?: string
  breaker?: BreakerOptions
  /**
   * Loopback origins of this machine's stand-ins (`http://127.0.0.1:4321`): the configuration named
   * them, so a user's URL may lead to exactly these. Refused outside development and test.
   */
  sandboxOrigins?: readonly string[]
  /** The W3C trace context to pass on to configured hosts. */
  traceparent?: () => string | undefined
}

const CLOSE_TIMEOUT_MS = 5_000

/**
 * Makes the door to the outside. One a process; close it last.
 *
 * @example
 * await using outbound = createOutbound({ logger })
 * const page = await outbound.fetch(link, { trust: 'user', redirect: 'follow', maxBytes: 1e6 })
 */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  return openOutbound(options, options.resolve ? { resolve: options.resolve } : {})
}

/** The same with a resolver's test options; not exported from the concern. */
export function openOutbound(options: OutboundOptions, resolver: ResolverOptions): Outbound {
  const { clock = Date.now, random = Math.random } = options
  const dial = createDial(resolver)
  const agents: Record<Trust, Agent> = {
    config: createAgent('config', dial),
    user: createAgent('user', dial),
  }
  let closing: Promise<void> | undefined
  const agent = (trust: Trust): Agent => {
    if (closing) throw new OutboundError('OUTBOUND_CLOSED', '')
    return agents[trust]
  }
  const observer = createObserver(options.logger, options.metrics, clock)
  const breaker = createBreaker(options.breaker ?? {}, clock)
  const sandbox = new Set(options.sandboxOrigins ?? [])
  const close = () => {
    closing ??= closeAll(Object.values(agents))
    return closing
  }
  return {
    fetch: createFetch({
      agent,
      observer,
      breaker,
      clock,
      random,
      sleep: options.sleep ?? sleep,
      userAgent: options.userAgent ?? 'minato',
      traceparent: options.traceparent ?? (() => undefined),
      sandbox,
    }),
    connect: async (target) => {
      if (closing) throw new OutboundError('OUTBOUND_CLOSED', target.host)
      return dial(target)
    },
    agent,
    requestHandler: (trust) => createRequestHandler(trust, { agent, observer, breaker }),
    check: (url) =>
      sandbox.has(URL.parse(url)?.origin ?? '')
        ? { url, verdict: 'allow', reason: 'OUTBOUND_OK' }
        : checkUrl(url),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** An answer nobody reads would hold a graceful close for ever. */
async function closeAll(agents: readonly Agent[]): Promise<void> {
  const timer = setTimeout(() => {
    for (const agent of agents) void agent.destroy()
  }, CLOSE_TIMEOUT_MS)
  await Promise.allSettled(agents.map((agent) => agent.close()))
  clearTimeout(timer)
}
