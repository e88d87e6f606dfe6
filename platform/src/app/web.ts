import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { auditWork } from '../audit/index.ts'
import { auditProbeJob } from '../audit/live/probe-job.ts'
import { auditProbeRoutes } from '../audit/live/probe-routes.ts'
import { backupWork } from '../backup/index.ts'
import type { Section } from '../config/index.ts'
import {
  addAppRoutes,
  createServer,
  databaseProbe,
  describeApi,
  effectiveRates,
  measure,
  type Pressure,
  serveSite,
  systemRoutes,
} from '../http/index.ts'
import type { AppDefinition, AppServices, RouteServer } from './define-app.ts'
import type { DrainState } from './drain.ts'
import { PLATFORM, platformRooms } from './live-jobs.ts'
import type { Services } from './services.ts'
import { shellRoute } from './shell-route.ts'

type WebOptions = {
  services: Services
  apps: readonly AppDefinition[]
  root: string
  pressure: Pressure
  state: DrainState
}

/** The web server with the platform's routes and every app's; it does not listen yet. */
export async function createWeb(options: WebOptions): Promise<FastifyInstance> {
  const { services, apps, root } = options
  const server = await createServer(serverDeps(options))
  await describeApi(server, services.version)
  systemRoutes(server, systemDeps(options))
  shellRoute(server as RouteServer, services, apps)
  await server.register(async (scope) => services.auth.routes(scope as RouteServer), {
    prefix: '/api/auth',
  })
  services.auth.rootRoutes(server as RouteServer)
  services.mail.routes(server as RouteServer)
  services.files.routes(server as RouteServer)
  services.jobs.routes(server as RouteServer)
  auditProbeRoutes(server, services)
  for (const app of apps) {
    const own = appServices(services, app)
    await addAppRoutes(server, app.name, async () => {
      await server.register(async (scope) => app.routes?.(scope as RouteServer, own), {
        prefix: `/api/${app.name}`,
      })
      app.rootRoutes?.(server as RouteServer, own)
    })
    if (app.realtime !== undefined) services.realtime.define(app.name, app.realtime, own)
  }
  services.realtime.define(PLATFORM, platformRooms, services)
  const ownOrigin = new URL(services.publicUrl).origin
  await services.realtime.mount(server, (origin) =>
    ownOrigins(services, ownOrigin).includes(origin),
  )
  const csp = mergeSources(apps, services.files.publicOrigins())
  await serveSite(server, { folder: join(root, 'web/dist'), csp })
  return server
}

/** Tells the queue what the apps declare: every process may put jobs in, also one that runs none. */
export async function prepareJobs(
  apps: readonly AppDefinition[],
  services: Services,
): Promise<void> {
  services.jobs.register(backupWork(services), () => services)
  for (const app of apps) services.jobs.register(app, () => appServices(services, app))
  services.jobs.register(auditWork(apps, services), () => services)
  services.jobs.register({ jobs: [auditProbeJob] }, () => services)
  await services.jobs.prepare()
}

/** The platform's services with the app's own configuration beside them. */
export function appServices(
  services: Services,
  app: AppDefinition,
): AppServices<Section['variables']> {
  return { ...services, appConfig: services.appConfigs[app.name] } as AppServices<
    Section['variables']
  >
}

function serverDeps({ services, pressure, state }: WebOptions) {
  const { http } = services.config
  const own = new URL(services.publicUrl).origin
  return {
    ...services,
    ...http,
    https: own.startsWith('https://'),
    rates: effectiveRates(services.profile, http),
    csrfKey: services.keys.derive('csrf'),
    ownOrigins: () => ownOrigins(services, own),
    authenticate: services.auth.authenticate,
    unauthenticated: services.auth.unauthenticated,
    stepUpRequired: services.auth.stepUpRequired,
    sessionRequired: services.auth.sessionRequired,
    pressure,
    closing: () => state.closing,
  }
}

/** On a laptop people open localhost as well as 127.0.0.1; both are this server. */
function ownOrigins(services: Services, own: string): string[] {
  const origins = [own, ...services.config.http.allowedOrigins]
  if (services.profile === 'development' || services.profile === 'test') {
    const { port } = new URL(services.publicUrl)
    origins.push(`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`)
  }
  return origins
}

function systemDeps({ services, state }: WebOptions) {
  const { redis } = services
  const pingRedis = () =>
    redis === undefined ? Promise.resolve({ status: 'off' as const }) : measure(() => redis.ping())
  return {
    draining: () => state.draining,
    required: {
      database: databaseProbe(services.db),
      ...(redis === undefined ? {} : { redis: pingRedis }),
    },
    reported: { files: () => measure(() => services.files.health()) },
    redis: pingRedis,
    metrics: services.metrics,
    metricsEnabled: services.config.core.metricsEnabled,
    metricsToken: services.config.http.metricsToken?.reveal(),
    laptop: services.profile === 'development' || services.profile === 'test',
  }
}

function mergeSources(apps: readonly AppDefinition[], pictureOrigins: readonly string[]) {
  const merged: Record<string, string[]> = { 'img-src': [...pictureOrigins] }
  for (const app of apps) {
    for (const [name, sources] of Object.entries(app.csp ?? {})) {
      merged[name] = [...(merged[name] ?? []), ...sources]
    }
  }
  return merged
}
