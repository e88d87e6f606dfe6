import { join } from 'node:path'
import type { Environment } from '../config/index.ts'
import { createLogger } from '../log/index.ts'
import type { AppDefinition } from './define-app.ts'
import { readConfig } from './read-config.ts'
import type { StandIns, System } from './system.ts'

/**
 * On a laptop, whatever outside service is not configured is stood in for by the sandbox, which
 * speaks the same protocol. Elsewhere nothing is started.
 */
export async function laptopStandIns(
  system: System,
  apps: readonly AppDefinition[],
  env: Environment,
): Promise<StandIns | undefined> {
  const { config, profile } = readConfig(system, apps, env)
  if (profile !== 'development' && profile !== 'test') return undefined
  return await system.startStandIns({
    dataDir: join(config.core.dataDir, 'sandbox'),
    env,
    log: createLogger({ level: 'warn' }),
  })
}
