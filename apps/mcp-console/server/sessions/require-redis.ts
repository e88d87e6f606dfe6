import { commonErrors } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'

/**
 * Where Redis is configured it holds what a session needs beside the database: the vault's cache and the news of ended
 * sign-ins. Without it nothing is begun; with it back, no restart is needed.
 *
 * @throws {MinatoError} REDIS_UNAVAILABLE
 */
export async function requireRedis(services: ConsoleServices): Promise<void> {
  if (services.redis === undefined) return
  try {
    await services.redis.ping()
  } catch (cause) {
    throw commonErrors.REDIS_UNAVAILABLE({}, { cause, headers: { 'retry-after': '2' } })
  }
}
