import type { AuditLog, Auth } from '../auth/index.ts'
import type { Backups } from '../backup/index.ts'
import type { Cache, Redis } from '../cache/index.ts'
import type { Profile } from '../config/index.ts'
import type { Database } from '../data/index.ts'
import type { ErrorReporter } from '../errors/index.ts'
import type { Files } from '../files/index.ts'
import type { Jobs } from '../jobs/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { Llm } from '../llm/index.ts'
import type { Logger } from '../log/index.ts'
import type { Mail } from '../mail/index.ts'
import type { Metrics } from '../observe/index.ts'
import type { Outbound } from '../outbound/index.ts'
import type { Realtime } from '../realtime/index.ts'
import type { Uploads } from '../uploads/index.ts'
import type { PlatformConfig } from './platform-config.ts'

export type Role = 'all' | 'web' | 'worker'

/** Everything the platform offers, made once a process and passed in: no module keeps a global. */
export type Services = {
  profile: Profile
  role: Role
  version: string
  config: PlatformConfig
  /** Address people use, without a trailing slash. */
  publicUrl: string
  /** Names of the stand-ins in use: shown as a badge on every screen. */
  sandboxes: readonly string[]
  /** Control address of the sandbox in use, when it is this process's own. */
  sandboxControl: { url: string; token: string } | undefined
  log: Logger
  /** Milliseconds since the epoch. */
  clock: () => number
  /** Cryptographically strong bytes. */
  random: (bytes: number) => Buffer
  keys: KeyRing
  db: Database
  redis: Redis | undefined
  errors: ErrorReporter
  metrics: Metrics
  outbound: Outbound
  cache: Cache
  files: Files
  uploads: Uploads
  mail: Mail
  llm: Llm
  auth: Auth
  audit: AuditLog
  jobs: Jobs
  realtime: Realtime
  backups: Backups
  /** Parsed configuration of each app, by name. */
  appConfigs: Readonly<Record<string, unknown>>
  /** Called in reverse order when the process ends. */
  onClose(name: string, close: () => Promise<void> | void): void
}
