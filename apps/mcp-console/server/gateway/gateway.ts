import type { ConsoleServices } from '../config.ts'
import { restrictProfiles } from '../configuration/restrict.ts'
import { currentVersion } from '../configuration/store.ts'
import type { Profile } from '../profiles/profile.ts'
import { readProfiles } from '../profiles/read-profiles.ts'
import { type Bus, createBus } from './bus.ts'
import { type CallLimits, createCallLimits } from './call-limits.ts'
import { type CallLog, createCallLog } from './call-log.ts'
import { type ClientQuestions, createClientQuestions } from './client-questions.ts'
import type { Notification } from './json-rpc.ts'
import { createListings, type Listings, type ListKind } from './listings.ts'
import { checkPins } from './pins.ts'
import { createPool, type Pool } from './pool.ts'
import { createProfileCache, type ProfileCache } from './profile-cache.ts'
import { createSessions, type Sessions } from './sessions.ts'
import { spread } from './spread.ts'
import { restoreSubscriptions, takeOverSubscriptions } from './subscriptions.ts'
import { type GatewayDatabase, gatewayTables } from './tables.ts'
import { createUpstreams, type Upstreams } from './upstream.ts'
import { configuredServers, containerServers, remoteServers } from './upstream-kinds.ts'

/** Everything a process needs to serve clients; one a process. */
export type Gateway = {
  services: ConsoleServices
  db: GatewayDatabase
  bus: Bus
  upstreams: Upstreams
  pool: Pool
  listings: Listings
  profiles: ProfileCache
  sessions: Sessions
  limits: CallLimits
  calls: CallLog
  questions: ClientQuestions
}

const gateways = new WeakMap<object, Gateway>()

/** The process's gateway: `/mcp`, the profiles' routes and the Inspector share its connections. */
export function gatewayOf(services: ConsoleServices): Gateway {
  const known = gateways.get(services)
  if (known !== undefined) return known
  const gateway = createGateway(services)
  gateways.set(services, gateway)
  services.onClose('mcp gateway', () => closeGateway(gateway))
  return gateway
}

function createGateway(services: ConsoleServices): Gateway {
  const { clock, appConfig } = services
  const db = gatewayTables(services.db)
  const bus = createBus(services)
  const upstreams = createUpstreams({
    config: configuredServers(services),
    container: containerServers(services),
    remote: remoteServers(services),
  })
  const pool = createPool({
    upstreams,
    clock,
    version: services.version,
    connectTimeoutMs: appConfig.connectTimeoutMs,
    maxConcurrent: appConfig.maxConcurrentCalls,
    onOpen: (ref, connection, holder) => restoreSubscriptions(gateway, ref, connection, holder?.id),
    onNotification: (ref, notification) => hear(ref, notification),
  })
  const listings = createListings({
    pool,
    clock,
    timeoutMs: appConfig.connectTimeoutMs,
    maxAgeMs: appConfig.listingMaxAgeMs,
    approve: (ref, tools) => checkPins(db, ref, tools, new Date(clock())),
    onChange: (ref, kind) => spread.changed(gateway, ref, kind),
  })
  const sessions = createSessions({ db, bus, clock, idleMs: appConfig.gatewaySessionIdleMs })
  const gateway: Gateway = {
    services,
    db,
    bus,
    upstreams,
    pool,
    listings,
    profiles: createProfileCache({ db, bus, clock, readProfiles: () => profilesInForce(services) }),
    sessions,
    limits: createCallLimits({ redis: services.redis, clock }),
    calls: createCallLog({ db, log: services.log }),
    questions: createClientQuestions({ bus, sessions }),
  }
  const hear = (ref: string, notification: Notification): void => {
    if (LISTS[notification.method] !== undefined) listings.changed(ref)
    else if (notification.method === 'notifications/resources/updated') {
      spread.resourceUpdated(gateway, ref, notification)
    }
  }
  bus.subscribe((news) => {
    if (news.topic === 'pins') listings.changed(news.ref)
    if (news.topic === 'subscribed') {
      takeOverSubscriptions(gateway, news.sessionId, news.subscriptions)
    }
  })
  return gateway
}

/** What administrators set for all profiles comes over each of them. */
async function profilesInForce(services: ConsoleServices): Promise<Profile[]> {
  const [profiles, { document }] = await Promise.all([
    readProfiles(gatewayTables(services.db)),
    currentVersion(services),
  ])
  return restrictProfiles(profiles, document, services.appConfig)
}

const LISTS: Record<string, ListKind> = {
  'notifications/tools/list_changed': 'tools',
  'notifications/resources/list_changed': 'resources',
  'notifications/prompts/list_changed': 'prompts',
}

async function closeGateway(gateway: Gateway): Promise<void> {
  gateway.sessions.close()
  gateway.limits.close()
  await gateway.pool.close()
  gateway.bus.close()
  await gateway.calls.close()
}
