import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createAuth } from '../auth/index.ts'
import { type BackupHost, createBackups } from '../backup/index.ts'
import { createCache, createRedis, type Redis } from '../cache/index.ts'
import type { Environment } from '../config/index.ts'
import {
  type DatabaseKind,
  type Listen,
  type OpenDatabase,
  openPglite,
  openPostgres,
  readMigrations,
} from '../data/index.ts'
import { createErrorReporter, openSentry, type Sentry } from '../errors/index.ts'
import { createFiles } from '../files/index.ts'
import { createJobs } from '../jobs/index.ts'
import { createKeyRing, parseKeys } from '../keys/index.ts'
import { createLlm } from '../llm/index.ts'
import { createLogger, type Logger } from '../log/index.ts'
import { createMail } from '../mail/index.ts'
import { createMetrics, type Metrics, outgoingTraceparent } from '../observe/index.ts'
import { createOutbound, type Outbound } from '../outbound/index.ts'
import { createRealtime } from '../realtime/index.ts'
import { createUploads } from '../uploads/index.ts'
import { closeStack } from './close-stack.ts'
import type { AppDefinition } from './define-app.ts'
import { encryptedColumns } from './encrypted-columns.ts'
import { jobNews, PLATFORM } from './live-jobs.ts'
import { outboundMetrics } from './outbound-metrics.ts'
import type { PlatformConfig } from './platform-config.ts'
import { type ReadConfig, readConfig } from './read-config.ts'
import type { Role, Services } from './services.ts'
import { migrationFolders, type StandIns, type System } from './system.ts'

export type Booted = {
  services: Services
  databaseKind: DatabaseKind
  dataDir: string
  /** Closes everything in reverse order of its making. */
  close(): Promise<void>
}

type BootOptions = {
  system: Pick<System, 'root' | 'version'>
  apps: readonly AppDefinition[]
  env: Environment
  role: Role
  /** Only warnings and errors are logged: for commands. */
  quiet?: boolean
  standIns?: Omit<StandIns, 'close'>
  /** For a copy of the system: the same configuration but for where its state lies. */
  adjust?: (config: PlatformConfig) => PlatformConfig
  /** Replaced in tests; everything else is the real thing. */
  overrides?: Partial<Pick<Services, 'clock' | 'random' | 'db' | 'log'> & { listen: Listen }>
}

/**
 * Makes every service of the platform from the configuration. Nothing listens yet.
 * @throws {ConfigError} with every problem of the configuration at once.
 */
export async function bootServices(options: BootOptions): Promise<Booted> {
  const { system, apps, standIns } = options
  const read = readConfig(system, apps, options.env, standIns?.variables)
  const config = options.adjust?.(read.config) ?? read.config
  const loaded = { ...read, config }
  const { dataDir } = config.core
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const log = options.overrides?.log ?? openLog(config, dataDir, options.quiet === true)
  const closing = closeStack(log)
  try {
    const metrics = createMetrics({ log })
    const database = await openDatabase(config, dataDir, log, metrics)
    closing.push('database', database.close)
    const redis = await createRedis({ config: config.cache, log, onClose: closing.push })
    const outbound = createOutbound({
      logger: log,
      clock: options.overrides?.clock ?? Date.now,
      metrics: outboundMetrics(metrics),
      sandboxOrigins: config.outbound.sandboxOrigins,
      traceparent: outgoingTraceparent,
    })
    closing.push('outbound', () => outbound.close())
    const sentry = await sentryOf(loaded, options.system.version, { outbound, log })
    const services = assemble({
      ...{ options, loaded, dataDir, log, metrics, database, closing, redis, outbound, sentry },
    })
    return {
      services,
      databaseKind: database.kind,
      dataDir,
      async close() {
        await services.errors.flush()
        await closing.run()
        log.flush()
      },
    }
  } catch (error) {
    await closing.run()
    throw error
  }
}

function openLog(config: PlatformConfig, dataDir: string, quiet: boolean): Logger {
  const { logFile, logLevel } = config.core
  return createLogger({
    level: quiet ? 'error' : logLevel,
    ...(logFile === undefined || quiet
      ? {}
      : {
          file: {
            path: resolve(dataDir, logFile),
            maxBytes: 50 * 1024 * 1024,
            maxAgeMs: 86_400_000,
            keepDays: 14,
          },
        }),
  })
}

async function openDatabase(
  config: PlatformConfig,
  dataDir: string,
  log: Logger,
  metrics: Metrics,
): Promise<OpenDatabase> {
  const { databaseUrl, ...limits } = config.data
  return databaseUrl === undefined
    ? await openPglite({
        folder: join(dataDir, 'db'),
        slowQueryMs: limits.slowQueryMs,
        log,
        metrics,
      })
    : await openPostgres({ ...limits, url: databaseUrl.reveal(), log, metrics })
}

type Parts = {
  options: BootOptions
  loaded: ReadConfig
  dataDir: string
  log: Logger
  metrics: Metrics
  database: OpenDatabase
  closing: ReturnType<typeof closeStack>
  redis: Redis | undefined
  outbound: Outbound
  sentry: Sentry | undefined
}

/** The order is that of need: each service is given only what was made before it. */
function assemble(parts: Parts): Services {
  const { options, loaded, dataDir, log, metrics, database, closing, redis, outbound } = parts
  const { config, profile } = loaded
  const { overrides } = options
  const clock = overrides?.clock ?? Date.now
  const db = overrides?.db ?? database.db
  const keys = createKeyRing(
    parseKeys(config.keys.encryptionKeys.reveal()),
    config.keys.authSecret.reveal(),
  )
  const publicUrl = (
    config.core.publicUrl ?? `http://${config.core.host}:${config.core.port}`
  ).replace(/\/+$/, '')
  const base = {
    profile,
    role: options.role,
    version: options.system.version,
    config,
    publicUrl,
    sandboxes: options.standIns?.names ?? [],
    sandboxControl: options.standIns?.control,
    log,
    clock,
    random: overrides?.random ?? randomBytes,
    keys,
    db,
    metrics,
    dataDir,
    onClose: closing.push,
    appConfigs: appConfigs(loaded, options.apps),
    errors: createErrorReporter({
      ...{ db, log, clock, metrics, release: options.system.version, sentry: parts.sentry },
    }),
    redis,
  }
  const cache = createCache(base)
  const files = createFiles({ ...base, outbound })
  const uploads = createUploads({ ...base, files, outbound: trusting(outbound) })
  const mail = createMail({ ...base, outbound })
  const { auth, audit } = createAuth({ ...base, mail })
  const llm = createLlm({ ...base, outbound, cache, audit })
  const realtime = createRealtime({ ...base, auth })
  const news = jobNews(realtime.of(PLATFORM))
  closing.push('job news', news.close)
  const listen = overrides?.listen ?? database.listen
  const jobs = createJobs({ ...base, audit, listen, onChange: news.tell })
  const made = { ...base, outbound, cache, files, uploads, mail, llm, auth, audit, jobs, realtime }
  return { ...made, backups: createBackups({ ...made, host: hostOf(options) }) }
}

/** Nothing of Sentry is loaded where no DSN is configured. */
async function sentryOf(
  { config, profile }: ReadConfig,
  version: string,
  deps: { outbound: Outbound; log: Logger },
): Promise<Sentry | undefined> {
  const { sentryDsn, sentryEnvironment, sentryRelease, sentryTraces } = config.errors
  if (sentryDsn === undefined) return undefined
  return await openSentry({
    ...deps,
    dsn: sentryDsn.reveal(),
    environment: sentryEnvironment ?? profile,
    release: sentryRelease ?? `minato@${version}`,
    traces: sentryTraces,
  })
}

function hostOf({ system, apps, env, standIns }: BootOptions): BackupHost {
  const host = { system, apps, env, ...(standIns === undefined ? {} : { standIns }) }
  return {
    encryptedColumns: encryptedColumns(apps),
    migrations: () => readMigrations(migrationFolders(system.root, apps)),
    settings: () => readConfig(system, apps, env, standIns?.variables).settings,
    async askCopy(copy) {
      // Only drills need it, and it needs this module.
      const { askCopy } = await import('./read-only-copy.ts')
      return await askCopy(host, copy)
    },
  }
}

/** The virus scanner is one the operator configured. */
function trusting(outbound: Outbound) {
  return {
    connect: (target: Omit<Parameters<Outbound['connect']>[0], 'trust'>) =>
      outbound.connect({ ...target, trust: 'config' }),
  }
}

function appConfigs(
  loaded: ReadConfig,
  apps: readonly AppDefinition[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(apps.map((app) => [app.name, loaded.values[`app:${app.name}`] ?? {}]))
}
