import type { ContainerInspectInfo } from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { maskSecretsOf } from './logs.ts'
import type { ServerSpec } from './spec.ts'

/** Containers whose values a process keeps masked; beyond this the one spoken to longest ago is forgotten. */
const MOST = 200

const masked = new WeakMap<object, Map<string, () => void>>()

/**
 * Masks the vault values of a container in everything that the gateway, the Inspector and the log scan from now on: a
 * tool that prints its environment must not carry them out. Not in a web process of its own, which may not see them.
 */
export async function maskAnswersOf(
  services: ConsoleServices,
  spec: ServerSpec,
  info: ContainerInspectInfo,
): Promise<void> {
  if (services.role === 'web') return
  const known = masked.get(services.db) ?? new Map<string, () => void>()
  masked.set(services.db, known)
  const key = `${info.Id}@${info.State.StartedAt}`
  const forget = known.get(key) ?? (await maskSecretsOf(services, spec, info))
  // Two at once have both registered the values: one of them is enough.
  if (known.get(key) !== forget) known.get(key)?.()
  known.delete(key)
  known.set(key, forget)
  const [oldest] = known
  if (known.size <= MOST || oldest === undefined) return
  known.delete(oldest[0])
  oldest[1]()
}
