import { principalOf } from '@minato/platform/http'
import type { FastifyRequest } from 'fastify'
import type { ConsoleServices } from '../config.ts'
import { gatewayOf } from '../gateway/gateway.ts'
import { recordAct } from '../request.ts'
import { diffJson } from './diff.ts'
import { type ConfigurationVersion, type NewVersion, saveVersion, versionOf } from './store.ts'

/**
 * Saves and writes down who changed which places (their names; what they hold stays in the versions).
 * @throws {MinatoError} MCP_CONSOLE_CONFIGURATION_CHANGED
 */
export async function saveConfiguration(
  services: ConsoleServices,
  request: FastifyRequest,
  change: Omit<NewVersion, 'author'>,
): Promise<ConfigurationVersion> {
  const { userId, email } = principalOf(request)
  const saved = await saveVersion(services, { ...change, author: { id: userId, email } })
  const before = await versionOf(services, change.base)
  const places = diffJson(before.document, saved.document).map(
    ({ path, kind }) => `${kind} ${path}`,
  )
  await recordAct(services, request, 'configuration.save', `configuration:${saved.version}`, {
    changes: places.slice(0, 50),
    count: places.length,
    ...(change.restoredFrom === undefined ? {} : { restoredFrom: change.restoredFrom }),
  })
  // Every process reads its profiles anew: what was switched off is off with the next call.
  gatewayOf(services).bus.publish({ topic: 'profiles' })
  return saved
}
