import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { AnyCheck } from '../audit/define-check.ts'
import type { Bilingual, Section, Values } from '../config/index.ts'
import type { CspSources } from '../http/index.ts'
import type { JobDefinition, Schedule } from '../jobs/index.ts'
import type { EncryptedPlaces } from '../keys/index.ts'
import type { AppMetric } from '../observe/index.ts'
import type { RealtimeDefinition } from '../realtime/index.ts'
import type { Services } from './services.ts'
import type { StateImport } from './state-import.ts'

/** A server whose routes are typed by their zod schemas. */
export type RouteServer = FastifyInstance<
  import('fastify').RawServerDefault,
  import('http').IncomingMessage,
  import('http').ServerResponse,
  import('fastify').FastifyBaseLogger,
  ZodTypeProvider
>

/** One permission: what it lets a person do, and the roles that have it until an operator says otherwise. */
export type Permission = { title: Bilingual; roles: readonly ('user' | 'operator' | 'admin')[] }

/** What an app's functions receive: the platform's services and the app's own configuration. */
export type AppServices<V extends Section['variables']> = Services & { appConfig: Values<V> }

export type AppDefinition<V extends Section['variables'] = Section['variables']> = {
  /** Lower-case with hyphens: also the URL prefix /api/<name> and the PostgreSQL schema. */
  name: string
  title: Bilingual
  description: Bilingual
  config?: Section<V>
  permissions: Record<string, Permission>
  /** Mounted at /api/<name>. */
  routes?: (server: RouteServer, services: AppServices<V>) => void
  /** Mounted at the root, for protocols with fixed addresses such as /v1. */
  rootRoutes?: (server: RouteServer, services: AppServices<V>) => void
  /** Runs once in every worker; what it returns is called at shutdown. */
  worker?: (services: AppServices<V>) => (() => Promise<void>) | Promise<() => Promise<void>>
  /** Work that runs in a worker: `services.jobs.enqueue(job, input, …)` puts it into the queue. */
  jobs?: readonly JobDefinition[]
  /** Jobs that are queued at set times. */
  schedules?: readonly Schedule[]
  /** Rooms to join and events to send over live connections, at the namespace /<name>. */
  realtime?: RealtimeDefinition<AppServices<V>>
  /** What the app keeps under the key ring: `minato keys rotate` re-encrypts it. */
  encrypted?: EncryptedPlaces
  /** What `minato import <name> FILE` takes over, by name. */
  imports?: Readonly<Record<string, StateImport<AppServices<V>>>>
  /** Sample data for `minato demo`. */
  demo?: (services: AppServices<V>, users: { id: string; email: string }[]) => Promise<void>
  csp?: CspSources
  /** Figures of the app's business, for dashboards and alerts. */
  metrics?: readonly AppMetric[]
  /** What must hold before people rely on the app: `minato audit` looks. */
  checks?: readonly AnyCheck[]
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/**
 * An app's table of contents: all that the rest of the system knows of it.
 *
 * @example
 * export default defineApp({
 *   name: 'notes',
 *   title: { en: 'Notes', ja: 'メモ' },
 *   description: { en: 'Short notes.', ja: '短いメモ。' },
 *   permissions: { 'notes.use': { title: { en: 'Use notes', ja: 'メモの利用' }, roles: ['user'] } },
 *   routes: (server) => { … },
 * })
 * @throws {Error} when the name, or that of a permission or metric, is not of the agreed form.
 */
export function defineApp<V extends Section['variables']>(
  definition: AppDefinition<V>,
): AppDefinition<V> {
  const { name, permissions, metrics = [] } = definition
  if (!NAME.test(name))
    throw new Error(`App name "${name}" must be lower-case words joined by hyphens.`)
  for (const permission of Object.keys(permissions)) {
    if (!permission.startsWith(`${name}.`)) {
      throw new Error(`Permission "${permission}" of app "${name}" must start with "${name}.".`)
    }
  }
  for (const metric of metrics) {
    if (!metric.name.startsWith(`${schemaOf(name)}_`)) {
      throw new Error(
        `Metric "${metric.name}" of app "${name}" must start with "${schemaOf(name)}_".`,
      )
    }
  }
  return Object.freeze(definition)
}

/** The PostgreSQL schema of an app. */
export function schemaOf(appName: string): string {
  return appName.replaceAll('-', '_')
}
