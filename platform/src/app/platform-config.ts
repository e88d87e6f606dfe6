import { auditConfig } from '../audit/config.ts'
import { authConfig } from '../auth/config.ts'
import { backupConfig } from '../backup/config.ts'
import { cacheConfig } from '../cache/config.ts'
import { type AnySection, coreConfig, type Values } from '../config/index.ts'
import { dataConfig } from '../data/data-config.ts'
import { deployConfig } from '../deploy/config.ts'
import { errorsConfig } from '../errors/config.ts'
import { filesConfig } from '../files/config.ts'
import { httpConfig } from '../http/http-config.ts'
import { keysConfig } from '../keys/index.ts'
import { llmConfig } from '../llm/config.ts'
import { mailConfig } from '../mail/config.ts'
import { observeConfig } from '../observe/config.ts'
import { outboundConfig } from '../outbound/config.ts'
import { realtimeConfig } from '../realtime/index.ts'
import { uploadsConfig } from '../uploads/config.ts'
import type { AppDefinition } from './define-app.ts'

/** Every section of the platform, in the order `minato config` prints them. */
export const platformSections = {
  core: coreConfig,
  keys: keysConfig,
  data: dataConfig,
  cache: cacheConfig,
  http: httpConfig,
  auth: authConfig,
  files: filesConfig,
  uploads: uploadsConfig,
  mail: mailConfig,
  llm: llmConfig,
  realtime: realtimeConfig,
  outbound: outboundConfig,
  errors: errorsConfig,
  observe: observeConfig,
  deploy: deployConfig,
  backup: backupConfig,
  audit: auditConfig,
}

export type PlatformConfig = {
  readonly [K in keyof typeof platformSections]: Values<(typeof platformSections)[K]['variables']>
}

/** The platform's sections and those of the apps (`app:<name>`). */
export function allSections(apps: readonly AppDefinition[]): Record<string, AnySection> {
  const sections: Record<string, AnySection> = { ...platformSections }
  for (const app of apps) {
    if (app.config !== undefined) sections[`app:${app.name}`] = app.config
  }
  return sections
}
