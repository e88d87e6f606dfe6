import { resolve } from 'node:path'
import {
  ConfigError,
  type Environment,
  type Loaded,
  loadConfig,
  type Problem,
} from '../config/index.ts'
import type { AppDefinition } from './define-app.ts'
import { allSections, type PlatformConfig } from './platform-config.ts'
import type { System } from './system.ts'

export type ReadConfig = Loaded & { config: PlatformConfig }

/**
 * The whole configuration, or one report of everything wrong with it.
 * @throws {ConfigError}
 */
export function readConfig(
  system: Pick<System, 'root'>,
  apps: readonly AppDefinition[],
  env: Environment,
  standIns: Environment = {},
): ReadConfig {
  const loaded = loadConfig({ root: system.root, env, sections: allSections(apps), standIns })
  loaded.problems.push(...unknownApps(loaded, apps))
  if (loaded.problems.length > 0) throw new ConfigError(loaded.problems)
  // Every section parsed without a problem: the values have the shape their schemas promise.
  const config = loaded.values as unknown as PlatformConfig
  const core = { ...config.core, dataDir: resolve(system.root, config.core.dataDir) }
  return { ...loaded, config: Object.freeze({ ...config, core: Object.freeze(core) }) }
}

/** A list that names an app wrongly would protect nothing, silently. */
function unknownApps({ values }: Loaded, apps: readonly AppDefinition[]): Problem[] {
  const http = values['http'] as Partial<PlatformConfig['http']> | undefined
  const core = values['core'] as Partial<PlatformConfig['core']> | undefined
  const named = {
    WORKER_APPS: core?.workerApps,
    WORKER_EXCEPT_APPS: core?.workerExceptApps,
    IP_ALLOW_APPS: http?.ipAllowApps?.map(({ app }) => app),
    IP_DENY_APPS: http?.ipDenyApps?.map(({ app }) => app),
    RATE_OVERRIDES: http?.rateOverrides?.flatMap(({ kind, name }) => (kind === 'app' ? name : [])),
  }
  const known = apps.map((app) => app.name)
  return Object.entries(named)
    .filter(([, names]) => names?.some((name) => !known.includes(name)))
    .map(([variable]) => ({
      variable,
      problem: { en: 'names an app that is not here', ja: 'に存在しないアプリがあります' },
      mend: { en: `use one of ${known.join(', ')}`, ja: `使えるのは ${known.join('、')} です` },
    }))
}
