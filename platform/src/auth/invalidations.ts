import type { Redis } from 'ioredis'
import type { Logger } from '../log/index.ts'

/** Something that cached answers may rest on has changed. */
export type Invalidation =
  | { kind: 'user' | 'session' | 'key' | 'family'; id: string }
  | { kind: 'permissions' }
  | { kind: 'signing-keys' }
  | { kind: 'everything' }

export type Invalidations = {
  /** Call after the commit: drops here at once, and elsewhere through Redis when there is one. */
  publish(event: Invalidation): Promise<void>
  subscribe(listener: (event: Invalidation) => void): void
  /** False while Redis is configured but does not carry messages: then nothing may be cached. */
  live(): boolean
  close(): Promise<void>
}

const CHANNEL = 'minato:auth:invalidate'
const KINDS = new Set(['user', 'session', 'key', 'family'])

/**
 * Tells every process what was revoked. Redis is a courier, not the truth: a message that gets lost costs
 * at most the few seconds that cached answers live, and while the courier is away nothing is cached.
 */
export function createInvalidations(deps: {
  redis?: Redis | undefined
  log: Logger
}): Invalidations {
  const listeners: ((event: Invalidation) => void)[] = []
  const deliver = (event: Invalidation): void => {
    for (const listener of listeners) listener(event)
  }
  const courier = deps.redis === undefined ? undefined : listen(deps.redis, deps.log, deliver)
  return {
    async publish(event) {
      deliver(event)
      if (deps.redis === undefined) return
      try {
        await deps.redis.publish(CHANNEL, JSON.stringify(event))
      } catch (error) {
        // The others refuse within the lifetime of their cache at the latest.
        deps.log.warn('auth.invalidation_not_sent', { kind: event.kind, err: error })
      }
    },
    subscribe: (listener) => void listeners.push(listener),
    live: () => courier === undefined || courier.live(),
    async close() {
      courier?.close()
    },
  }
}

function listen(redis: Redis, log: Logger, deliver: (event: Invalidation) => void) {
  // A subscribed connection can do nothing else, so it needs its own.
  const subscriber = redis.duplicate({ lazyConnect: true, autoResubscribe: false })
  let live = false
  const lost = (): void => {
    if (live) log.warn('auth.invalidations_lost', {})
    live = false
    deliver({ kind: 'everything' })
  }
  subscriber.on('ready', () => {
    subscriber.subscribe(CHANNEL).then(
      () => {
        // Whatever was said while nobody listened is unknown: start from nothing.
        deliver({ kind: 'everything' })
        live = true
      },
      () => lost(),
    )
  })
  subscriber.on('close', lost)
  subscriber.on('error', (error) => log.debug('auth.invalidations_error', { err: error }))
  subscriber.on('message', (_channel, text) => {
    deliver(parseInvalidation(text))
  })
  // ioredis keeps trying; the first failure is reported through `error` and `close` above.
  subscriber.connect().catch(() => undefined)
  return { live: () => live, close: () => subscriber.disconnect() }
}

/** Anything that is not understood drops everything: the safe reading. */
export function parseInvalidation(text: string): Invalidation {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('kind' in value)) throw new Error(text)
    if (value.kind === 'permissions' || value.kind === 'signing-keys') return { kind: value.kind }
    if (KINDS.has(String(value.kind)) && 'id' in value && typeof value.id === 'string') {
      return { kind: value.kind as 'user', id: value.id }
    }
    return { kind: 'everything' }
  } catch {
    return { kind: 'everything' }
  }
}
