import type { Kysely } from 'kysely'
import type { Auth } from '../auth/index.ts'
import type { CacheConfig, Redis } from '../cache/index.ts'
import type { Database } from '../data/index.ts'
import type { ErrorReporter } from '../errors/index.ts'
import type { Logger } from '../log/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { RealtimeConfig } from './config.ts'
import type { RealtimeDefinition } from './definition.ts'
import type { RealtimeDatabase } from './event-log.ts'
import type { Callers } from './handshake.ts'
import type { LiveServer } from './protocol.ts'
import type { RealtimeTables } from './tables.ts'

export type RealtimeDeps = {
  config: { realtime: RealtimeConfig; cache: Pick<CacheConfig, 'redisUrl'> }
  db: Database
  redis: Redis | undefined
  auth: Pick<Auth, 'authenticate' | 'live' | 'onChange'>
  log: Logger
  metrics: Metrics
  errors: ErrorReporter
  clock: () => number
  onClose(name: string, close: () => Promise<void> | void): void
}

export type DefinedApp = { definition: RealtimeDefinition<unknown>; services: unknown }

/** What the parts of this concern share. */
export type RealtimeContext = Omit<RealtimeDeps, 'config' | 'db'> & {
  config: RealtimeConfig
  redisUrl: CacheConfig['redisUrl']
  db: RealtimeDatabase
  apps: Map<string, DefinedApp>
  callers: Callers
  /** Whether what is sent reaches the other processes now. */
  shared(): boolean
  counted: ReturnType<typeof createCounters>
}

export function createContext(deps: RealtimeDeps): RealtimeContext {
  const { redis } = deps
  return {
    ...deps,
    config: deps.config.realtime,
    redisUrl: deps.config.cache.redisUrl,
    db: (deps.db as Kysely<unknown>).withTables<RealtimeTables>(),
    apps: new Map(),
    callers: new WeakMap(),
    shared: () => redis?.status === 'ready',
    counted: createCounters(deps.metrics),
  }
}

/** Where an app's messages go: to every process, or to this one while Redis is away. */
export function reach({ shared }: RealtimeContext, io: LiveServer, app: string) {
  const namespace = io.of(`/${app}`)
  return shared() ? namespace : namespace.local
}

/**
 * Connections of every process, of one room when it is named; only this process's while Redis is
 * away. The adapter is not asked for the latter: even then it would ask Redis first.
 */
export async function connectionsIn(
  { shared }: RealtimeContext,
  io: LiveServer,
  app: string,
  room?: string,
) {
  const namespace = io.of(`/${app}`)
  const here = () =>
    [...namespace.sockets.values()].filter(({ rooms }) => room === undefined || rooms.has(room))
  if (!shared()) return here()
  const wanted = room === undefined ? namespace : namespace.in(room)
  return await wanted.fetchSockets().catch(here)
}

function createCounters(metrics: Metrics) {
  return {
    connections: metrics.gauge({
      name: 'realtime_connections',
      help: 'Live connections of this process.',
      labelNames: ['app'],
    }),
    events: metrics.counter({
      name: 'realtime_events_total',
      help: 'Events sent to rooms by this process.',
      labelNames: ['app', 'kind'],
    }),
  }
}
