import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { ConsoleServices } from '../../config.ts'
import type { BwSettings } from './run-bw.ts'

/** How the program is run in a data folder. */
export function bwSettings(services: ConsoleServices, dataDir: string): BwSettings {
  const { bitwardenCommand, bitwardenCa, bitwardenTimeoutMs } = services.appConfig
  return {
    command: commandOf(bitwardenCommand),
    dataDir,
    caFile: bitwardenCa,
    timeoutMs: bitwardenTimeoutMs,
  }
}

/** The program a checkout brings along, when the configuration names none of its own. */
function commandOf(configured: string): string {
  if (configured !== 'bw') return configured
  try {
    const manifest = createRequire(import.meta.url).resolve('@bitwarden/cli/package.json')
    return join(dirname(manifest), 'build/bw.js')
  } catch {
    return configured
  }
}
