import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { openAdminChannel } from '../cli/admin-channel.ts'
import { readRunFile, removeRunFile, writeRunFile } from '../cli/run-file.ts'
import type { Environment } from '../config/index.ts'
import { dataErrors, migrate, migrationStatus, readMigrations } from '../data/index.ts'
import { startBeating } from '../deploy/index.ts'
import { listenForMetrics, type Pressure, watchPressure } from '../http/index.ts'
import { startHistory } from '../observe/index.ts'
import { type Booted, bootServices } from './boot.ts'
import type { AppDefinition } from './define-app.ts'
import { type DrainState, drain } from './drain.ts'
import { observeServices } from './observe-services.ts'
import { withRealPort } from './real-port.ts'
import { refuseSandboxes } from './refuse-sandboxes.ts'
import type { Role } from './services.ts'
import { laptopStandIns } from './stand-ins.ts'
import { migrationFolders, type System } from './system.ts'
import { appServices, createWeb, prepareJobs } from './web.ts'
import { namesOfJobs, shareOfWork } from './worker-apps.ts'
import { listenForHealth, urlOf } from './worker-health.ts'

export type Running = {
  url: string
  setupUrl: string | undefined
  booted: Booted
  /** Resolves when the process should end, after `stop` or a memory limit. */
  stopped: Promise<void>
  stop(reason: string): Promise<void>
}

type StartOptions = { system: System; env: Environment; role: Role }

/**
 * Starts web and worker as the role says: stand-ins on a laptop, services, migrations, listeners.
 * @throws {ConfigError | MinatoError} before anything listens.
 */
export async function startMinato({ system, role, ...given }: StartOptions): Promise<Running> {
  const apps = await system.apps()
  const env = await withRealPort(system, apps, given.env)
  const standIns = await laptopStandIns(system, apps, env)
  try {
    const booted = await bootServices({
      system,
      apps,
      env,
      role,
      ...(standIns === undefined ? {} : { standIns }),
    })
    if (standIns !== undefined) booted.services.onClose('sandbox', standIns.close)
    return await run(system, apps, booted)
  } catch (error) {
    await standIns?.close()
    throw error
  }
}

async function run(
  system: System,
  apps: readonly AppDefinition[],
  booted: Booted,
): Promise<Running> {
  const { services, dataDir } = booted
  try {
    await refuseSandboxes(services)
    await prepareDatabase(system, apps, booted)
    for (const app of apps) services.auth.definePermissions(app.name, app.permissions)
    await services.auth.ready()
    await prepareJobs(apps, services)
    services.onClose('process row', startBeating(services))
    const state: DrainState = { draining: false, closing: false }
    let end: (reason: string) => void = () => undefined
    const pressure = watchItself(apps, booted, (reason) => end(reason))
    const server =
      services.role === 'worker'
        ? undefined
        : await createWeb({ services, apps, root: system.root, pressure, state })
    const health = services.role === 'web' ? undefined : await startWorkers(apps, booted)
    const url = server === undefined ? 'worker' : await listen(server, booted)
    const metrics = await listenMetrics(booted)
    const admin = await openAdminChannel({ services, apps, root: system.root })
    services.onClose('admin channel', admin.close)
    const runFile = {
      pid: process.pid,
      startedAt: new Date(services.clock()).toISOString(),
      url,
      adminUrl: admin.url,
      adminToken: admin.token,
      listeners: {
        ...(metrics === undefined ? {} : { metrics }),
        ...(health === undefined ? {} : { worker: health }),
        ...(server === undefined ? {} : { web: localUrl(server) }),
      },
    }
    if (readRunFile(dataDir) === undefined) writeRunFile(dataDir, runFile)
    if (services.role === 'worker') writeRunFile(dataDir, runFile, 'worker')
    services.onClose('run file', () => removeRunFile(dataDir))
    const { promise: stopped, resolve: didStop } = Promise.withResolvers<void>()
    const stop = once(async (reason: string) => {
      await drain({ server, booted, state, reason })
      didStop()
    })
    end = (reason) => void stop(reason)
    const setupUrl = server === undefined ? undefined : await setupLink(booted)
    pressure.reset()
    return { url, setupUrl, booted, stopped, stop }
  } catch (error) {
    await booted.close()
    throw error
  }
}

/** From here on the process knows how it is, tells it and leaves before its memory is used up. */
function watchItself(
  apps: readonly AppDefinition[],
  booted: Booted,
  end: (reason: string) => void,
): Pressure {
  const { services } = booted
  const pressure = watchPressure({
    maxDelayMs: patience(booted),
    maxRssBytes: services.config.http.maxRssBytes,
    onMemoryLimit: (rss) => {
      services.log.error('process.memory_limit', { rss })
      // Jitter: several processes near their limit must not leave together.
      setTimeout(() => end('memory limit'), Math.random() * 5000).unref()
    },
  })
  services.onClose('pressure', () => pressure.close())
  observeServices(services, apps, pressure)
  services.onClose('history', startHistory(services).stop)
  return pressure
}

/** The embedded database works in this process: its long turns are no flood of requests. */
function patience({ services: { config } }: Booted): number {
  return config.http.maxEventLoopDelayMs * (config.data.databaseUrl === undefined ? 4 : 1)
}

function once(work: (reason: string) => Promise<void>): (reason: string) => Promise<void> {
  let running: Promise<void> | undefined
  return (reason) => {
    running ??= work(reason)
    return running
  }
}

/** A laptop migrates by itself; elsewhere that is a named step of the deploy. */
async function prepareDatabase(
  system: System,
  apps: readonly AppDefinition[],
  { services }: Booted,
): Promise<void> {
  const migrations = await readMigrations(migrationFolders(system.root, apps))
  if (services.profile === 'development' || services.profile === 'test') {
    const applied = await migrate(services.db, migrations, { now: new Date(services.clock()) })
    if (applied.length > 0) services.log.info('database.migrated', { applied: applied.length })
    return
  }
  const status = await migrationStatus(services.db, migrations)
  // A contract migration waits until the release before is gone: the code lives with and without it.
  const pending = status.filter(({ appliedAt, kind }) => appliedAt === null && kind === 'expand')
  if (pending.length > 0) throw dataErrors.DATA_MIGRATIONS_PENDING({ count: pending.length })
}

/** Gives the address of the worker's own health, which a process without a web server needs. */
async function startWorkers(
  apps: readonly AppDefinition[],
  { services }: Booted,
): Promise<string | undefined> {
  services.onClose('mail sender', services.mail.startSender())
  const { mine, others } = shareOfWork(apps, services.config.core)
  for (const app of mine) {
    if (app.worker === undefined) continue
    services.onClose(`${app.name} worker`, await app.worker(appServices(services, app)))
  }
  const worker = await services.jobs.startWorker({ without: namesOfJobs(others) })
  services.onClose('jobs', worker.stop)
  services.onClose('realtime pruning', services.realtime.startPruning())
  if (services.role !== 'worker') return undefined
  const health = await listenForHealth({
    host: services.config.core.host,
    silentMs: worker.silentMs,
    running: () => worker.state.running.size,
  })
  services.onClose('worker health', health.close)
  worker.setHealthUrl(health.url)
  return health.url
}

async function listen(server: FastifyInstance, { services }: Booted): Promise<string> {
  const { host, port } = services.config.core
  await server.listen({ host, port })
  const address = server.server.address() as AddressInfo
  const shown = host.includes(':') ? `[${host}]` : host
  return services.config.core.publicUrl ?? `http://${shown}:${address.port}`
}

async function listenMetrics({ services }: Booted): Promise<string | undefined> {
  const { metricsPort: port, metricsHost: host, metricsToken } = services.config.http
  if (port === undefined || !services.config.core.metricsEnabled) return undefined
  const token = /^(127\.|::1$|localhost$)/.test(host) ? undefined : metricsToken?.reveal()
  const listener = await listenForMetrics(services.metrics, { host, port, token })
  services.onClose('metrics', listener.close)
  return listener.url
}

/** Where this machine reaches the web server, whatever proxy the public address belongs to. */
function localUrl(server: FastifyInstance): string {
  return urlOf(server.server.address() as AddressInfo)
}

async function setupLink({ services }: Booted): Promise<string | undefined> {
  if (!(await services.auth.setup.pending())) return undefined
  return `${services.publicUrl}/setup#token=${await services.auth.setup.createToken()}`
}
