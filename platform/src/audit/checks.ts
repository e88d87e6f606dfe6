import type { AppDefinition } from '../app/define-app.ts'
import { bootChecks } from './boot/index.ts'
import type { AnyCheck } from './define-check.ts'
import { liveChecks } from './live/index.ts'
import { staticChecks } from './static/index.ts'

/**
 * The platform's checks and those of every app.
 * @throws {Error} when two checks share an id: a waiver would name both.
 */
export function allChecks(apps: readonly AppDefinition[]): AnyCheck[] {
  const checks: AnyCheck[] = [
    ...staticChecks,
    ...bootChecks,
    ...liveChecks,
    ...apps.flatMap((app) => app.checks ?? []),
  ]
  const seen = new Set<string>()
  for (const { id } of checks) {
    if (seen.has(id)) throw new Error(`Two checks are called "${id}".`)
    seen.add(id)
  }
  return checks
}
