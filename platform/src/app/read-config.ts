import { resolve } from 'node:path'
import { ConfigError, type Environment, type Loaded, loadConfig } from '../config/index.ts'
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
  if (loaded.problems.length > 0) throw new ConfigError(loaded.problems)
  // Every section parsed without a problem: the values have the shape their schemas promise.
  const config = loaded.values as unknown as PlatformConfig
  const core = { ...config.core, dataDir: resolve(system.root, config.core.dataDir) }
  return { ...loaded, config: Object.freeze({ ...config, core: Object.freeze(core) }) }
}
