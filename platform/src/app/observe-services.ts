import { resolve } from 'node:path'
import { auditFigures } from '../audit/index.ts'
import { backupFigures } from '../backup/index.ts'
import type { Pressure } from '../http/index.ts'
import { observeProcess, watchCertificate } from '../observe/index.ts'
import type { AppDefinition } from './define-app.ts'
import type { Services } from './services.ts'

/** What a process that serves or works tells of itself; commands have nobody who would ask. */
export function observeServices(
  services: Services,
  apps: readonly AppDefinition[],
  pressure: Pressure,
): void {
  observeProcess({
    ...services,
    dataDir: resolve(services.config.core.dataDir),
    maxRssBytes: services.config.http.maxRssBytes,
    eventLoopDelayMs: pressure.delayMs,
    figures: [...backupFigures, ...auditFigures],
    appMetrics: apps.flatMap((app) => app.metrics ?? []),
  })
  // Once is enough: the workers ask, and a laptop's only process.
  if (services.role !== 'web') services.onClose('certificate', watchCertificate(services))
}
